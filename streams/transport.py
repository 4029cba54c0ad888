"""Faust fed by the batch: one item per partition and fetch, and only committed changelogs are read.

Measured (docs/benchmarks.md): Faust hands over about 10,000 single events a second, and 250,000 in batches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, Protocol

import aiokafka
import faust
from faust.transport.drivers import aiokafka as driver
from faust.transport.utils import DefaultSchedulingStrategy
from faust.types import TP

from daybook.schemas import topics


class Batch:
    """All records that one fetch brought from a partition, in the shape of a single consumer record.

    ``offset`` is the last record's, so that Faust's own bookkeeping goes on after the batch.
    """

    __slots__ = ("offset", "partition", "timestamp", "timestamp_type", "topic", "value")

    checksum: ClassVar[None] = None
    headers: ClassVar[tuple[()]] = ()
    key: ClassVar[None] = None
    serialized_key_size: ClassVar[int] = 0
    serialized_value_size: ClassVar[int] = 0

    def __init__(self, records: list[Any]) -> None:
        last = records[-1]
        self.topic: str = last.topic
        self.partition: int = last.partition
        self.offset: int = last.offset
        self.timestamp: int = last.timestamp
        self.timestamp_type: int = last.timestamp_type
        self.value = records


class BatchScheduler(DefaultSchedulingStrategy):
    """Yields source partitions by the batch and leaves changelogs as they are."""

    source: ClassVar[str] = topics.EVENTS

    def iterate(self, records: Mapping[TP, list[Any]]) -> Iterator[tuple[TP, Any]]:
        """Batches of the source topic first, then the other topics' records in turn."""
        others: dict[TP, list[Any]] = {}
        for tp, fetched in records.items():
            if tp.topic == self.source:
                if fetched:
                    yield tp, Batch(fetched)
            else:
                others[tp] = fetched
        if others:
            yield from super().iterate(others)


class UndecodedSchema(faust.Schema[Any, Any]):
    """Hands values over as they came: an undecodable event is the ledger's business, not Faust's."""

    def compile(self, app: Any, **_: Any) -> Callable[..., Any]:
        """The decoder Faust calls for each item of a topic."""

        async def decode(message: Any, *, propagate: bool = False) -> Any:  # noqa: ARG001 - Faust's signature
            return app.create_event(message.key, message.value, message.headers, message)

        return decode

    async def decode(self, app: Any, message: Any, *, propagate: bool = False) -> Any:
        """One item, decoded."""
        return await self.compile(app)(message, propagate=propagate)


class ChangelogFence(Protocol):
    """What takes over a changelog partition before it is read."""

    async def take_over(self, partition: int) -> int:
        """Fence whoever wrote before; the offset of a barrier record behind all that is committed."""


ResumeAt = Callable[[TP], int | None]
"""The next offset that a partition's state expects; None where there is no state."""


class _ConsumerThread(driver.AIOKafkaConsumerThread):
    mundane_level = "debug"
    """That it starts and stops is nothing to tell."""

    def _create_worker_consumer(self, transport: Any) -> aiokafka.AIOKafkaConsumer:
        consumer = super()._create_worker_consumer(transport)
        # Faust couples this to its own exactly-once mode, which swallows errors and is not used here.
        consumer._isolation_level = "read_committed"  # noqa: SLF001 - there is no public way
        ledger_transport: Any = self.transport
        # Faust fixes it at 1.5 seconds.
        consumer._fetch_max_wait_ms = int(  # noqa: SLF001 - there is no public way
            ledger_transport.fetch_wait_seconds * 1000
        )
        return consumer

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Whether a partition comes forward. Changelogs do not, once they are read, and are no failure."""
        if not self.consumer._is_changelog_tp(tp):  # noqa: SLF001 - Faust's own way to ask
            super().verify_event_path(now, tp)


class _Consumer(driver.Consumer):
    """Asks a changelog's fence for its end: a log that ends in a transaction's marker never seems read."""

    mundane_level = "debug"

    def _new_consumer_thread(self) -> driver.AIOKafkaConsumerThread:
        return _ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def highwaters(self, *partitions: TP) -> Mapping[TP, int]:
        """End offsets of the partitions; for changelogs, one after their barrier."""
        fences: Mapping[str, ChangelogFence] = self.transport.fences  # type: ignore[attr-defined]  # ours
        ends: dict[TP, int] = {}
        for tp in partitions:
            if self._is_changelog_tp(tp):
                ends[tp] = await fences[tp.topic].take_over(tp.partition) + 1
            else:
                ends.update(await super().highwaters(tp))
        return ends

    async def perform_seek(self) -> None:
        """Read on where the states are, once they are back.

        What was fetched before found no state and is gone. Faust goes back to what is committed, and where
        nothing is committed yet, nowhere.
        """
        await super().perform_seek()
        resume_at: ResumeAt = self.transport.resume_at  # type: ignore[attr-defined]  # ours
        for tp in self.assignment():
            offset = None if self._is_changelog_tp(tp) else resume_at(tp)
            if offset is not None:
                await self.seek(tp, offset)


class LedgerTransport(driver.Transport):
    """Faust's Kafka transport with the consumer above."""

    Consumer = _Consumer

    def __init__(
        self,
        app: Any,
        url: list[Any],
        fences: Mapping[str, ChangelogFence],
        resume_at: ResumeAt,
        *,
        fetch_wait_seconds: float,
    ) -> None:
        super().__init__(url, app)
        self.fences = fences
        self.resume_at = resume_at
        self.fetch_wait_seconds = fetch_wait_seconds
