"""Reads events for rules that totals cannot answer: where there are such rules, and where it is decided."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Final

from daybook.brokers import client_security
from daybook.ledger.alerts.tills import TillBook
from daybook.ledger.bought.book import BoughtBook
from daybook.rules_file import Rules
from daybook.schemas.rules import Rule
from daybook.settings import Settings
from daybook.streams.following_events import EventsFollower

_LOOK_SECONDS: Final = 0.5

Book = TillBook | BoughtBook


@contextlib.asynccontextmanager
async def reading_events(
    settings: Settings,
    book: Book,
    rules: Rules,
    deciding: Callable[[], bool],
    asks: Callable[[Rule], bool],
) -> AsyncIterator[None]:
    """Keep a book up for as long as the block runs and a rule ``asks`` for it.

    At first it reads all that the topic holds.
    """

    def wanted() -> bool:
        return deciding() and any(asks(rule) for rule in rules.current.rules)

    task = asyncio.create_task(_read(settings, book, wanted), name=type(book).__name__)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _read(settings: Settings, book: Book, wanted: Callable[[], bool]) -> None:
    while True:
        if wanted():
            await _follow(settings, book, wanted)
        await asyncio.sleep(_LOOK_SECONDS)


async def _follow(settings: Settings, book: Book, wanted: Callable[[], bool]) -> None:
    """Follow until the book is put back, as when this watcher takes over, or no rule asks any more."""
    edition = book.edition
    security = client_security(settings)
    follower = EventsFollower(settings.kafka_bootstrap, settings.partitions, book, security)
    running = asyncio.create_task(follower.run())
    try:
        while wanted() and book.edition == edition:
            book.complete = follower.caught_up
            await asyncio.sleep(_LOOK_SECONDS)
    finally:
        book.complete = False
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
