"""The weekly review: what cost how much, what comes again, and what was promised and not done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final, NamedTuple

from daybook.ledger.cases.commands import open_actions
from daybook.schemas.cases import Action, Case, CaseKind, CaseState, Cause

_TREND: Final = timedelta(weeks=8)


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


class Week(NamedTuple):
    """How all shortfalls of a week came out, in one currency: cases, and what they cost in minor units."""

    first: date
    currency: str
    cases: int
    cost: int


class Review(NamedTuple):
    """A review: causes, repeated and dear ones first; open actions, overdue ones first; cases still open.

    ``unexplained`` are shortfalls of the period without a cause yet; ``tracking`` are open cases about the
    tracking itself; ``trend`` goes week by week up to the period.
    """

    causes: list[CauseRow]
    actions: list[DueAction]
    open_cases: list[str]
    unexplained: list[str]
    tracking: list[str]
    trend: list[Week]


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
    still_open = [case for case in every if case.state is CaseState.OPEN]
    return Review(
        rows,
        actions,
        _ids(case for case in still_open if case.kind is CaseKind.SHORTFALL),
        _ids(
            case
            for case in every
            if case.cause is None and case.kind is CaseKind.SHORTFALL and first <= case.business_date <= last
        ),
        _ids(case for case in still_open if case.kind is CaseKind.TRACKING),
        _trend(every, last),
    )


def _ids(cases: Iterable[Case]) -> list[str]:
    return sorted(case.case_id for case in cases)


def _trend(cases: Iterable[Case], last: date) -> list[Week]:
    """The weeks up to a date that had shortfalls, eight at most of each currency."""
    weeks: defaultdict[tuple[date, str], list[int]] = defaultdict(list)
    for case in cases:
        monday = case.business_date - timedelta(days=case.business_date.weekday())
        if case.kind is CaseKind.SHORTFALL and last - _TREND < monday <= last:
            weeks[monday, case.scope.currency or ""].append(cost_of(case))
    return [Week(*key, len(costs), sum(costs)) for key, costs in sorted(weeks.items())]
