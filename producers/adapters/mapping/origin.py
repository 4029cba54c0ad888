"""What has to be known of a foreign system apart from its records."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from daybook.schemas.events import Channel, ReportingRate


class Origin(Protocol):
    """A shop's connection, or the import of a file."""

    @property
    def source(self) -> str:
        """The source of its events."""

    @property
    def store_id(self) -> str:
        """The store of whatever names none."""

    @property
    def locations(self) -> Mapping[str, str]:
        """Foreign names of stores, and the stores that they are."""

    @property
    def channel(self) -> Channel:
        """Where a record does not say."""

    @property
    def time_zone(self) -> str:
        """Of times that carry no offset."""

    @property
    def currency(self) -> str | None:
        """Where a record does not say."""

    def rate(self, placed_at: datetime, currency: str) -> ReportingRate | None:
        """The reporting rate of a sale."""
