"""The notification log: what was to be told to whom, why, and whether it has been."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from daybook.schemas.alerts import Alert, DedupKey
from daybook.schemas.awards import Award
from daybook.schemas.fields import FreeText, Identifier, Instant
from daybook.schemas.lines import Strict
from daybook.schemas.reports import ReportPeriod, WrittenReport


class NotificationStatus(StrEnum):
    """How far a notification has come. ``due`` is written before it is sent, so that a crash repeats it."""

    DUE = "due"
    SENT = "sent"
    FAILED = "failed"


class NotifyReason(StrEnum):
    """Why something is told to a receiver: of a group of alerts, a report that is due, an award."""

    FIRST = "first_notification"
    NEW_ALERT = "new_alert_in_group"
    RESOLVED = "resolved"
    ACKNOWLEDGED = "acknowledged"
    REPEAT = "repeat_interval_elapsed"
    TEST = "test"
    REPORT = "report"
    AWARD = "award"


class Notification(Strict):
    """What is told to a receiver: of alerts, a report or an award. A later version of an id replaces it."""

    schema_version: Literal["1.0"] = "1.0"
    notification_id: Identifier
    version: Annotated[int, Field(ge=0, lt=2**63)]
    receiver: Identifier
    group_key: Annotated[str, Field(min_length=1, max_length=2000)]
    reason: NotifyReason
    status: NotificationStatus
    decided_at: Instant
    firing: list[DedupKey] = Field(default_factory=list)
    acknowledged: list[DedupKey] = Field(default_factory=list)
    quiet: list[DedupKey] = Field(
        default_factory=list, description="Told before, silenced or explained by another alert since."
    )
    resolved: list[DedupKey] = Field(default_factory=list)
    alerts: list[Alert] = Field(default_factory=list, description="The alerts as they stood when decided.")
    report: ReportPeriod | None = Field(None, description="What the report is of, where one is told.")
    written: WrittenReport | None = Field(
        None, description="The report itself: written when it is sent, and not kept in the log."
    )
    award: Award | None = Field(None, description="The award, where one is told.")
    attempts: Annotated[int, Field(ge=0)] = 0
    last_attempt_at: Instant | None = None
    sent_at: Instant | None = None
    error: FreeText | None = Field(None, description="Why the last attempt failed.")
