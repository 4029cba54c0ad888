"""Changing the state itself: nobody counts meanwhile, and all of the old epoch is counted and written.

Producers and gateways go on: what they publish meanwhile waits in Kafka and is counted afterwards, under the
next epoch. The order:

1. no worker and no sink runs, and each partition's producer is taken over, so that none writes any more;
2. what is not counted yet up to a certain offset is counted, by the worker's own code;
3. the sink's own code writes the raw events below that, and what it wrote beyond is taken back;
4. whoever asked changes the state (``daybook.growing``, ``daybook.recounting``);
5. last the new epoch is recorded. Until then a second try begins where the first was cut off.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from daybook.brokers import client_security
from daybook.epochs import Recorded, next_epoch, read_recorded, record_epoch
from daybook.groups import members
from daybook.ledger.calendar import Calendar
from daybook.ledger.counting import Checkpoint
from daybook.ledger.messages import PartitionPosition, decode_totals
from daybook.ledger.regrouping import POSITION, State
from daybook.operations.base import CannotAct, need_one_shard
from daybook.schemas import topics
from daybook.settings import Settings
from daybook.sinks.store import Store
from daybook.streams.totals import TotalsProcessor
from daybook.streams.writer import BARRIER, CheckpointFailedError, CheckpointWriter
from daybook.topics import application_of, changelog_of
from daybook.worker import LEDGERS, lookup_of, restorer
from daybook.writing_the_rest import written_up_to

_BATCH: Final = 10_000


class Standstill:
    """An installation in which nothing is counted but by whoever holds this; see ``standing_still``."""

    def __init__(
        self,
        settings: Settings,
        recorded: Recorded,
        store: Store | None,
        calendar: Calendar,
        counted: topics.Counted,
    ) -> None:
        self.settings = settings
        self.security = client_security(settings)
        self.counted = counted
        self.application = application_of(settings.application, counted)
        self.before = recorded
        self.store = store
        self.calendar = calendar
        self.changelog = changelog_of(self.application)
        self.writer = CheckpointWriter(
            settings.kafka_bootstrap,
            self.application,
            self.changelog,
            counted=counted,
            security=self.security,
        )
        self.epoch = next_epoch(recorded.epoch)
        """Under which everything is counted from here on."""

    async def states(self) -> list[State]:
        """What each partition's worker would restore; from here on no other can write any."""
        states = [await self._state(partition) for partition in range(self.before.partitions)]
        reached = max(position_of(s, p, self.before.epoch).epoch for p, s in enumerate(states))
        if reached > self.before.epoch:
            # A try that was cut off has begun with it: one epoch has to hold for all partitions.
            self.epoch = reached
        return states

    async def _state(self, partition: int) -> State:
        barrier = await self.writer.take_over(partition)
        state: State = {}
        place = TopicPartition(self.changelog, partition)
        async with self.reader(place) as consumer:
            await consumer.seek_to_beginning(place)
            while await consumer.position(place) <= barrier:
                for records in (await consumer.getmany(timeout_ms=500, max_records=_BATCH)).values():
                    for record in records:
                        if record.value is None:
                            state.pop(record.key, None)
                        elif record.key != BARRIER:
                            state[record.key] = record.value
        return state

    async def count_the_rest(self) -> list[State]:
        """Count what stands in the log by now; the states after it."""
        states = await self.states()
        for partition, state in enumerate(states):
            if position_of(state, partition, self.before.epoch).epoch <= self.before.epoch:
                await self._count(partition, state)
        return await self.states()

    async def _count(self, partition: int, state: State) -> None:
        kind = LEDGERS[self.counted]
        ledger = restorer(self.before.epoch, self.calendar, kind)(partition, dict(state))
        place = TopicPartition(self.counted.source, partition)
        lookup = None if self.store is None else lookup_of(self.store, self.counted)
        async with self.reader(place) as consumer:
            end = (await consumer.end_offsets([place]))[place]
            ledgers = {partition: ledger}
            processor = TotalsProcessor(
                ledgers,
                self.writer,
                _Source(consumer, self),
                lookup,
                checkpoint_events=_BATCH,
                on_lost=_lost,
                topic=self.counted.source,
            )
            consumer.seek(place, ledger.next_offset)
            while ledger.next_offset < end:
                for records in (await consumer.getmany(timeout_ms=500, max_records=_BATCH)).values():
                    await processor.process(partition, [r for r in records if r.offset < end])
            await processor.checkpoint_all()

    async def write_the_rest(self, states: list[State]) -> None:
        """Have ClickHouse hold exactly what is counted, under the epoch in which it was."""
        if self.store is None:
            return
        ends = {
            p: position.next_offset
            for p, state in enumerate(states)
            if (position := position_of(state, p, self.before.epoch)).epoch == self.before.epoch
        }
        await written_up_to(self, self.store, ends)
        await self.commit(self.settings.sink_group, ends)

    async def give(self, partition: int, changelog: State, told: list[tuple[bytes, bytes]]) -> None:
        """Write a partition's changed state, whole or not at all; ``told`` goes to ``sales.totals``."""
        position = decode_totals(changelog[POSITION])
        assert isinstance(position, PartitionPosition)
        await self.writer.take_over(partition)
        await self.writer.write(
            partition, Checkpoint(position.next_offset, [*changelog.items()], told, None, [])
        )

    async def done(self, partitions: int) -> None:
        """Record the new epoch: from here on it holds, for all that start."""
        recorded = Recorded(self.epoch, partitions)
        source = self.counted.source
        await record_epoch(self.settings.kafka_bootstrap, recorded, self.security, topic=source)

    async def commit(self, group: str, ends: Mapping[int, int]) -> None:
        """Set the offsets of a group of which nobody runs, for partitions of the source topic."""
        places = {TopicPartition(self.counted.source, partition): end for partition, end in ends.items()}
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.settings.kafka_bootstrap,
            group_id=group,
            enable_auto_commit=False,
            **self.security,
        )
        await consumer.start()
        try:
            consumer.assign(list(places))
            await consumer.commit(places)
        finally:
            await consumer.stop()

    @asynccontextmanager
    async def reader(self, *places: TopicPartition) -> AsyncIterator[AIOKafkaConsumer]:
        """A consumer of committed records, in no group."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.settings.kafka_bootstrap,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            **self.security,
        )
        await consumer.start()
        try:
            consumer.assign(list(places))
            yield consumer
        finally:
            await consumer.stop()


@asynccontextmanager
async def standing_still(
    settings: Settings,
    store: Store | None,
    calendar: Calendar,
    counted: topics.Counted = topics.SALES,
) -> AsyncIterator[Standstill]:
    """Hold the counting of sales, or of signals, still.

    Raises:
        CannotAct: a worker or a sink runs, or there are no topics yet.
        KafkaError: Kafka cannot be asked.
    """
    security = client_security(settings)
    recorded = await read_recorded(settings.kafka_bootstrap, counted.source, security)
    if recorded is None:
        raise CannotAct("The source topic has no epoch yet; `daybook topics` records one.")
    worker = application_of(settings.application, counted)
    for group, what in ((worker, "worker"), (settings.sink_group, "sink")):
        if count := await members(settings, group):
            raise CannotAct(f"Stop every {what} first: {count} of group {group} still run.")
    if store is not None:
        await asyncio.to_thread(need_one_shard, store)
    held = Standstill(settings, recorded, store, calendar, counted)
    try:
        yield held
    except CheckpointFailedError as error:
        raise CannotAct(f"The state could not be written: {error}. Run this again.") from error
    finally:
        await held.writer.stop()


def position_of(state: State, partition: int, epoch: int) -> PartitionPosition:
    """How far a state is; the beginning of an epoch where nothing was ever counted."""
    if POSITION not in state:
        return PartitionPosition(epoch, partition, 0, 0, 0, 0, 0, 0, 0)
    position = decode_totals(state[POSITION])
    assert isinstance(position, PartitionPosition)
    return position


async def _lost(error: CheckpointFailedError) -> None:
    raise error


class _Source:
    """The log as the totals processor steers it."""

    def __init__(self, consumer: AIOKafkaConsumer, held: Standstill) -> None:
        self._consumer = consumer
        self._held = held

    def _place(self, partition: int) -> TopicPartition:
        return TopicPartition(self._held.counted.source, partition)

    async def seek(self, partition: int, offset: int) -> None:
        """Read on at an offset."""
        self._consumer.seek(self._place(partition), offset)

    async def first_offset(self, partition: int) -> int:
        """The oldest offset that the log still holds."""
        place = self._place(partition)
        return int((await self._consumer.beginning_offsets([place]))[place])

    def known_end(self, partition: int) -> int:
        """How far the log went when it was last read; 0 where that is not known."""
        return int(self._consumer.highwater(self._place(partition)) or 0)

    async def commit(self, partition: int, offset: int) -> None:
        """Commit for the workers' group."""
        await self._held.commit(self._held.application, {partition: offset})
