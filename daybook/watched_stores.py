"""The stores file of a running process: new stores and hours hold at once, unsafe changes do not."""

from __future__ import annotations

from datetime import UTC, datetime

from daybook.json_files import FileError
from daybook.ledger.calendar import Calendar
from daybook.ledger.store_changes import unsafe_change
from daybook.operations.access import stores_path
from daybook.reloading import Watched
from daybook.schemas.stores import StoreEntry
from daybook.settings import Settings
from daybook.stores import load_stores


def watched_stores(settings: Settings, calendar: Calendar) -> Watched[list[StoreEntry]]:
    """The stores file behind a calendar. A change that would need a recount is refused."""
    path = stores_path(settings)

    def take(stores: list[StoreEntry]) -> None:
        reason = unsafe_change(calendar.stores, stores, datetime.now(UTC))
        if reason is not None:
            raise FileError(f"The stores file {path} is not taken over: {reason}")
        calendar.replace(stores)

    return Watched(path, load_stores, take)
