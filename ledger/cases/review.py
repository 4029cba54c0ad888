"""The weekly review: what cost how much, what comes again, and what was promised and not done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from daybook.ledger.cases.commands import open_actions
from daybook.schemas.cases import Action, Case, CaseKind, CaseState, Cause


class CauseRow(NamedTuple):
    """A cause in one currency: its cases, what they cost in minor units, and how many weeks had it."""

    cause: Cause
    currency: str
    cases: int
    cost: int
    weeks: int


class DueAction(NamedTuple):
    """Something still to be done for a case."""

    case_id: str
    action: Action
    overdue: bool


class Review(NamedTuple):
    """A review: causes, repeated and dear ones first; open actions, overdue ones first; cases still open."""

    causes: list[CauseRow]
    actions: list[DueAction]
    open_cases: list[str]


def cost_of(case: Case) -> int:
    """What a case cost in minor units: its outcome against the usual, else its shortfall; never a gain."""
    told = case.outcome if case.outcome is not None else case.shortfall
    return max(-(told or 0), 0)


def review(cases: Iterable[Case], first: date, last: date) -> Review:
    """The review of the business dates from first to last, both inclusive.

    How often a cause came back is counted over all cases given, of whatever week.
    """
    every = list(cases)
    weeks: defaultdict[tuple[Cause, str], set[tuple[int, int]]] = defaultdict(set)
    within: defaultdict[tuple[Cause, str], list[Case]] = defaultdict(list)
    for case in every:
        if case.cause is not None and case.kind is CaseKind.SHORTFALL:
            key = case.cause, case.scope.currency or ""
            weeks[key].add(case.business_date.isocalendar()[:2])
            if first <= case.business_date <= last:
                within[key].append(case)
    rows = [CauseRow(*key, len(own), sum(map(cost_of, own)), len(weeks[key])) for key, own in within.items()]
    rows.sort(key=lambda row: (-row.weeks, -row.cost, row.cause, row.currency))
    actions = [
        DueAction(case.case_id, action, action.due < last) for case in every for action in open_actions(case)
    ]
    actions.sort(key=lambda due: (due.action.due, due.case_id, due.action.action_id))
    return Review(rows, actions, sorted(case.case_id for case in every if case.state is CaseState.OPEN))
