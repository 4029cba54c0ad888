"""More partitions while producers go on, and totals that stay right."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions
from aiokafka.errors import KafkaError

from daybook.brokers import client_security
from daybook.ledger.calendar import Calendar
from daybook.ledger.regrouping import regrouped
from daybook.operations.base import CannotAct
from daybook.schemas import topics
from daybook.settings import Settings
from daybook.sinks.store import Store
from daybook.standstill import Standstill, standing_still
from daybook.topics import TIMEOUT_MS, settled_at

Say = Callable[[str], None]
"""Called with a sentence on what is being done."""
_MOST: Final = 1024


async def grow(
    settings: Settings, partitions: int, store: Store | None, calendar: Calendar, say: Say
) -> dict[str, int]:
    """Give the topics of sales and of signals more partitions; the new epochs, by their source topic.

    Cut short, it is done by running it again.

    Raises:
        CannotAct: a worker or sink runs, the number is not larger, or ClickHouse or Kafka did not take part.
        KafkaError: Kafka cannot be asked.
    """
    grown = {}
    async with (
        standing_still(settings, store, calendar, topics.SALES) as sales,
        standing_still(settings, store, calendar, topics.SIGNS) as signals,
    ):
        for held in (sales, signals):
            # The other one may have them already, from a try that was cut off.
            if held.before.partitions != partitions:
                grown[held.counted.source] = await _grow(held, partitions, say)
    if not grown:
        raise CannotAct(f"There are {partitions} partitions already: name more, up to {_MOST}.")
    return grown


async def _grow(held: Standstill, partitions: int, say: Say) -> int:
    if not held.before.partitions < partitions <= _MOST:
        raise CannotAct(f"There are {held.before.partitions} partitions: name more, up to {_MOST}.")
    names = [*held.counted, held.changelog]
    await _add_partitions(held.settings, names, partitions)
    say(
        f"{held.counted.source} has {partitions} partitions. Counting what is left under epoch"
        f" {held.before.epoch}."
    )
    # Now, and not before: whatever an old map still put on the old partitions is counted with the others.
    states = await held.count_the_rest()
    await held.write_the_rest(states)
    say("All that was published is counted and written. Handing on what is remembered.")
    changes = regrouped(states, partitions, held.epoch, int(time.time() * 1000))
    for partition, change in enumerate(changes):
        await held.give(partition, change, [])
    await held.done(partitions)
    return held.epoch


async def _add_partitions(settings: Settings, names: Sequence[str], partitions: int) -> None:
    admin = AIOKafkaAdminClient(
        bootstrap_servers=settings.kafka_bootstrap,
        request_timeout_ms=TIMEOUT_MS,
        **client_security(settings),
    )
    await admin.start()
    try:
        for described in await admin.describe_topics(list(names)):
            if len(described["partitions"]) < partitions:
                await admin.create_partitions({described["topic"]: NewPartitions(total_count=partitions)})
        for name in names:
            await settled_at(admin, name, partitions)
    except KafkaError as error:
        raise CannotAct(f"Kafka did not add partitions: {error}") from error
    finally:
        await admin.close()
