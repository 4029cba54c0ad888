"""Totals that ClickHouse has and the topic has not, as after it was made anew. Only awards wait for them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import date
from typing import Final

from daybook.ledger.messages import TotalsBucket
from daybook.operations.access import opened
from daybook.operations.base import CannotAct
from daybook.settings import Settings
from daybook.sinks.errors import StoreError
from daybook.sinks.merged import stored_totals
from daybook.streams.following import Told, TotalsFollower
from daybook.streams.turns import in_turns

log = logging.getLogger(__name__)

_FIRST_WAIT: Final = 5.0
_LONGEST_WAIT: Final = 300.0
"""Seconds between tries while ClickHouse does not answer."""


@contextlib.asynccontextmanager
async def taking_history(
    settings: Settings, follower: TotalsFollower, told: Told, since: date
) -> AsyncIterator[None]:
    """While the block runs, totals from a day on that only ClickHouse has come into the follower's view.

    ``told`` gets what that changes. Where the settings name no server nothing is read.
    """
    if settings.clickhouse_url is None:
        yield
        return
    follower.merged.filling = True
    task = asyncio.create_task(_take(settings, follower, told, since), name="history")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _take(settings: Settings, follower: TotalsFollower, told: Told, since: date) -> None:
    # The topic also says when a total was reached, so what both hold has to come from there.
    await follower.until_caught_up()
    buckets = await _buckets(settings, since)
    await in_turns(_merging(follower, told, buckets))
    follower.merged.filling = False
    log.info("%d buckets of totals were read from ClickHouse", len(buckets))


def _merging(follower: TotalsFollower, told: Told, buckets: Iterable[TotalsBucket]) -> Iterator[None]:
    for bucket in buckets:
        changes = follower.merged.take(bucket)
        if changes:
            told(changes)
        yield


async def _buckets(settings: Settings, since: date) -> list[TotalsBucket]:
    wait = _FIRST_WAIT
    while True:
        try:
            return await asyncio.to_thread(_read, settings, since)
        except (StoreError, CannotAct) as error:
            log.warning("the history in ClickHouse cannot be read; trying again: %s", error)
        await asyncio.sleep(wait)
        wait = min(2 * wait, _LONGEST_WAIT)


def _read(settings: Settings, since: date) -> list[TotalsBucket]:
    with opened(settings) as store:
        return list(stored_totals(store, since))
