"""Today as the live page shows it, for the terminal: the same reader, the same figures."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import orjson

from daybook.dashboards.board.reading import TodayReader
from daybook.operations.base import Args, CannotAct, Document, Place


class TodayArgs(Args):
    """As of when; now, if nothing is said."""

    at: datetime | None = None


def show_today(place: Place, args: TodayArgs) -> Document:
    """The live page's document of today; amounts are integers in minor units.

    Raises:
        CannotAct: no stores are known, so nobody can say which day it is there.
    """
    if place.calendar is None:
        raise CannotAct("Name the stores file by --stores: which day it is depends on the store.")
    now = args.at or datetime.now(UTC)
    reader = TodayReader(place.store, place.calendar, lambda: now, filling=place.filling)
    # Operations run in threads, so that a loop of its own is free to run here.
    document: dict[str, Any] = orjson.loads(orjson.dumps(asyncio.run(reader.read())))
    return document
