"""What people say to alerts, as events on the topic that also brings the ticks."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, TypeAdapter

from daybook.schemas.alerts import DedupKey, Silence
from daybook.schemas.fields import FreeText, Identifier, Instant
from daybook.schemas.lines import Strict


class AcknowledgeAlert(Strict):
    """Somebody takes an alert on: it is not repeated, and goes on until it is resolved."""

    type: Literal["alert.acknowledge"] = "alert.acknowledge"
    dedup_key: DedupKey
    by: FreeText
    at: Instant
    note: FreeText | None = None


class SilenceAlerts(Strict):
    """Begin a silence, or change the one with this id."""

    type: Literal["alert.silence"] = "alert.silence"
    silence: Silence
    at: Instant


class EndSilence(Strict):
    """End a silence now."""

    type: Literal["alert.unsilence"] = "alert.unsilence"
    silence_id: Identifier
    by: FreeText
    at: Instant


class TestAlert(Strict):
    """Send a test alert the whole way, to one receiver or to all that its severity routes to."""

    __test__ = False  # its name makes pytest look for tests in it

    type: Literal["alert.test"] = "alert.test"
    test_id: Identifier
    receiver: Identifier | None = None
    by: FreeText
    at: Instant


AlertCommand = AcknowledgeAlert | SilenceAlerts | EndSilence | TestAlert
ALERT_COMMANDS: Final[TypeAdapter[AlertCommand]] = TypeAdapter(
    Annotated[AlertCommand, Field(discriminator="type")]
)
"""Validates JSON into the command that its ``type`` names."""
