"""Which written reports are due: each period's once to each receiver, when its last day has closed. Pure.

What was told stands in the notification log. A receiver's first report of a kind is that of the last period
that has closed; after that no period is left out, for as long as one can be caught up with.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Final

from daybook.ledger.calendar import Calendar
from daybook.ledger.days import closes_at
from daybook.ledger.periods import PERIODS, Period, period_before
from daybook.schemas.notifications import Notification, NotificationStatus, NotifyReason
from daybook.schemas.reports import ReportKind, ReportPeriod, ReportSchedule

CAUGHT_UP: Final = 7
"""So many periods are told at most after a time in which nothing was decided; older ones can be asked for."""
_DAY: Final = timedelta(days=1)


def last_closed(calendar: Calendar, grace: timedelta, now: datetime) -> date | None:
    """The last business date that is closed at every store, at an aware time; None without any store."""
    if not calendar.stores:
        return None
    day = min(calendar.moment(store.store_id, now).business_date for store in calendar.stores)
    while any(now < closes_at(day, store.days, grace) for store in calendar.stores):
        day -= _DAY
    return day


def due_reports(
    schedules: Iterable[ReportSchedule], log: Collection[Notification], closed: date, now: datetime
) -> Iterator[Notification]:
    """The entries of what is to be told now, oldest first. ``closed`` is the last date that is closed."""
    for schedule in schedules:
        for receiver in schedule.receivers:
            for period in _untold(schedule.kind, newest(log, receiver, schedule.kind), closed):
                yield _entry(receiver, schedule.kind, period, now)


def newest(log: Iterable[Notification], receiver: str, kind: ReportKind) -> Notification | None:
    """The entry of the newest report of a kind that was decided for a receiver."""
    own = [
        (entry.report.last, entry)
        for entry in log
        if entry.receiver == receiver and entry.report is not None and entry.report.kind is kind
    ]
    return max(own, key=lambda pair: pair[0])[1] if own else None


def is_newest(entry: Notification, log: Iterable[Notification]) -> bool:
    """Whether an entry has to be remembered, because no later report of its kind stands in the log."""
    return entry.report is not None and newest(log, entry.receiver, entry.report.kind) is entry


def _untold(kind: ReportKind, known: Notification | None, closed: date) -> list[Period]:
    period = PERIODS[kind](closed)
    if period.last > closed:
        period = period_before(kind, closed)
    if known is None or known.report is None:
        return [period]
    found: list[Period] = []
    while period.last > known.report.last and len(found) < CAUGHT_UP:
        found.append(period)
        period = period_before(kind, period.first)
    return found[::-1]


def _entry(receiver: str, kind: ReportKind, period: Period, now: datetime) -> Notification:
    """What names it has no time in it: whoever decides it again decides the same."""
    name = f"report/{kind}/{period.first.isoformat()}"
    return Notification(
        notification_id=f"{receiver}/{name}",
        version=int(now.timestamp() * 1000) * 1000,
        receiver=receiver,
        group_key=name,
        reason=NotifyReason.REPORT,
        status=NotificationStatus.DUE,
        decided_at=now,
        report=ReportPeriod(kind=kind, first=period.first, last=period.last),
    )
