"""Whether a group is told now, and why."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybook.ledger.alerts.notifying import Group, Telling, Wait, notify
from daybook.ledger.alerts.routing import groups
from daybook.schemas.alerts import Alert, AlertState, Dimension, Match, Scope, Severity
from daybook.schemas.notifications import Notification, NotificationStatus, NotifyReason
from daybook.schemas.rules import Route
from tests.ledger.alerts.world import NOON, firing, rule

ROUTE = Route(name="sales", receivers=["on-call"])
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
FIRED = firing().fired_at or NOON


def alert(store: str, state: AlertState = AlertState.FIRING, **more: Any) -> Alert:
    """An alert of a store in a state."""
    scope = Scope(dimension=Dimension.STORE, key=store, store=store, region="North")
    return firing(scope=scope).model_copy(update={"state": state, **more})


A, B = alert("a"), alert("b")


def group(*alerts: Alert, route: Route = ROUTE) -> Group:
    """A group on a route."""
    return Group("g", "on-call", route, alerts)


def entry(telling: Telling, at: datetime) -> Notification:
    """What is written to the log when something is told."""
    assert isinstance(telling.reason, NotifyReason)
    return Notification(
        notification_id="n", version=1, receiver="on-call", group_key="g", reason=telling.reason,
        status=NotificationStatus.DUE, decided_at=at, firing=telling.firing, quiet=telling.quiet,
        acknowledged=telling.acknowledged, resolved=telling.resolved,
    )  # fmt: skip


def told(*alerts: Alert, at: datetime = FIRED + MINUTE) -> Notification:
    """The log entry after a first notification of alerts."""
    return entry(notify(group(*alerts), None, at), at)


def test_the_first_notification_waits_for_more_of_its_group() -> None:
    """It is told after the group's wait, together with what has come in the meantime."""
    assert notify(group(A), None, FIRED + 10 * SECOND).reason is Wait.GROUP_WAIT
    first = notify(group(A, B), None, FIRED + 30 * SECOND)
    assert (first.reason, first.firing) == (NotifyReason.FIRST, sorted([A.dedup_key, B.dedup_key]))


@pytest.mark.parametrize("minutes, reason", [(1, Wait.GROUP_INTERVAL), (5, NotifyReason.NEW_ALERT)])
def test_a_new_alert_in_the_group_is_told_after_its_interval(minutes: int, reason: Any) -> None:
    """Something new is told, though not sooner than the group's interval after the last time."""
    log = told(A)
    assert notify(group(A, B), log, log.decided_at + minutes * MINUTE).reason is reason


@pytest.mark.parametrize("minutes, reason", [(239, Wait.REPEAT), (240, NotifyReason.REPEAT)])
def test_what_goes_on_is_repeated_after_its_interval(minutes: int, reason: Any) -> None:
    """The same again is told when the repeat interval has elapsed and not before."""
    log = told(A)
    assert notify(group(A), log, log.decided_at + minutes * MINUTE).reason is reason


def test_an_end_is_told_once() -> None:
    """What had been told and is over is told as resolved; then there is nothing more to tell."""
    log, over = told(A), alert("a", AlertState.RESOLVED)
    at = log.decided_at + 10 * MINUTE
    ended = notify(group(over), log, at)
    assert (ended.reason, ended.firing, ended.resolved) == (NotifyReason.RESOLVED, [], [A.dedup_key])
    assert notify(group(over), entry(ended, at), at + timedelta(days=1)).reason is Wait.NOTHING
    quiet = group(over, route=ROUTE.model_copy(update={"send_resolved": False}))
    assert notify(quiet, log, at).reason is Wait.NOTHING


def test_what_is_not_kept_any_more_is_over() -> None:
    """An alert that had been told and has vanished is told as resolved: rather that than an endless page."""
    log = told(A)
    assert notify(group(), log, log.decided_at + 10 * MINUTE).resolved == [A.dedup_key]


def test_what_was_never_told_does_not_end_aloud() -> None:
    """An alert that was over before its first notification is not told at all."""
    assert notify(group(alert("a", AlertState.RESOLVED)), None, NOON).reason is Wait.NOTHING


def test_an_acknowledgement_is_told_and_ends_the_repeats() -> None:
    """Receivers that know of it hear that somebody is on it; it is not repeated, and its end is told."""
    log, taken = told(A), alert("a", AlertState.ACKNOWLEDGED)
    at = log.decided_at + 10 * MINUTE
    heard = notify(group(taken), log, at)
    assert (heard.reason, heard.acknowledged) == (NotifyReason.ACKNOWLEDGED, [A.dedup_key])
    after = entry(heard, at)
    assert notify(group(taken), after, at + timedelta(days=3)).reason is Wait.NOTHING
    over = notify(group(alert("a", AlertState.RESOLVED)), after, at + 10 * MINUTE)
    assert over.reason is NotifyReason.RESOLVED


@pytest.mark.parametrize(
    "hushed",
    [
        alert("a", AlertState.SILENCED),
        alert("a", inhibited_by="0" * 32),
        alert("a", AlertState.ACKNOWLEDGED, inhibited_by="0" * 32),
    ],
)
def test_what_is_hushed_after_it_was_told_still_ends_aloud(hushed: Alert) -> None:
    """A told alert that is silenced or explained is not repeated, but its end reaches who had heard of it."""
    log = told(A, B)
    at = log.decided_at + timedelta(hours=5)
    telling = notify(group(hushed, B), log, at)
    assert (telling.reason, telling.firing) == (NotifyReason.REPEAT, [B.dedup_key])
    later = notify(group(alert("a", AlertState.RESOLVED), B), entry(telling, at), at + 10 * MINUTE)
    assert (later.reason, later.resolved) == (NotifyReason.RESOLVED, [A.dedup_key])


def test_what_fires_anew_is_new() -> None:
    """The same alert that fires again, or whose silence ended, is told again without waiting for a repeat."""
    log = told(A)
    again = A.model_copy(update={"fired_at": log.decided_at + MINUTE})
    assert notify(group(again), log, log.decided_at + 6 * MINUTE).reason is NotifyReason.NEW_ALERT


def test_explained_alerts_are_not_told() -> None:
    """What another alert explains, and what is silenced or pending, is not in a first notification."""
    silent = [alert("c", state) for state in (AlertState.SILENCED, AlertState.PENDING, AlertState.RESOLVED)]
    hour = FIRED + timedelta(hours=1)
    assert notify(group(alert("a", inhibited_by="0" * 32), *silent), None, hour).reason is Wait.NOTHING


STATES = st.sampled_from(
    [AlertState.FIRING, AlertState.ACKNOWLEDGED, AlertState.SILENCED, AlertState.RESOLVED]
)


@given(st.lists(st.tuples(STATES, STATES, st.booleans()), min_size=1, max_size=12))
def test_whatever_fires_long_enough_is_told_and_every_told_one_ends(
    course: list[tuple[AlertState, AlertState, bool]],
) -> None:
    """After any course, with any log entries lost in a crash and told again, nothing that fires stays untold.

    A lost entry (True) is one that was sent but not kept: the next decision tells it again.
    """
    log: Notification | None = None
    heard: set[str] = set()
    now = FIRED
    for first, second, lost in [*course, (AlertState.FIRING, AlertState.RESOLVED, False)]:
        now += timedelta(hours=5)
        members = [alert("a", first), alert("b", second)]
        telling = notify(group(*members), log, now)
        if telling.due:
            heard = (heard | {*telling.firing}) - {*telling.resolved}
            log = log if lost else entry(telling, now)
        if not lost:
            assert {m.dedup_key for m in members if m.state is AlertState.FIRING} <= heard
            assert not {m.dedup_key for m in members if m.state is AlertState.RESOLVED} & (
                {*log.firing, *log.acknowledged, *log.quiet} if log else set()
            )


def test_alerts_are_grouped_by_route_and_labels() -> None:
    """Each route that fits makes groups of its own by its labels, once for each of its receivers."""
    pages = Route(
        name="pages", match=Match(severities=[Severity.ERROR]), receivers=["pager"], group_by=("rule",)
    )
    everything = Route(name="all", receivers=["chat", "mail"], group_by=("store", "business_date"))
    not_b = Route(name="not-b", without=Match(stores=["b"]), receivers=["chat"], group_by=())
    loud = firing(of=rule("recent", severity="error"))
    made = groups([pages, everything, not_b], [loud, B, alert("c", times_fired=0)])
    assert [(each.key, each.receiver, len(each.alerts)) for each in made] == [
        ("all/store=b/business_date=2026-03-10", "chat", 1),
        ("all/store=b/business_date=2026-03-10", "mail", 1),
        ("all/store=quayside/business_date=2026-03-10", "chat", 1),
        ("all/store=quayside/business_date=2026-03-10", "mail", 1),
        ("not-b", "chat", 1),
        ("pages/rule=recent", "pager", 1),
    ]
