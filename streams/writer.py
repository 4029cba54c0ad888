"""One transactional producer per source partition: it writes checkpoints whole and fences predecessors."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from aiokafka import AIOKafkaProducer

from daybook.ledger.state import Checkpoint
from daybook.schemas import topics

log = logging.getLogger(__name__)

BARRIER = b"barrier"


class CheckpointFailedError(Exception):
    """A checkpoint was not written, or nobody knows whether it was: its state must be read again."""


class CheckpointWriter:
    """Writes the checkpoints of the partitions that this worker owns.

    Args:
        bootstrap: the brokers' addresses.
        app_id: the application; with the partition it makes the transactional id.
        changelog: the changelog topic of the totals table.
        timeout: seconds after which a transaction's outcome counts as unknown.
    """

    def __init__(self, bootstrap: str, app_id: str, changelog: str, *, timeout: float = 30.0) -> None:
        self._bootstrap = bootstrap
        self._app_id = app_id
        self._changelog = changelog
        self._timeout = timeout
        self._producers: dict[int, AIOKafkaProducer] = {}
        self.on_step: Callable[[str], None] | None = None
        """Called with the name of each step of a checkpoint; fault tests end the process there."""
        self.admit: Callable[[int, int], Awaitable[None]] | None = None
        """Waits until a broker that keeps little has room for so many bytes of a partition."""

    async def take_over(self, partition: int) -> int:
        """Start the partition's producer anew, which fences any older one, and write a barrier record.

        Returns the barrier's offset: all that was ever committed lies before it.
        """
        await self.release([partition])
        producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            transactional_id=f"{self._app_id}-{topics.EVENTS}-{partition}",
            acks="all",
            compression_type="zstd",
            max_request_size=8_000_000,
            max_batch_size=262_144,
        )
        await asyncio.wait_for(producer.start(), self._timeout)
        self._producers[partition] = producer
        async with asyncio.timeout(self._timeout):
            await producer.begin_transaction()
            sent = await producer.send(self._changelog, b"", key=BARRIER, partition=partition)
            await producer.commit_transaction()
        return int((await sent).offset)

    async def write(self, partition: int, checkpoint: Checkpoint) -> None:
        """Write a checkpoint in one transaction.

        Raises:
            CheckpointFailedError: fenced, refused, or not known to be committed.
        """
        producer = self._producers.get(partition)
        if producer is None:
            raise CheckpointFailedError(f"partition {partition} is no longer ours")
        if self.admit is not None:
            await self.admit(partition, sum(len(value) for _, value in checkpoint.totals))
        try:
            async with asyncio.timeout(self._timeout):
                await self._transaction(producer, partition, checkpoint)
        except Exception as error:
            raise CheckpointFailedError(f"partition {partition}: {type(error).__name__}: {error}") from error

    async def _transaction(self, producer: AIOKafkaProducer, partition: int, checkpoint: Checkpoint) -> None:
        self._step("begin")
        await producer.begin_transaction()
        sent = [
            await producer.send(self._changelog, value, key=key, partition=partition)
            for key, value in checkpoint.changelog
        ]
        self._step("changelog")
        for key, value in checkpoint.totals:
            sent.append(await producer.send(topics.TOTALS, value, key=key, partition=partition))
        if checkpoint.outcomes is not None:
            name = str(partition).encode()
            sent.append(
                await producer.send(topics.OUTCOMES, checkpoint.outcomes, key=name, partition=partition)
            )
        for order_id, value in checkpoint.dead_letters:
            order = order_id.encode() or None
            sent.append(await producer.send(topics.DEAD_LETTERS, value, key=order, partition=partition))
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
