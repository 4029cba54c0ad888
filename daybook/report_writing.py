"""The reports that the notifier tells: when they are due, and how they are written from ClickHouse."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from daybook.board_files import load_measures, load_targets
from daybook.json_files import FileError
from daybook.ledger.calendar import Calendar
from daybook.ledger.due_reports import last_closed
from daybook.operations.access import calendar_of, perform
from daybook.operations.base import CannotAct, Document
from daybook.operations.report import NothingSold, ReportArgs
from daybook.schemas.reports import ReportPeriod, WrittenReport
from daybook.settings import Settings
from daybook.sinks.notifiers.contract import NotDelivered
from daybook.sinks.notifiers.sending import Write

Ask = Callable[[ReportArgs], Document]
"""Gives the report's document; it may block. Raises CannotAct."""


class Reports(NamedTuple):
    """What telling reports takes."""

    closed: Callable[[datetime], date | None]
    """Gives the last business date that is closed at every store at a time."""
    write: Write


def reports_of(settings: Settings, *, wanted: bool) -> Reports:
    """The reports from the store that the settings name. Where none is wanted yet, one may be later.

    Raises:
        CannotAct: they are wanted, and stores or ClickHouse are not named.
    """
    calendar = calendar_of(settings)
    if wanted and (calendar is None or settings.clickhouse_url is None):
        raise CannotAct(
            "The rules file has reports: name the stores by --stores and ClickHouse by --clickhouse-url."
        )
    return reporting(settings, calendar, functools.partial(perform, settings, "report"))


def reporting(settings: Settings, calendar: Calendar | None, ask: Ask) -> Reports:
    """Reports of what ``ask`` gives. Without known stores no day is ever closed."""
    grace = timedelta(hours=settings.day_grace_hours)

    def closed(now: datetime) -> date | None:
        return None if calendar is None else last_closed(calendar, grace, now)

    async def write(period: ReportPeriod) -> WrittenReport:
        try:
            return await asyncio.to_thread(_written, settings, period, ask)
        except (CannotAct, FileError) as error:
            raise NotDelivered(f"the report cannot be written: {error}") from error

    return Reports(closed, write)


def _written(settings: Settings, period: ReportPeriod, ask: Ask) -> WrittenReport:
    # Whoever tells alerts alone needs no charts.
    from daybook.reporting.html import as_html  # noqa: PLC0415
    from daybook.reporting.tables import as_markdown  # noqa: PLC0415
    from daybook.reporting.wording import title  # noqa: PLC0415

    targets = load_targets(settings.targets_file)
    asked = ReportArgs(
        kind=period.kind.value,
        day=period.first,
        grace_hours=settings.day_grace_hours,
        targets=targets,
        custom=load_measures(settings.measures_file),
    )
    try:
        document = ask(asked)
    except NothingSold as error:
        named = f"{period.kind} from {period.first} to {period.last}"
        return WrittenReport(title=f"Nothing sold: {named}", markdown=f"{error}\n", html=f"<p>{error}</p>\n")
    return WrittenReport(title=title(document), markdown=as_markdown(document), html=as_html(document))
