"""Waiting until ClickHouse holds all that a state counts, so that a backup may be taken of both."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Final, NamedTuple

from daybook.ledger.messages import PartitionPosition
from daybook.operations.base import CannotAct
from daybook.sinks.columns import BELOW
from daybook.sinks.reconcile import bounds_parameters, uncounted_written
from daybook.sinks.store import Store

PATIENCE: Final = 120.0
_PAUSE: Final = 0.5


class Written(NamedTuple):
    """Tables of what came in, of what was not counted, and of the dead letters among it."""

    raw: str
    outcomes: str
    letters: str


OF_SALES: Final = Written("events", "outcomes", "dead_letters")
OF_SIGNALS: Final = Written("signal_events", "signal_outcomes", "signal_dead_letters")


async def until_written(
    store: Store, epoch: int, positions: Sequence[PartitionPosition], tables: Written
) -> None:
    """Wait until ClickHouse holds what is counted below each position, and why the rest is not.

    Raises:
        CannotAct: it does not in two minutes.
        StoreUnavailable, StoreRefused: it gave no answer, or an error.
    """
    deadline = time.monotonic() + PATIENCE
    while not await asyncio.to_thread(_written, store, epoch, positions, tables):
        if time.monotonic() > deadline:
            raise CannotAct(
                "ClickHouse does not hold yet what is counted; see that the sink runs, then try again."
            )
        await asyncio.sleep(_PAUSE)


def _written(store: Store, epoch: int, positions: Sequence[PartitionPosition], tables: Written) -> bool:
    rows = store.rows(
        f"SELECT partition, max(offset) + 1 FROM {tables.raw}"  # noqa: S608 - constants of ours
        " WHERE epoch = {epoch:UInt32} GROUP BY partition",
        {"epoch": epoch},
    )
    covered = {int(partition): int(end) for partition, end in rows}
    if any(covered.get(p.partition, 0) < p.next_offset for p in positions if p.epoch == epoch):
        return False
    bounds = {p.partition: p.version for p in positions}
    told = uncounted_written(store, bounds, tables.outcomes)
    if any(told.get(p.partition, 0) != p.duplicates + p.superseded + p.dead for p in positions):
        return False
    return not _letters_on_their_way(store, bounds, tables)


def _letters_on_their_way(store: Store, bounds: dict[int, int], tables: Written) -> int:
    # Older ones may have been let go of since: only those of the last hour can be on their way.
    sql = f"""
    SELECT count() FROM {tables.outcomes} FINAL
    WHERE outcome = 'dead' AND {BELOW}
      AND (epoch, partition, offset) IN (
          SELECT epoch, partition, offset FROM {tables.raw} WHERE recorded_at > now() - INTERVAL 1 HOUR)
      AND (epoch, partition, offset) NOT IN (SELECT epoch, partition, offset FROM {tables.letters})
    """  # noqa: S608 - constants of ours
    return int(store.value(sql, bounds_parameters(bounds)))
