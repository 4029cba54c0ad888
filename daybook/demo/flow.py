"""Publishing into the embedded broker: on disk first, and never more than the broker keeps."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, Protocol

from aiokafka import TopicPartition
from aiokafka.partitioner import murmur2

from daybook.demo.broker import PARTITIONS
from daybook.demo.journal import Journal
from daybook.producers.records import KafkaUnavailable, OutgoingRecord, Publisher

_LOG: Final = logging.getLogger(__name__)
# The broker keeps about five megabytes of a partition.
UNREAD_BYTES: Final = 3_000_000
PIECE_BYTES: Final = 500_000
_POLL_SECONDS: Final = 0.02

Drained = Callable[[int], Awaitable[bool]]
"""Whether the first n records that were sent are counted by the worker and written by the sink."""


class Lagging(Protocol):
    """The part of the sink that is needed here."""

    async def lag(self) -> Mapping[TopicPartition, int]:
        """Records not yet written, by place."""


class Admission:
    """Lets a checkpoint wait until the sink has read what the broker would push out for it."""

    def __init__(self, sink: Lagging, topic: str) -> None:
        self._sink = sink
        self._topic = topic
        self._untold: dict[int, int] = {}

    async def __call__(self, partition: int, size: int) -> None:
        """Returns when there is room for a checkpoint of a partition."""
        untold = self._untold.get(partition, 0)
        if untold and untold + size > UNREAD_BYTES:
            place = TopicPartition(self._topic, partition)
            while (await self._sink.lag()).get(place, 1):
                await asyncio.sleep(_POLL_SECONDS)
            untold = 0
        self._untold[partition] = untold + size


class JournaledPublisher:
    """A publisher that journals, then waits for room, then sends."""

    def __init__(self, inner: Publisher, journal: Journal, drained: Drained) -> None:
        self._inner = inner
        self._journal = journal
        self._drained = drained
        self._room = asyncio.Lock()
        self._unread = [0] * PARTITIONS
        self._in_flight = 0
        self.sent = 0
        """Records that the broker has acknowledged in this run."""

    async def send(self, records: Sequence[OutgoingRecord]) -> None:
        """Returns once every record is on disk and with the broker; see ``Publisher.send``.

        Raises:
            KafkaUnavailable: the disk does not take them.
        """
        self._in_flight += 1
        try:
            await self._written(records)
            await self.resend(records)
        finally:
            self._in_flight -= 1

    async def _written(self, records: Sequence[OutgoingRecord]) -> None:
        try:
            await self._journal.append(records)
        except OSError as error:
            _LOG.warning("The journal cannot be written: %s", error)
            raise KafkaUnavailable("the journal cannot be written") from error

    async def resend(self, records: Sequence[OutgoingRecord]) -> None:
        """Send records that the journal holds already, in pieces that the broker has room for."""
        piece: list[OutgoingRecord] = []
        size = 0
        for record in records:
            piece.append(record)
            size += len(record.value)
            if size >= PIECE_BYTES:
                await self._send(piece)
                piece, size = [], 0
        if piece:
            await self._send(piece)

    async def _send(self, piece: list[OutgoingRecord]) -> None:
        async with self._room:
            added = _bytes_by_partition(piece)
            if any(old + new > UNREAD_BYTES for old, new in zip(self._unread, added, strict=True)):
                while not await self._drained(self.sent):
                    await asyncio.sleep(_POLL_SECONDS)
                self._unread = [0] * PARTITIONS
            self._unread = [old + new for old, new in zip(self._unread, added, strict=True)]
            await self._inner.send(piece)
            self.sent += len(piece)

    async def ready(self) -> bool:
        """Whether the broker answers."""
        return await self._inner.ready()

    async def clear_journal(self) -> None:
        """Remove the segments whose records are all stored; called now and then."""
        old = await self._journal.rotate()
        if not old:
            return
        # What was appended to them may still be on its way to the broker.
        while self._in_flight:
            await asyncio.sleep(_POLL_SECONDS)
        sent = self.sent
        while not await self._drained(sent):
            await asyncio.sleep(_POLL_SECONDS * 5)
        for path in old:
            path.unlink(missing_ok=True)


def _bytes_by_partition(piece: Sequence[OutgoingRecord]) -> list[int]:
    """Where Kafka's default partitioner will put the records; one without a key may go anywhere."""
    sizes = [0] * PARTITIONS
    for record in piece:
        if record.key is None:
            sizes = [size + len(record.value) for size in sizes]
        else:
            sizes[(murmur2(record.key) & 0x7FFFFFFF) % PARTITIONS] += len(record.value)
    return sizes
