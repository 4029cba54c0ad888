"""Reports through the notify agent: when their days close, once each, whatever dies."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from daybook.schemas.notifications import Notification, NotificationStatus
from daybook.schemas.reports import ReportKind, ReportSchedule
from daybook.streams.notify_agent import NotifyAgent
from tests.streams.notify_desk import RULES, Desk


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


def test_what_was_told_elsewhere_is_not_told_again() -> None:
    """The demo's broker forgets: handed what ClickHouse knows, a new agent goes on with the next day."""
    before = WithReports()
    before.tick()
    before.tick()
    told = [Notification.model_validate_json(value) for value in before.table.values()]
    after = WithReports()
    after.agent.know(told)
    after.tick()
    assert after.post.taken == []
    after.tick(24 * 3600)
    assert after.reports("desk") == ["report/day/2026-03-10"]


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


@example(["", "before logging", "", "before logging"])
@given(st.lists(st.sampled_from(("", "", "before logging", "before sending", "after sending")), max_size=30))
def test_no_kill_at_any_step_loses_a_report(deaths: list[str]) -> None:
    """Each day was told; again only what a death found sent and not yet logged, under the same id."""
    desk, logged, unlogged = WithReports(), Counter[str](), Counter[str]()
    for dies in deaths:
        before = Counter({receiver: len(desk.reports(receiver)) for receiver in ("desk", "phone")})
        desk.tick(6 * 3600, dies=dies)
        if dies != "before logging":
            logged = before
        if dies:
            sent = Counter({receiver: len(desk.reports(receiver)) for receiver in ("desk", "phone")})
            unlogged.update(sent - logged)
            logged = sent
    for _ in range(3):
        desk.tick()
    closed = desk._closed(desk.now)
    for receiver in ("desk", "phone"):
        told = [name for name in desk.reports(receiver) if "/day/" in name]
        first = date.fromisoformat(told[0].removeprefix("report/day/"))
        expected = [first + timedelta(days=n) for n in range((closed - first).days + 1)]
        assert set(told) == {f"report/day/{day}" for day in expected}
        assert len(told) - len(set(told)) <= unlogged[receiver]
