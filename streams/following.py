"""Following what is told: all partitions of a topic, from its beginning, in no group.

Nothing is committed, for nothing is kept: the topic is compacted, and whoever starts reads it again. Where
much has come together, it is taken over in turns with everything else in the process.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from daybook.ledger.merged import Change, MergedTotals
from daybook.ledger.messages import PartitionPosition, decode_totals
from daybook.ledger.signals.encoding import decode_bucket
from daybook.ledger.signals.merged import MergedSignals
from daybook.schemas import topics
from daybook.streams.turns import in_turns

log = logging.getLogger(__name__)

Told = Callable[[Sequence[Change]], None]
"""Takes the changes of one fetch, in the order of the log."""

_FETCH_SECONDS: Final = 0.5
_FIRST_WAIT: Final = 0.2
_LONGEST_WAIT: Final = 5.0
"""Seconds between tries while there are no brokers."""
_POSITION_KEY: Final = b"position|"


class TopicFollower(ABC):
    """Reads a topic from its beginning and goes on. Run it as a task; cancelling ends it.

    Args:
        bootstrap: brokers.
        topic: which.
        partitions: how many it has, or as many of them as are to be read.
        consumer_options: further options of the consumer, for brokers that need them.
    """

    def __init__(
        self,
        bootstrap: str,
        topic: str,
        partitions: int,
        consumer_options: Mapping[str, Any] | None = None,
    ) -> None:
        self._bootstrap = bootstrap
        self._topic = topic
        self._places = [TopicPartition(topic, number) for number in range(partitions)]
        self._options = consumer_options
        self._caught_up = asyncio.Event()
        self._behind: dict[TopicPartition, int] = {}
        self.offsets: dict[int, int] = {}
        """The next offset to be read, by partition."""
        self.seen_at: int | None = None
        """When the newest record that was read had been told (UTC, epoch milliseconds)."""

    @abstractmethod
    def take(self, record: Any) -> None:
        """Take over a record.

        Raises:
            ValueError, TypeError: it is not of this topic; it is reported and passed over.
        """

    def taken(self) -> None:  # noqa: B027 - most need nothing of the kind
        """Called after a number of records."""

    @property
    def caught_up(self) -> bool:
        """Whether all is read that stood in the topic when this follower began. It stays so."""
        return self._caught_up.is_set()

    async def until_caught_up(self) -> None:
        """Return once all is read that stood in the topic at the beginning."""
        await self._caught_up.wait()

    async def run(self) -> None:
        """Follow until cancelled. While there are no brokers it waits for them; what it has read it keeps."""
        wait = _FIRST_WAIT
        while True:
            try:
                async with self._consumer() as consumer:
                    await self._begin(consumer)
                    wait = _FIRST_WAIT
                    while True:
                        await self._read(consumer)
            except (KafkaError, TimeoutError, OSError):
                log.warning("%s cannot be read; trying again", self._topic, exc_info=True)
            await asyncio.sleep(wait)
            wait = min(2 * wait, _LONGEST_WAIT)

    @contextlib.asynccontextmanager
    async def _consumer(self) -> Any:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            group_id=None,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            **(self._options or {}),
        )
        try:
            await consumer.start()
            yield consumer
        finally:
            await consumer.stop()

    async def skip(self) -> None:
        """Begin at the present end, not at the beginning: what stands before it is known otherwise.

        Raises:
            KafkaError, OSError: the brokers cannot be asked.
        """
        async with self._consumer() as consumer:
            ends = await consumer.end_offsets(self._places)
        self.offsets = {place.partition: end for place, end in ends.items()}

    async def _begin(self, consumer: AIOKafkaConsumer) -> None:
        consumer.assign(self._places)
        for place in self._places:
            offset = self.offsets.get(place.partition)
            if offset is None:
                await consumer.seek_to_beginning(place)
            else:
                consumer.seek(place, offset)
        if not self.caught_up:
            self._behind = await consumer.end_offsets(self._places)

    async def _read(self, consumer: AIOKafkaConsumer) -> None:
        fetched = await consumer.getmany(timeout_ms=int(_FETCH_SECONDS * 1000))
        for records in fetched.values():
            await self._take(records)
        for place in self._places:
            self.offsets[place.partition] = await consumer.position(place)
        if not self.caught_up:
            self._behind = {p: end for p, end in self._behind.items() if self.offsets[p.partition] < end}
            if not self._behind:
                self._caught_up.set()

    async def _take(self, records: Sequence[Any]) -> None:
        # Nobody may see what is taken over before it is told.
        await in_turns(map(self._take_one, records), self.taken)
        self.taken()

    def _take_one(self, record: Any) -> None:
        self.seen_at = max(self.seen_at or 0, record.timestamp)
        try:
            self.take(record)
        except (ValueError, TypeError):
            log.exception(
                "%s holds a record at offset %d that is not ours; it is passed over",
                self._topic,
                record.offset,
            )


class TotalsFollower(TopicFollower):
    """Keeps ``merged`` at what stands in ``sales.totals``.

    Args:
        bootstrap: brokers.
        partitions: how many partitions the topic has.
        merged: where the totals go.
        told: called with each fetch's changes.
        consumer_options: further options of the consumer, for brokers that need them.
    """

    def __init__(
        self,
        bootstrap: str,
        partitions: int,
        merged: MergedTotals,
        told: Told = lambda _: None,
        consumer_options: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(bootstrap, topics.TOTALS, partitions, consumer_options)
        self.merged = merged
        self._told = told
        self._changes: list[Change] = []

    def take(self, record: Any) -> None:
        """Merge a state."""
        if record.value and self.merged.wants(record.key or b""):
            self._changes += self.merged.take(decode_totals(record.value), record.timestamp)

    def taken(self) -> None:
        """Tell the changes."""
        changes, self._changes = self._changes, []
        if changes:
            self._told(changes)


class SignalsFollower(TopicFollower):
    """Keeps ``merged`` at what stands in ``sales.signal-totals``.

    Args:
        bootstrap: brokers.
        partitions: how many partitions the topic has.
        merged: where the totals go.
        consumer_options: further options of the consumer, for brokers that need them.
    """

    def __init__(
        self,
        bootstrap: str,
        partitions: int,
        merged: MergedSignals,
        consumer_options: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(bootstrap, topics.SIGNAL_TOTALS, partitions, consumer_options)
        self.merged = merged

    def take(self, record: Any) -> None:
        """Merge a state."""
        key = record.key or b""
        if record.value and key.startswith(_POSITION_KEY):
            position = decode_totals(record.value)
            if isinstance(position, PartitionPosition):
                self.merged.take(position)
        elif record.value and self.merged.wants(key):
            self.merged.take(decode_bucket(record.value))
