"""A case from its opening to its cause, the ranking of its evidence, and the weekly review."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybook.ledger.cases.commands import CommandRefused, applied, open_actions
from daybook.ledger.cases.evidence import Observation, ranked, unusual
from daybook.ledger.cases.review import review
from daybook.schemas import cases as c
from daybook.schemas.alerts import Dimension, Scope

AT = datetime(2026, 3, 4, 14, tzinfo=UTC)
DAY = date(2026, 3, 4)
_ON: dict[str, Any] = {"case_id": "c-1", "by": "kim", "at": AT}


def opened(case_id: str = "c-1", **more: Any) -> c.Case:
    """A case that somebody has just opened."""
    command = c.OpenCase(
        case_id=case_id,
        title="Quayside is short",
        scope=Scope(dimension=Dimension.STORE, key="quayside", currency="GBP"),
        business_date=DAY,
        window_start=AT - timedelta(hours=2),
        window_end=AT,
        by="kim",
        at=AT,
    )
    return applied(None, command, 1).model_copy(update=more)


def _looked(case: c.Case) -> c.Case:
    return applied(case, c.CheckCase(item=c.Item.FEEDBACK, finding="no complaints", **_ON), 2)


def test_a_case_goes_from_its_opening_to_its_cause() -> None:
    """Owner, notes, checks and actions are kept in it, and it ends with a cause, by somebody, at a time."""
    case = _looked(opened())
    case = applied(case, c.TakeCase(owner="lee", **_ON), 3)
    case = applied(case, c.CheckCase(item=c.Item.EQUIPMENT, finding="till 2 dead", **_ON), 4)
    case = applied(case, c.CheckCase(item=c.Item.BILLING, finding="fine", **_ON), 5)
    case = applied(case, c.NoteCase(text="called the shop", **_ON), 6)
    action = c.Action(action_id="a", text="spare till", owner="lee", due=DAY)
    case = applied(case, c.PlanAction(action=action, **_ON), 7)
    case = applied(case, c.CloseCase(cause=c.Cause.EQUIPMENT, **_ON), 8)
    assert (case.owner, case.state, case.cause, case.closed_by) == ("lee", "closed", "equipment", "kim")
    assert [check.item for check in case.checks] == ["customer_feedback", "billing", "equipment"]
    assert open_actions(case) == [action]
    case = applied(case, c.FinishAction(action_id="a", **_ON), 9)
    assert open_actions(case) == []
    assert case.version == 9


def test_no_case_ends_before_somebody_has_asked_the_customer() -> None:
    """Closing is refused until the first item of the checklist has a finding."""
    close = c.CloseCase(cause=c.Cause.STAFF, **_ON)
    with pytest.raises(CommandRefused, match="customer feedback"):
        applied(opened(), close, 2)
    assert applied(_looked(opened()), close, 3).state is c.CaseState.CLOSED


def test_what_is_wrong_with_the_tracking_has_no_checklist() -> None:
    """A case about a figure can be closed at once."""
    case = opened(kind=c.CaseKind.TRACKING)
    assert applied(case, c.CloseCase(cause=c.Cause.DATA, **_ON), 2).cause is c.Cause.DATA


def test_a_closed_case_keeps_its_cause_until_it_is_reopened() -> None:
    """Another cause is refused; after reopening it is taken."""
    case = applied(_looked(opened()), c.CloseCase(cause=c.Cause.STAFF, **_ON), 3)
    other = c.CloseCase(cause=c.Cause.STOCK, **_ON)
    with pytest.raises(CommandRefused, match="reopen"):
        applied(case, other, 4)
    assert applied(applied(case, c.ReopenCase(**_ON), 4), other, 5).cause is c.Cause.STOCK


def test_a_cause_may_be_named_before_the_case_is_closed_with_it() -> None:
    """Named anew while the case is open; then closed without naming it again; without any it stays open."""
    with pytest.raises(CommandRefused, match="no cause yet"):
        applied(_looked(opened()), c.CloseCase(**_ON), 3)
    case = applied(_looked(opened()), c.NameCause(cause=c.Cause.STAFF, **_ON), 3)
    case = applied(case, c.NameCause(cause=c.Cause.SITE, **_ON), 4)
    assert (case.state, case.cause) == (c.CaseState.OPEN, c.Cause.SITE)
    closed = applied(case, c.CloseCase(**_ON), 5)
    assert (closed.state, closed.cause) == (c.CaseState.CLOSED, c.Cause.SITE)
    with pytest.raises(CommandRefused, match="reopen"):
        applied(closed, c.NameCause(cause=c.Cause.STAFF, **_ON), 6)


@pytest.mark.parametrize(
    "command",
    [
        c.TakeCase(owner="lee", **_ON),
        c.NoteCase(text="called", **_ON),
        c.CheckCase(item=c.Item.STAFF, finding="two ill", **_ON),
        c.PlanAction(action=c.Action(action_id="a", text="x", owner="lee", due=DAY), **_ON),
        c.NameCause(cause=c.Cause.STAFF, **_ON),
        c.CloseCase(cause=c.Cause.STAFF, **_ON),
    ],
    ids=lambda command: command.type,
)
def test_a_command_that_comes_twice_changes_nothing_the_second_time(command: c.CaseCommand) -> None:
    """The case after the second time is the very same, with its version."""
    once = applied(_looked(opened()), command, 5)
    assert applied(once, command, 6) is once


def test_commands_on_nothing_are_refused() -> None:
    """A case that there is not, and an action that it has not, are named in the refusal."""
    with pytest.raises(CommandRefused, match="c-1"):
        applied(None, c.ReopenCase(**_ON), 1)
    with pytest.raises(CommandRefused, match="no action b"):
        applied(opened(), c.FinishAction(action_id="b", **_ON), 2)


def _seen(kind: str, value: int, usual: list[int], bad: int = 1, **more: Any) -> Observation:
    return Observation(kind, None, value, usual, "count", bad, c.Cause.UNKNOWN, **more)


def test_what_is_most_unusual_stands_first() -> None:
    """Payment failures at twenty times their usual come before enquiries at twice theirs."""
    found = ranked(
        [
            _seen("enquiries_opened", 40, [18, 20, 22, 20, 21]),
            _seen("payment_failures", 60, [2, 3, 3, 4, 3]),
            _seen("site_errors", 5, [4, 5, 6, 5, 5]),
        ]
    )
    assert [one.kind for one in found] == ["payment_failures", "enquiries_opened"]


def test_less_is_unusual_where_less_is_worse() -> None:
    """A heart that stops beating is evidence; one that beats more often is not."""
    assert [one.value for one in ranked([_seen("heartbeats", 0, [120] * 5, -1)])] == [0]
    assert ranked([_seen("heartbeats", 240, [120] * 5, -1)]) == []


def test_without_a_past_nothing_is_unusual() -> None:
    """Three like days are too few to call anything unusual."""
    assert unusual(_seen("site_errors", 500, [0, 0, 0])) is None


@given(st.integers(-50, 50), st.lists(st.integers(0, 50), min_size=4, max_size=9), st.integers(1, 9))
def test_the_unit_does_not_matter(value: int, usual: list[int], factor: int) -> None:
    """An amount in other units, its grain with it, is exactly as unusual."""
    one = _seen("x", value, usual, counted=False)
    other = _seen("x", value * factor, [v * factor for v in usual], counted=False, grain=factor)
    a, b = unusual(one), unusual(other)
    assert a is not None
    assert b is not None
    assert abs(a - b) <= 1


def test_the_review_puts_repeated_causes_first() -> None:
    """A cause of two weeks stands before a dearer one of one; costs and overdue actions are told."""
    late = c.Action(action_id="a", text="spare till", owner="lee", due=DAY - timedelta(days=2))

    def ended(case_id: str, cause: c.Cause, outcome: int, days: int = 0, **more: Any) -> c.Case:
        told = {"cause": cause, "state": c.CaseState.CLOSED, "outcome": outcome}
        return opened(case_id, business_date=DAY - timedelta(days=days), **told, **more)

    found = review(
        [
            ended("1", c.Cause.EQUIPMENT, -100, 7),
            ended("2", c.Cause.EQUIPMENT, -150, actions=[late]),
            ended("3", c.Cause.PAYMENT, -900),
            opened("4"),
        ],
        DAY - timedelta(days=3),
        DAY,
    )
    assert [(row.cause, row.cases, row.cost, row.weeks) for row in found.causes] == [
        ("equipment", 1, 150, 2),
        ("payment", 1, 900, 1),
    ]
    assert [(due.case_id, due.overdue) for due in found.actions] == [("2", True)]
    assert found.open_cases == ["4"]
