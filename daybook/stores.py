"""Reading the stores file."""

from __future__ import annotations

from pathlib import Path

import orjson

from daybook.json_files import FileError, read_document
from daybook.ledger.calendar import Calendar
from daybook.ledger.holidays import UnknownHolidaysError, check_holidays
from daybook.schemas.stores import StoreEntry, StoresFile


def load_stores(path: Path) -> list[StoreEntry]:
    """The stores in a JSON file.

    Raises:
        FileError: it is not there or not valid.
    """
    stores = read_document(path, StoresFile, "stores file").stores
    for store in stores:
        if store.holidays is not None:
            try:
                check_holidays(store.holidays)
            except UnknownHolidaysError as error:
                raise FileError(f"The stores file {path} is not valid: {store.store_id}: {error}") from error
    return stores


def save_stores(path: Path, stores: list[StoreEntry]) -> None:
    """Write a stores file, for people to read and add to."""
    body = StoresFile(stores=stores).model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    path.write_bytes(orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def load_calendar(path: Path) -> Calendar:
    """The calendar of the stores in a JSON file.

    Raises:
        FileError: it is not there or not valid.
    """
    return Calendar(load_stores(path))
