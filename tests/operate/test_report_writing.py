"""How the notifier's reports are written: from the store, and what is said where that cannot be done."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from daybook.ledger.calendar import Calendar
from daybook.operations.base import CannotAct, Document
from daybook.operations.report import NothingSold, ReportArgs
from daybook.report_writing import reporting, reports_of
from daybook.schemas.reports import ReportKind, ReportPeriod
from daybook.schemas.stores import DayRule, StoreEntry
from daybook.settings import Settings
from daybook.sinks.notifiers.contract import NotDelivered

DAY = ReportPeriod(kind=ReportKind.DAY, first=date(2026, 3, 9), last=date(2026, 3, 9))
LEEDS = Calendar([StoreEntry(store_id="leeds", days=[DayRule(zone="Europe/London")])])


async def test_what_cannot_be_written_is_not_delivered() -> None:
    """ClickHouse away: the notifier tries again, and its log says why."""

    def away(_asked: ReportArgs) -> Document:
        raise CannotAct("ClickHouse does not answer.")

    with pytest.raises(NotDelivered, match="cannot be written: ClickHouse does not answer"):
        await reporting(Settings(), LEEDS, away).write(DAY)


async def test_a_day_without_sales_is_a_report_too() -> None:
    """It says so in a sentence, and is not tried for ever."""

    def nothing(asked: ReportArgs) -> Document:
        raise NothingSold(f"Nothing was sold from {asked.day} to {asked.day}.")

    written = await reporting(Settings(), LEEDS, nothing).write(DAY)
    assert written.title == "Nothing sold: day from 2026-03-09 to 2026-03-09"
    assert written.markdown == "Nothing was sold from 2026-03-09 to 2026-03-09.\n"


def test_days_close_by_the_settings_grace_time() -> None:
    """Nine hours after the end of the day instead of six; without stores no day ever closes."""
    noon = datetime(2026, 3, 10, 8, 59, tzinfo=UTC)
    settings = Settings(day_grace_hours=9)
    closed = reporting(settings, LEEDS, lambda _asked: {}).closed
    assert (closed(noon), closed(noon.replace(hour=9, minute=0))) == (date(2026, 3, 8), date(2026, 3, 9))
    assert reporting(settings, None, lambda _asked: {}).closed(noon) is None


def test_wanted_reports_need_stores_and_clickhouse() -> None:
    """The notifier says so when it starts, and not at the first close."""
    with pytest.raises(CannotAct, match="--stores and ClickHouse by --clickhouse-url"):
        reports_of(Settings(), wanted=True)
    assert reports_of(Settings(), wanted=False)
