"""Written reports that are told on a schedule: of which period, to whom, and what is told."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from daybook.schemas.fields import BusinessDate, Identifier
from daybook.schemas.lines import Strict


class ReportKind(StrEnum):
    """What a report is of: a business date, an ISO week, a calendar month."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class ReportPeriod(Strict):
    """The business dates that a report is of, both inclusive."""

    kind: ReportKind
    first: BusinessDate
    last: BusinessDate


class ReportSchedule(Strict):
    """Who gets the reports of a kind: each once, when its last day has closed at every store."""

    kind: ReportKind
    receivers: Annotated[list[Identifier], Field(min_length=1, description="Of type apprise or webhook.")]


class WrittenReport(Strict):
    """A report as it is told."""

    title: Annotated[str, Field(min_length=1, max_length=300)]
    markdown: str
    html: str = Field(description="The same as a page of its own, with charts.")
