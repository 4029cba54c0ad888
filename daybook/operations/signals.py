"""Signals and customers as the live page shows them, for the terminal: the same readers, the same figures."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import orjson

from daybook.dashboards.board.access import Scope
from daybook.dashboards.board.customers import CustomersReader
from daybook.dashboards.board.signalling import SignalsReader
from daybook.operations.base import Args, CannotAct, Document, Place


class SignalsArgs(Args):
    """Of one store, or of all."""

    store: str | None = None


def show_signals(place: Place, args: SignalsArgs) -> Document:
    """What the page's views of signals and customers hold; amounts are integers in minor units.

    Raises:
        CannotAct: no stores are known, or not the one that is asked for.
    """
    if place.calendar is None:
        raise CannotAct("Name the stores file by --stores: which day it is depends on the store.")
    known = sorted(store.store_id for store in place.calendar.stores)
    if args.store is not None and args.store not in known:
        raise CannotAct(f"There is no store {args.store}; there are {', '.join(known) or 'none'}.")
    scope = Scope(None if args.store is None else frozenset({args.store}))
    now = datetime.now(UTC)
    signals = SignalsReader(place.store, place.calendar, lambda: now, scope, {})
    customers = CustomersReader(place.store, place.calendar, lambda: now, scope)
    # Operations run in threads, so that a loop of its own is free to run here.
    found: dict[str, Any] = {
        "signals": asyncio.run(signals.read()),
        "customers": asyncio.run(customers.read()),
    }
    document: Document = orjson.loads(orjson.dumps(found))
    return document
