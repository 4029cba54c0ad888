"""Reads events for rules about tills: where there are such rules, and only in the watcher that decides."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Final

from daybook.brokers import client_security
from daybook.ledger.alerts.till_questions import asks_for_tills
from daybook.ledger.alerts.tills import TillBook
from daybook.rules_file import Rules
from daybook.settings import Settings
from daybook.streams.following_tills import TillsFollower

_LOOK_SECONDS: Final = 0.5


@contextlib.asynccontextmanager
async def reading_tills(
    settings: Settings, book: TillBook, rules: Rules, deciding: Callable[[], bool]
) -> AsyncIterator[None]:
    """Keep the book up for as long as the block runs. At first it reads all that the topic holds."""
    task = asyncio.create_task(_read(settings, book, rules, deciding), name="tills")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _read(settings: Settings, book: TillBook, rules: Rules, deciding: Callable[[], bool]) -> None:
    def wanted() -> bool:
        return deciding() and any(asks_for_tills(rule) for rule in rules.current.rules)

    while True:
        if wanted():
            await _follow(settings, book, wanted)
        await asyncio.sleep(_LOOK_SECONDS)


async def _follow(settings: Settings, book: TillBook, wanted: Callable[[], bool]) -> None:
    """Follow until the book is put back, as when this watcher takes over, or no rule asks any more."""
    edition = book.edition
    security = client_security(settings)
    follower = TillsFollower(settings.kafka_bootstrap, settings.partitions, book, security)
    running = asyncio.create_task(follower.run())
    try:
        while wanted() and book.edition == edition:
            book.complete = follower.caught_up
            await asyncio.sleep(_LOOK_SECONDS)
    finally:
        book.complete = False
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
