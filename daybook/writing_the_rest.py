"""Having ClickHouse hold exactly what is counted, while nobody else counts or writes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from daybook.epochs import read_recorded
from daybook.operations.base import CannotAct
from daybook.schemas import topics
from daybook.sinks.signal_rows import SIGNAL_TABLES
from daybook.sinks.store import Store
from daybook.sinks.writer import ClickHouseSink

if TYPE_CHECKING:
    from daybook.standstill import Standstill

_PATIENCE: Final = 600.0
"""Seconds that writing the rest may take."""
_PAUSE: Final = 0.2
_TABLES: Final = {topics.SALES: ("events", "lines"), topics.SIGNS: ("signal_events",)}
"""Where the sink writes raw records, the first, and what it makes of them at once."""


async def written_up_to(held: Standstill, store: Store, ends: Mapping[int, int]) -> None:
    """Have the sink's own code write what lies below an offset of each partition, and take back the rest.

    Raises:
        CannotAct: ClickHouse does not take it in ten minutes.
    """
    await _sink_up_to(held, store, ends)
    for partition, end in ends.items():
        for table in _TABLES[held.counted]:
            await asyncio.to_thread(
                store.command,
                f"DELETE FROM {table} WHERE epoch = {{epoch:UInt32}} AND partition = {{partition:UInt16}}"  # noqa: S608 - its own names
                " AND offset >= {end:UInt64}",
                {"epoch": held.before.epoch, "partition": partition, "end": end},
            )


async def _sink_up_to(held: Standstill, store: Store, ends: Mapping[int, int]) -> None:
    signals = held.counted is topics.SIGNS
    sink = ClickHouseSink(
        held.settings.kafka_bootstrap,
        store,
        await _epoch_of_sales(held),
        held.calendar,
        states=SIGNAL_TABLES if signals else (),
        epochs=dict.fromkeys(topics.ALL_SIGNALS, held.before.epoch) if signals else None,
        group_id=held.settings.sink_group,
        consumer_options=held.security,
    )
    running = asyncio.create_task(sink.run())
    try:
        async with asyncio.timeout(_PATIENCE):
            while not await asyncio.to_thread(_written, held, store, ends) and not running.done():
                await asyncio.sleep(_PAUSE)
    except TimeoutError:
        raise CannotAct("ClickHouse did not take what was counted in time; see that it runs.") from None
    finally:
        await sink.stop()
        await running


def _written(held: Standstill, store: Store, ends: Mapping[int, int]) -> bool:
    rows = store.rows(
        f"SELECT partition, max(offset) + 1 FROM {_TABLES[held.counted][0]}"  # noqa: S608 - its own name
        " WHERE epoch = {epoch:UInt32} GROUP BY partition",
        {"epoch": held.before.epoch},
    )
    covered = {int(partition): int(end) for partition, end in rows}
    return all(covered.get(partition, 0) >= end for partition, end in ends.items())


async def _epoch_of_sales(held: Standstill) -> int:
    if held.counted is topics.SALES:
        return held.before.epoch
    recorded = await read_recorded(held.settings.kafka_bootstrap, security=held.security)
    assert recorded is not None, "topics of sales and of signals are made at once"
    return recorded.epoch
