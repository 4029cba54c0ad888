"""The notify agent: what it tells, what it logs, and what a kill at any step makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from daybook.ledger.alerts.entries import Tried
from daybook.schemas.alert_commands import TestAlert
from daybook.schemas.alerts import Alert, AlertState
from daybook.schemas.notifications import Notification, NotificationStatus
from daybook.schemas.reports import ReportKind, ReportSchedule
from daybook.schemas.rules import RulesFile
from daybook.schemas.ticks import Command
from daybook.streams.notify_agent import NotifyAgent
from tests.sinks.notifiers.samples import alert

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
RULES = RulesFile.model_validate(
    {
        "rules": [],
        "receivers": [
            {"id": name, "type": "webhook", "url": "http://127.0.0.1:9", "secret_file": "s"}
            for name in ("desk", "phone")
        ],
        "routes": [
            {
                "name": "all",
                "receivers": ["desk", "phone"],
                "group_wait_seconds": 0,
                "group_interval_seconds": 0,
                "repeat_minutes": 60,
            }
        ],
    }
)


class Killed(Exception):
    """The process is gone."""


class Post:
    """Receivers that take what they are told, unless they are down; a try ends at once."""

    def __init__(self) -> None:
        self.taken: list[Notification] = []
        self.down: set[str] = set()
        self.results: list[Tried] = []
        self.now = NOON
        self.dies: str = ""

    def start(self, notification: Notification) -> None:
        """Try."""
        if self.dies == "before sending":
            raise Killed
        if notification.receiver in self.down:
            self.results.append(Tried(notification.notification_id, self.now, "it is down"))
            return
        self.taken.append(notification)
        if self.dies == "after sending":
            raise Killed
        self.results.append(Tried(notification.notification_id, self.now, None))

    def take_results(self) -> Sequence[Tried]:
        """How it went."""
        results, self.results = self.results, []
        return results

    def heard(self, receiver: str) -> dict[str, str]:
        """What a receiver thinks of each alert, by what it was told last."""
        known: dict[str, str] = {}
        for told in self.taken:
            if told.receiver == receiver:
                known |= dict.fromkeys(told.firing, "fires") | dict.fromkeys(told.resolved, "is over")
        return known


class Desk:
    """An agent on a table that survives it, and alerts as they stand."""

    def __init__(self) -> None:
        self.post = Post()
        self.table: dict[bytes, bytes] = {}
        self.alerts: dict[str, Alert] = {}
        self.now = NOON
        self.agent = self._begun()
        self.told: list[Notification] = []

    def _begun(self) -> NotifyAgent:
        agent = NotifyAgent(lambda: RULES, self.post, self._closed)
        agent.restore(self.table)
        return agent

    def _closed(self, now: datetime) -> date:
        """Days close six hours after midnight."""
        return (now - timedelta(hours=30)).date()

    def all(self) -> Sequence[Alert]:
        """The view."""
        return list(self.alerts.values())

    def tick(self, seconds: int = 10, commands: Sequence[Command] = (), dies: str = "") -> None:
        """Time goes on by seconds; the process may die on the way, and is started anew."""
        self.now += timedelta(seconds=seconds)
        self.post.now, self.post.dies = self.now, dies
        try:
            self._decide(commands, dies)
        except Killed:
            self.post.results.clear()
            self.agent = self._begun()
        self.post.dies = ""

    def _decide(self, commands: Sequence[Command], dies: str) -> None:
        outcome = self.agent.on_tick(self.now, self, commands)
        if dies == "before logging":
            raise Killed
        for key, value in outcome.entries.items():
            if value is None:
                self.table.pop(key, None)
            else:
                self.table[key] = value
        self.told += [Notification.model_validate_json(r.value or b"") for r in outcome.records]
        if outcome.then is not None:
            outcome.then()

    def fire(self, name: str) -> str:
        """An alert fires, now."""
        key = name * 32
        self._set(key, state=AlertState.FIRING, fired_at=self.now.isoformat())
        return key

    def end(self, name: str) -> None:
        """It is over."""
        self._set(name * 32, state=AlertState.RESOLVED, resolved_at=self.now.isoformat())

    def _set(self, key: str, **changes: Any) -> None:
        known = self.alerts.get(key)
        fired = {"fired_at": known.fired_at.isoformat()} if known and known.fired_at else {}
        body = fired | changes | {"dedup_key": key, "updated_at": self.now.isoformat()}
        self.alerts[key] = alert(**body)

    def entry(self, receiver: str) -> Notification:
        """The last entry of a receiver."""
        (found,) = [
            entry
            for value in self.table.values()
            if (entry := Notification.model_validate_json(value)).receiver == receiver
        ]
        return found


def test_each_receiver_is_told_once_and_its_end_too() -> None:
    """Logged as due, sent, logged as sent; while nothing changes nothing more is told."""
    desk = Desk()
    key = desk.fire("a")
    for _ in range(5):
        desk.tick()
    assert [(t.receiver, t.reason) for t in desk.post.taken] == [
        ("desk", "first_notification"),
        ("phone", "first_notification"),
    ]
    states = [(t.receiver, t.status) for t in desk.told]
    assert states == [(r, s) for s in ("due", "sent") for r in ("desk", "phone")]
    assert all(
        later.version > earlier.version for earlier, later in zip(desk.told, desk.told[2:], strict=False)
    )
    desk.end("a")
    desk.tick()
    desk.tick()
    assert desk.post.heard("phone") == {key: "is over"}
    assert len(desk.post.taken) == 4


def test_a_dead_receiver_is_tried_again_and_keeps_no_other_waiting() -> None:
    """Its pauses grow; what fires and ends meanwhile is told in one when it is back."""
    desk = Desk()
    desk.post.down = {"phone"}
    first = desk.fire("a")
    for _ in range(60):
        desk.tick(5)
    assert desk.post.heard("desk") == {first: "fires"}
    entry = desk.entry("phone")
    assert (entry.status, entry.error) == (NotificationStatus.DUE, "it is down")
    assert 5 <= entry.attempts <= 9
    assert desk.agent.failing() == {"phone": 1}
    second = desk.fire("b")
    desk.end("a")
    desk.tick()
    desk.post.down = set()
    for _ in range(70):
        desk.tick(5)
    assert desk.post.heard("phone") == {first: "is over", second: "fires"}
    assert desk.agent.waiting == 0


def test_the_end_of_an_alert_is_told_though_something_newer_was_decided_before_it_was_sent() -> None:
    """An entry that was never taken hands on what it had to tell."""
    desk = Desk()
    first = desk.fire("a")
    desk.tick()
    desk.tick()
    desk.post.down = {"desk", "phone"}
    desk.end("a")
    desk.tick()
    second = desk.fire("b")
    desk.tick()
    desk.post.down = set()
    for _ in range(70):
        desk.tick(5)
    assert desk.post.heard("phone") == {first: "is over", second: "fires"}


def test_what_nobody_took_for_long_is_given_up_and_decided_anew() -> None:
    """After a day of tries the entry has failed; what still fires is told when the receiver is back."""
    desk = Desk()
    desk.post.down = {"phone"}
    key = desk.fire("a")
    for _ in range(26 * 12):
        desk.tick(300)
    assert NotificationStatus.FAILED in {told.status for told in desk.told if told.receiver == "phone"}
    desk.post.down = set()
    for _ in range(4):
        desk.tick(300)
    assert desk.post.heard("phone") == {key: "fires"}


def test_a_test_alert_is_told_and_taken_back() -> None:
    """To the one receiver that is named; its end follows once it was taken, so nothing stays open."""
    desk = Desk()
    desk.tick(commands=[TestAlert(test_id="t1", receiver="phone", by="ann", at=NOON)])
    desk.tick()
    desk.tick()
    assert [(t.receiver, bool(t.firing), bool(t.resolved)) for t in desk.post.taken] == [
        ("phone", True, False),
        ("phone", False, True),
    ]
    assert all(told.test for t in desk.post.taken for told in t.alerts)


class WithReports(Desk):
    """The same, with a report of each day and week for both receivers."""

    def _begun(self) -> NotifyAgent:
        both = (ReportKind.DAY, ReportKind.WEEK)
        schedules = [ReportSchedule(kind=kind, receivers=["desk", "phone"]) for kind in both]
        rules = RULES.model_copy(update={"reports": schedules})
        agent = NotifyAgent(lambda: rules, self.post, self._closed)
        agent.restore(self.table)
        return agent

    def reports(self, receiver: str) -> list[str]:
        """What a receiver was told, in order."""
        return [told.group_key for told in self.post.taken if told.receiver == receiver]


def test_reports_are_told_once_each_when_their_days_close() -> None:
    """Over ten days, with a new process each day, though log entries are forgotten after two."""
    desk = WithReports()
    for _ in range(10 * 24 * 2):
        desk.tick(1800)
        if desk.now.hour == 3:
            desk.agent = desk._begun()
    days = [f"report/day/2026-03-{day:02}" for day in range(9, 20)]
    weeks = [f"report/week/2026-03-{day:02}" for day in (2, 9)]
    assert sorted(desk.reports("desk")) == sorted(desk.reports("phone")) == days + weeks
    assert len(desk.table) <= 2 * (3 + 1)


def test_a_report_is_tried_until_it_is_taken() -> None:
    """A receiver that is away for days gets every day's report, in order, when it is back."""
    desk = WithReports()
    desk.post.down = {"phone"}
    for _ in range(4 * 24 * 4):
        desk.tick(900)
    assert len(desk.reports("desk")) == 6
    desk.post.down = set()
    desk.tick(900)
    desk.tick(900)
    assert sorted(desk.reports("phone")) == sorted(desk.reports("desk"))
    assert NotificationStatus.FAILED not in {told.status for told in desk.told}


@given(st.lists(st.sampled_from(("", "", "before logging", "before sending", "after sending")), max_size=30))
def test_no_kill_at_any_step_loses_a_report(deaths: list[str]) -> None:
    """Each day was told; again only after a death between sending and its log, and under the same id."""
    desk = WithReports()
    for dies in deaths:
        desk.tick(6 * 3600, dies=dies)
    for _ in range(3):
        desk.tick()
    closed = desk._closed(desk.now)
    for receiver in ("desk", "phone"):
        told = [name for name in desk.reports(receiver) if "/day/" in name]
        first = date.fromisoformat(told[0].removeprefix("report/day/"))
        expected = [first + timedelta(days=n) for n in range((closed - first).days + 1)]
        assert set(told) == {f"report/day/{day}" for day in expected}
        assert len(told) - len(set(told)) <= sum(map(bool, deaths))


STEPS = ("", "", "before logging", "before sending", "after sending")


@given(
    st.lists(
        st.tuples(st.sampled_from(("fire", "end", "wait")), st.sampled_from("abc"), st.sampled_from(STEPS))
    )
)
def test_no_kill_at_any_step_loses_a_notification(story: list[tuple[str, str, str]]) -> None:
    """Alerts come and go, and the process dies between decide, log and send: in the end all is told."""
    desk = Desk()
    for what, name, dies in story:
        if (
            what == "fire"
            and desk.alerts.get(name * 32, alert(state="resolved")).state is AlertState.RESOLVED
        ):
            desk.fire(name)
        elif what == "end" and name * 32 in desk.alerts:
            desk.end(name)
        desk.tick(dies=dies)
    for _ in range(3):
        desk.tick()
    for receiver in ("desk", "phone"):
        heard = desk.post.heard(receiver)
        for key, known in desk.alerts.items():
            if known.state is AlertState.FIRING:
                assert heard[key] == "fires"
            else:
                # One that was over before anybody could be told of it needs no end.
                assert heard.get(key, "is over") == "is over"
    assert desk.agent.waiting == 0
