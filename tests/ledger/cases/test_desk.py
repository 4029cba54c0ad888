"""Which shortfalls open a case, and what becomes of cases while time goes on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from daybook.ledger.alerts.states import Reason, end
from daybook.ledger.cases.desk import KEPT, Desk
from daybook.schemas import cases as c
from daybook.schemas.alerts import Alert, Dimension, Measured, Scope
from tests.ledger.alerts.world import firing, rule
from tests.ledger.cases.world import NOON, NORTH, QUAY, each_day, sales, signals, today, witnesses

ALL = Scope(dimension=Dimension.ALL, currency="GBP")
_ON: dict[str, Any] = {"by": "kim", "at": NOON}


def short(
    scope: Scope = QUAY, *, missing: int = -40, of: str = "recent", at: datetime = NOON, usual: int = 100
) -> Alert:
    """A shortfall that fires at a moment: orders of the last hour, of usually a hundred."""
    alert = firing(of=rule(of), scope=scope, start=at - timedelta(minutes=15), business_date=NOON.date())
    measured = Measured(
        name="orders", unit="count", value=usual + missing, usual=usual, clears_at=usual * 5 // 6, minutes=60
    )
    return alert.model_copy(update={"measured": measured, "title": f"{scope.key or 'all'} is short"})


def desk_of(*alerts: Alert, now: datetime = NOON, desk: Desk | None = None) -> Desk:
    """A desk that has seen these alerts."""
    desk = desk or Desk()
    desk.open_and_join({alert.dedup_key: alert for alert in alerts}, now)
    return desk


def scopes(desk: Desk) -> list[str]:
    """What its cases are about."""
    return sorted(case.scope.key or "all" for case in desk.cases.values())


def test_a_shortfall_opens_one_case_however_often_it_is_told() -> None:
    """The same alert again, over a restart as well, changes nothing."""
    alert = short()
    desk = desk_of(alert)
    [case] = desk.cases.values()
    assert (case.title, case.alerts, case.opened_by) == ("quay is short", [alert.dedup_key], "daybook")
    assert case.window_start == NOON - timedelta(minutes=75)
    again = desk_of(alert.model_copy(update={"version": 9, "times_fired": 2}), desk=Desk(desk.cases.values()))
    assert again.take_changed() == {}


def test_only_shortfalls_that_have_fired_open_cases() -> None:
    """Not one that is pending, nor a test, nor missing data, nor a spike of returns."""
    pending = short().model_copy(update={"times_fired": 0})
    test = short().model_copy(update={"test": True})
    others = [short(of=kind) for kind in ("data_missing", "spike")]
    assert desk_of(pending).cases == desk_of(test).cases == desk_of(*others).cases == {}


def test_a_shortfall_that_was_over_before_it_was_seen_still_opens_its_case() -> None:
    """Nothing is lost while no watcher runs."""
    over = end(short(), Reason.RECOVERED, NOON + timedelta(hours=1), 9).alert
    assert over is not None
    assert len(desk_of(over, now=NOON + timedelta(hours=2)).cases) == 1


def test_what_lies_within_a_shortfall_belongs_to_its_case() -> None:
    """A store of the region, and the region's target, join the region's case while it goes on."""
    desk = desk_of(short(NORTH), short(QUAY, missing=-10), short(NORTH, of="target"))
    assert scopes(desk) == ["North"]
    [case] = desk.cases.values()
    assert len(case.alerts) == 3


def test_a_wider_shortfall_joins_the_case_that_explains_half_of_it() -> None:
    """A region that misses 40 of the 50 that all miss is the case; one that misses 10 of them is another."""
    first = desk_of(short(NORTH))
    assert scopes(desk_of(short(NORTH), short(ALL, missing=-50), desk=first)) == ["North"]
    other = desk_of(short(NORTH, missing=-10))
    assert scopes(desk_of(short(NORTH, missing=-10), short(ALL, missing=-50), desk=other)) == ["North", "all"]


def test_of_shortfalls_at_once_the_place_that_explains_them_has_the_case() -> None:
    """All and the region fire together: the case is the region's if it is most of it, else that of all."""
    for missing, about in ((-40, "North"), (-10, "all")):
        [case] = desk_of(short(ALL, missing=-50), short(NORTH, missing=missing)).cases.values()
        assert (case.scope.key or "all", len(case.alerts)) == (about, 2)


def test_a_wider_shortfall_that_would_be_over_without_a_case_joins_it() -> None:
    """A region misses 40 of the 88 that all miss: with these, all would be back where the alert clears."""
    for usual, expected in ((300, ["North"]), (200, ["North", "all"])):
        desk = desk_of(short(NORTH))
        every = short(ALL, missing=-88, usual=usual)
        assert scopes(desk_of(short(NORTH), every, desk=desk)) == expected


def test_a_shortfall_after_another_is_over_is_another_case() -> None:
    """In the morning the region, in the afternoon one of its stores."""
    desk = desk_of(short(NORTH))
    over = end(short(NORTH), Reason.RECOVERED, NOON + timedelta(hours=1), 9).alert
    assert over is not None
    later = NOON + timedelta(hours=4)
    assert scopes(desk_of(over, short(QUAY, at=later), now=later, desk=desk)) == ["North", "quay"]


def test_a_case_that_somebody_has_opened_takes_the_alert() -> None:
    """Who was faster than the rule gets no second case."""
    desk = Desk()
    opening = c.OpenCase(
        case_id="k-1",
        title="odd",
        scope=QUAY,
        business_date=NOON.date(),
        window_start=NOON - timedelta(hours=1),
        window_end=NOON,
        **_ON,
    )
    assert desk.carry_out(opening, NOON) is None
    alert = short()
    desk_of(alert, desk=desk)
    assert desk.cases["k-1"].alerts == [alert.dedup_key]
    assert len(desk.cases) == 1


FAILING = [
    *each_day("payment.failed", 2, gateway="acme", reason="timeout"),
    *today("payment.failed", 40, gateway="acme", reason="timeout"),
]


def test_evidence_follows_the_hours_while_the_shortfall_goes_on() -> None:
    """The window grows by quarter hours; after the end it is looked at for an hour more, and then stays."""
    alert = short()
    desk = desk_of(alert)
    seen = witnesses(signals(FAILING), alerts=[alert])
    desk.look_into(seen, NOON)
    [case] = desk.cases.values()
    assert [one.kind for one in case.evidence] == ["payment_failures"]
    desk.look_into(seen, NOON + timedelta(minutes=37))
    [case] = desk.cases.values()
    assert case.window_end == NOON + timedelta(minutes=30)
    over = end(alert, Reason.RECOVERED, NOON + timedelta(minutes=40), 9).alert
    assert over is not None
    desk.look_into(witnesses(alerts=[over]), NOON + timedelta(hours=5))
    [late] = desk.cases.values()
    assert (late.window_end, late.evidence) == (case.window_end, case.evidence)


def test_looking_again_at_the_same_changes_nothing() -> None:
    """No new version where nothing is new."""
    alert = short()
    desk = desk_of(alert)
    seen = witnesses(signals(FAILING), alerts=[alert])
    desk.look_into(seen, NOON)
    assert desk.take_changed()
    desk.look_into(seen, NOON + timedelta(minutes=3))
    assert desk.take_changed() == {}


def test_the_day_is_priced_once_it_is_over_also_in_a_closed_case() -> None:
    """Not before its end; then against like days, and again where a sale comes late."""
    alert = short()
    desk = desk_of(alert)
    desk.look_into(witnesses(sold=sales(60_000)), datetime(2026, 3, 11, 23, 50, tzinfo=UTC))
    [case] = desk.cases.values()
    assert case.outcome is None
    for item, command in (
        ("check", c.CheckCase(item=c.Item.FEEDBACK, finding="fine", case_id=case.case_id, **_ON)),
        ("close", c.CloseCase(cause=c.Cause.STAFF, case_id=case.case_id, **_ON)),
    ):
        assert desk.carry_out(command, NOON) is None, item
    desk.look_into(witnesses(sold=sales(60_000)), datetime(2026, 3, 12, 0, 15, tzinfo=UTC))
    assert desk.cases[case.case_id].outcome == -40_000
    desk.look_into(witnesses(sold=sales(65_000)), datetime(2026, 3, 13, tzinfo=UTC))
    assert desk.cases[case.case_id].outcome == -35_000


def test_a_command_that_does_not_fit_is_refused_and_changes_nothing() -> None:
    """The case stays as it is, and the sentence says why."""
    desk = desk_of(short())
    desk.take_changed()
    [case] = desk.cases.values()
    refused = desk.carry_out(c.CloseCase(cause=c.Cause.STAFF, case_id=case.case_id, **_ON), NOON)
    assert refused is not None
    assert "customer feedback" in refused
    assert desk.take_changed() == {}


@pytest.mark.parametrize("days", [59, 61])
def test_closed_cases_are_forgotten_after_sixty_days(days: int) -> None:
    """Until then they can be opened again; what is open is never forgotten."""
    desk = desk_of(short(), short(ALL, missing=-500), desk=desk_of(short()))
    ended = next(case for case in desk.cases.values() if case.scope == QUAY)
    desk.cases[ended.case_id] = ended.model_copy(
        update={"state": c.CaseState.CLOSED, "cause": c.Cause.STAFF, "closed_at": NOON}
    )
    desk.take_changed()
    desk.look_into(witnesses(), NOON + timedelta(days=days))
    assert (ended.case_id in desk.cases) is (timedelta(days=days) < KEPT)
    assert "all" in scopes(desk)
