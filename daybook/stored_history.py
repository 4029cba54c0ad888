"""Totals and signals that ClickHouse has and their topics have not, as after these were made anew.

Only awards wait for them.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Final, TypeVar

from daybook.ledger.messages import PartitionPosition, TotalsBucket
from daybook.ledger.signals.encoding import SignalBucket
from daybook.operations.access import opened
from daybook.operations.base import CannotAct
from daybook.settings import Settings
from daybook.sinks.errors import StoreError
from daybook.sinks.merged import stored_signal_positions, stored_signals, stored_totals
from daybook.streams.following import SignalsFollower, Told, TotalsFollower
from daybook.streams.turns import in_turns

log = logging.getLogger(__name__)

T = TypeVar("T")

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


async def filling_signals(
    settings: Settings, follower: SignalsFollower, since: date, dimensions: Sequence[str]
) -> None:
    """Have the follower's view whole: with what stands in its topic, and what only ClickHouse has.

    Until this returns the view is ``filling``. Where the settings name no server nothing is read there.
    """
    merged = follower.merged
    merged.filling = True
    await follower.until_caught_up()
    if settings.clickhouse_url is not None:
        told = await _read_until_answered(lambda: _read_signals(settings, since, dimensions))
        await in_turns(map(merged.take, told))
        log.info("%d buckets and positions of signals were read from ClickHouse", len(told))
    merged.filling = False


def _read_signals(
    settings: Settings, since: date, dimensions: Sequence[str]
) -> list[SignalBucket | PartitionPosition]:
    with opened(settings) as store:
        # First the positions: all totals of before them are written, and newer ones wait for newer positions.
        return [*stored_signal_positions(store), *stored_signals(store, since, dimensions)]


async def _take(settings: Settings, follower: TotalsFollower, told: Told, since: date) -> None:
    # The topic also says when a total was reached, so what both hold has to come from there.
    await follower.until_caught_up()
    buckets = await _read_until_answered(lambda: _read(settings, since))
    await in_turns(_merging(follower, told, buckets))
    follower.merged.filling = False
    log.info("%d buckets of totals were read from ClickHouse", len(buckets))


def _merging(follower: TotalsFollower, told: Told, buckets: Iterable[TotalsBucket]) -> Iterator[None]:
    for bucket in buckets:
        changes = follower.merged.take(bucket)
        if changes:
            told(changes)
        yield


async def _read_until_answered(read: Callable[[], T]) -> T:
    wait = _FIRST_WAIT
    while True:
        try:
            return await asyncio.to_thread(read)
        except (StoreError, CannotAct) as error:
            log.warning("the history in ClickHouse cannot be read; trying again: %s", error)
        await asyncio.sleep(wait)
        wait = min(2 * wait, _LONGEST_WAIT)


def _read(settings: Settings, since: date) -> list[TotalsBucket]:
    with opened(settings) as store:
        return list(stored_totals(store, since))
