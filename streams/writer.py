"""One transactional producer per source partition: it writes checkpoints whole and fences predecessors."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer

from daybook.ledger.counting import Checkpoint
from daybook.schemas import topics

log = logging.getLogger(__name__)

BARRIER = b"barrier"


class CheckpointFailedError(Exception):
    """A checkpoint was not written, or nobody knows whether it was: its state must be read again."""


class Outgoing(NamedTuple):
    """A record to be written; without a value its key is removed. ``partition`` None: the source's own."""

    topic: str
    key: bytes | None
    value: bytes | None
    partition: int | None = None


class TransactionalWriter:
    """Writes what belongs together in one transaction per source partition.

    Args:
        bootstrap: the brokers' addresses.
        identity: with the partition it makes the transactional id.
        changelog: the changelog topic of the table that it writes.
        timeout: seconds after which a transaction's outcome counts as unknown.
        security: further options of the producers.
    """

    def __init__(
        self,
        bootstrap: str,
        identity: str,
        changelog: str,
        *,
        timeout: float = 30.0,
        security: Mapping[str, Any] | None = None,
    ) -> None:
        self._security = dict(security or {})
        self._bootstrap = bootstrap
        self._identity = identity
        self._changelog = changelog
        self._timeout = timeout
        self._producers: dict[int, AIOKafkaProducer] = {}
        self.on_step: Callable[[str], None] | None = None
        """Called with the name of each step of a transaction; fault tests end the process there."""

    async def take_over(self, partition: int) -> int:
        """Start the partition's producer anew, which fences any older one, and write a barrier record.

        Returns the barrier's offset: all that was ever committed lies before it.
        """
        await self.release([partition])
        producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            transactional_id=f"{self._identity}-{partition}",
            acks="all",
            compression_type="zstd",
            max_request_size=8_000_000,
            max_batch_size=262_144,
            **self._security,
        )
        await asyncio.wait_for(producer.start(), self._timeout)
        self._producers[partition] = producer
        async with asyncio.timeout(self._timeout):
            await producer.begin_transaction()
            sent = await producer.send(self._changelog, b"", key=BARRIER, partition=partition)
            await producer.commit_transaction()
        return int((await sent).offset)

    async def transact(
        self,
        partition: int,
        entries: Iterable[tuple[bytes, bytes | None]],
        records: Sequence[Outgoing],
    ) -> None:
        """Write table entries to the changelog, and records, in one transaction.

        Raises:
            CheckpointFailedError: fenced, refused, or not known to be committed.
        """
        producer = self._producers.get(partition)
        if producer is None:
            raise CheckpointFailedError(f"partition {partition} is no longer ours")
        changelog = [Outgoing(self._changelog, key, value) for key, value in entries]
        try:
            async with asyncio.timeout(self._timeout):
                await self._transaction(producer, partition, changelog, records)
        except Exception as error:
            raise CheckpointFailedError(f"partition {partition}: {type(error).__name__}: {error}") from error

    async def _transaction(
        self,
        producer: AIOKafkaProducer,
        partition: int,
        changelog: Sequence[Outgoing],
        records: Sequence[Outgoing],
    ) -> None:
        self._step("begin")
        await producer.begin_transaction()
        sent = [await _send(producer, partition, record) for record in changelog]
        self._step("changelog")
        sent += [await _send(producer, partition, record) for record in records]
        await asyncio.gather(*sent)
        self._step("sent")
        await producer.commit_transaction()
        self._step("committed")

    def _step(self, name: str) -> None:
        if self.on_step is not None:
            self.on_step(name)

    async def release(self, partitions: list[int]) -> None:
        """Stop the producers of partitions that are no longer ours, or all that are started anew."""
        for partition in partitions:
            producer = self._producers.pop(partition, None)
            if producer is not None:
                try:
                    await asyncio.wait_for(producer.stop(), 5)
                except Exception:
                    log.debug("producer of partition %d did not stop in order", partition, exc_info=True)

    async def stop(self) -> None:
        """Stop all producers."""
        await self.release(list(self._producers))


class CheckpointWriter(TransactionalWriter):
    """Writes the checkpoints of the partitions that this worker owns.

    ``app_id`` is the application; with the partition it makes the transactional id. ``counted`` names where
    what is counted is told.
    """

    def __init__(
        self,
        bootstrap: str,
        app_id: str,
        changelog: str,
        *,
        counted: topics.Counted = topics.SALES,
        timeout: float = 30.0,
        security: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(
            bootstrap, f"{app_id}-{counted.source}", changelog, timeout=timeout, security=security
        )
        self._counted = counted
        self.admit: Callable[[int, int], Awaitable[None]] | None = None
        """Waits until a broker that keeps little has room for so many bytes of a partition."""

    async def write(self, partition: int, checkpoint: Checkpoint) -> None:
        """Write a checkpoint in one transaction. Raises what ``transact`` raises."""
        if self.admit is not None:
            await self.admit(partition, sum(len(value) for _, value in checkpoint.totals))
        await self.transact(partition, checkpoint.changelog, _told(self._counted, partition, checkpoint))


def _told(counted: topics.Counted, partition: int, checkpoint: Checkpoint) -> list[Outgoing]:
    """What a checkpoint tells others."""
    told = [Outgoing(counted.totals, key, value) for key, value in checkpoint.totals]
    if checkpoint.outcomes is not None:
        told.append(Outgoing(counted.outcomes, str(partition).encode(), checkpoint.outcomes))
    return told + [
        Outgoing(counted.dead_letters, order_id.encode() or None, value)
        for order_id, value in checkpoint.dead_letters
    ]


async def _send(producer: AIOKafkaProducer, partition: int, record: Outgoing) -> Awaitable[object]:
    place = partition if record.partition is None else record.partition
    sent: Awaitable[object] = await producer.send(record.topic, record.value, key=record.key, partition=place)
    return sent
