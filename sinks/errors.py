"""What can go wrong between Daybook and ClickHouse, in terms of what to do about it."""

from __future__ import annotations


class StoreError(Exception):
    """ClickHouse did not do what it was asked."""


class StoreUnavailable(StoreError):
    """ClickHouse could not be reached, or gave no answer: what was sent may or may not have been done."""


class StoreRefused(StoreError):
    """ClickHouse answered with an error of its own."""


class StoreBusy(StoreError):
    """The data folder belongs to another process."""


class SinkBehind(StoreError):
    """ClickHouse does not hold everything yet that the totals already contain."""


class RawEventsGone(StoreError):
    """Raw events are not there any more that would be needed to count anew."""
