"""Reading the stores file."""

from __future__ import annotations

from pathlib import Path

import orjson
from pydantic import ValidationError

from daybook.ledger.calendar import Calendar
from daybook.schemas.stores import StoreEntry, StoresFile


class StoresFileError(Exception):
    """The stores file cannot be read; the message says where and why."""


def load_stores(path: Path) -> list[StoreEntry]:
    """The stores in a JSON file.

    Raises:
        StoresFileError: it is not there or not valid.
    """
    try:
        return StoresFile.model_validate_json(path.read_bytes()).stores
    except OSError as error:
        raise StoresFileError(f"The stores file {path} cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise StoresFileError(f"The stores file {path} is not valid: {where}: {first['msg']}.") from error


def save_stores(path: Path, stores: list[StoreEntry]) -> None:
    """Write a stores file, for people to read and add to."""
    body = StoresFile(stores=stores).model_dump(mode="json", exclude_none=True)
    path.write_bytes(orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def load_calendar(path: Path) -> Calendar:
    """The calendar of the stores in a JSON file.

    Raises:
        StoresFileError: it is not there or not valid.
    """
    return Calendar(load_stores(path))
