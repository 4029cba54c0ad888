"""The view of trust: every amount with its currency's digits, late events, days and dead letters."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from daybook.dashboards.board.access import Scope
from daybook.dashboards.board.trust import TrustReader
from daybook.dashboards.board.trust_document import TrustDocument
from daybook.ledger.calendar import Calendar
from daybook.sinks.store import Store
from tests.dashboards.shop import Sold, at, shop, write

NOW = at("2026-11-24 15:05")
CALENDAR = Calendar([shop("leeds", "Europe/London")])
SALES = [
    Sold("leeds", at("2026-11-23 10:00"), "mug", 5000),
    Sold("leeds", NOW - timedelta(minutes=9), "mug", 1111),
]


async def looked_through(store: Store) -> list[TrustDocument]:
    """What the view shows, read again and again until days and totals were looked through."""
    reader = TrustReader(store, CALENDAR, lambda: NOW, Scope(), timedelta(hours=6))
    documents = [await reader.read()]
    while documents[-1].check is None:
        await asyncio.sleep(0)
        documents.append(await reader.read())
    return documents


async def test_no_day_is_shown_without_the_digits_of_its_currency(store: Store) -> None:
    """Days come in while the view is being read; whenever they are there, so is what writes their amounts."""
    write(store, CALENDAR, SALES)
    documents = await looked_through(store)
    for document in documents:
        assert {day.currency for day in document.days} <= document.exponents.keys()
    states = [(day.business_date.day, day.closed, day.net) for day in documents[-1].days]
    assert states == [(24, 0, 1111), (23, 1, 5000)]


async def test_totals_that_agree_with_the_lines_are_said_to(store: Store) -> None:
    """No difference where there is none; every event received is accounted for, and none waits."""
    write(store, CALENDAR, SALES)
    document = (await looked_through(store))[-1]
    assert document.check is not None
    assert document.check.differences == 0
    assert document.position is not None
    assert (document.position.received, document.position.counted) == (2, 2)
