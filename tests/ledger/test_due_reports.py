"""Which reports are due: after the close, each once, none left out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybook.ledger.calendar import Calendar
from daybook.ledger.due_reports import CAUGHT_UP, due_reports, is_newest, last_closed
from daybook.ledger.periods import PERIODS
from daybook.schemas.notifications import Notification
from daybook.schemas.reports import ReportKind, ReportSchedule
from daybook.schemas.stores import DayRule, StoreEntry

GRACE = timedelta(hours=6)
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
CALENDAR = Calendar(
    [
        StoreEntry(store_id="leeds", days=[DayRule(zone="Europe/London")]),
        StoreEntry(store_id="reno", days=[DayRule(zone="America/Los_Angeles", cutoff="04:00")]),
    ]
)


def schedule(kind: ReportKind, *receivers: str) -> ReportSchedule:
    """Who gets reports of a kind."""
    return ReportSchedule(kind=kind, receivers=list(receivers or ("desk",)))


def due(schedules: Sequence[ReportSchedule], log: Sequence[Notification], closed: date) -> list[Notification]:
    """What is to be told."""
    return list(due_reports(schedules, log, closed, NOON))


def periods(found: Sequence[Notification]) -> list[tuple[str, str]]:
    """First and last date of each report."""
    return [(str(e.report.first), str(e.report.last)) for e in found if e.report]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        # Reno's 9 March ends on the 10th at 04:00 PDT, 11:00 UTC, and closes six hours later.
        ("2026-03-10T16:59:59Z", date(2026, 3, 8)),
        ("2026-03-10T17:00:00Z", date(2026, 3, 9)),
        ("2026-03-11T16:59:59Z", date(2026, 3, 9)),
    ],
)
def test_a_date_is_closed_when_it_is_at_every_store(now: str, expected: date) -> None:
    """The store that closes last decides, its grace time included."""
    assert last_closed(CALENDAR, GRACE, datetime.fromisoformat(now)) == expected


def test_without_stores_nothing_is_closed() -> None:
    """Nobody can say which day it is."""
    assert last_closed(Calendar([]), GRACE, NOON) is None


@pytest.mark.parametrize(
    ("kind", "closed", "expected"),
    [
        (ReportKind.DAY, date(2026, 3, 9), ("2026-03-09", "2026-03-09")),
        (ReportKind.WEEK, date(2026, 3, 8), ("2026-03-02", "2026-03-08")),
        (ReportKind.WEEK, date(2026, 3, 9), ("2026-03-02", "2026-03-08")),
        (ReportKind.MONTH, date(2026, 3, 30), ("2026-02-01", "2026-02-28")),
        (ReportKind.MONTH, date(2026, 3, 31), ("2026-03-01", "2026-03-31")),
    ],
)
def test_the_first_report_is_that_of_the_last_period_that_closed(
    kind: ReportKind, closed: date, expected: tuple[str, str]
) -> None:
    """A week or month that still runs is not told."""
    assert periods(due([schedule(kind)], [], closed)) == [expected]


def test_each_receiver_gets_each_period_once() -> None:
    """Asked again with what was decided in the log, nothing is due; the ids hold no time."""
    schedules = [schedule(kind, "desk", "mail") for kind in ReportKind]
    found = due(schedules, [], date(2026, 3, 9))
    assert len(found) == len({entry.notification_id for entry in found}) == 6
    assert due(schedules, found, date(2026, 3, 9)) == []
    later = list(due_reports(schedules, [], date(2026, 3, 9), NOON + timedelta(hours=1)))
    assert [e.notification_id for e in later] == [e.notification_id for e in found]


@given(st.lists(st.integers(0, 5), min_size=1, max_size=40), st.sampled_from(list(ReportKind)))
def test_no_period_is_left_out_or_told_twice(steps: list[int], kind: ReportKind) -> None:
    """Time goes on by days, some of which nobody looks at: all periods from the first on, in order, once."""
    closed, log, told = date(2026, 1, 15), list[Notification](), list[tuple[str, str]]()
    for step in steps:
        closed += timedelta(days=step)
        log += (found := due([schedule(kind)], log, closed))
        told += periods(found)
        log = [entry for entry in log if is_newest(entry, log)]
    expected = []
    day = date.fromisoformat(told[0][0])
    while PERIODS[kind.value](day).last <= closed:
        period = PERIODS[kind.value](day)
        expected.append((str(period.first), str(period.last)))
        day = period.last + timedelta(days=1)
    assert told == expected


def test_after_a_long_time_the_newest_are_caught_up_with() -> None:
    """A month without a notifier does not bring thirty reports at once."""
    known = due([schedule(ReportKind.DAY)], [], date(2026, 2, 1))
    found = due([schedule(ReportKind.DAY)], known, date(2026, 3, 9))
    assert [day for day, _ in periods(found)] == [f"2026-03-{n:02}" for n in range(3, 10)]
    assert len(found) == CAUGHT_UP


def test_the_newest_alone_is_enough_to_go_on_from() -> None:
    """Whatever else the log forgets, nothing is told twice."""
    schedules = [schedule(ReportKind.DAY)]
    log = due(schedules, [], date(2026, 3, 8))
    log += due(schedules, log, date(2026, 3, 9))
    kept = [entry for entry in log if is_newest(entry, log)]
    assert periods(kept) == [("2026-03-09", "2026-03-09")]
    assert due(schedules, kept, date(2026, 3, 9)) == []
