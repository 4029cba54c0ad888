"""What every Faust process of ours has in common: its app, its source, its progress, and how it ends."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import faust
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from faust.types import TP
from yarl import URL

from daybook.streams.assignor import BlindAssignmentError, WatchfulAssignor
from daybook.streams.progress import ProgressWatch
from daybook.streams.transport import BatchScheduler, ChangelogFence, LedgerTransport, UndecodedSchema
from daybook.streams.writer import CheckpointFailedError

log = logging.getLogger(__name__)

_ANSWER_SECONDS = 30.0
"""Faust's consumer thread answers between two fetches, and a fetch waits where nothing comes."""

_LOOK_SECONDS = 5.0
"""Between two looks at how far each partition is."""


@dataclass(frozen=True)
class AppSettings:
    """How a Faust app is run. Times in seconds; ``partitions`` are the source topic's and the tables'."""

    bootstrap: str
    partitions: int
    app_id: str = "daybook"
    session_timeout: float = 45.0
    stall_seconds: float = 120.0
    transaction_timeout: float = 30.0
    fetch_wait_seconds: float = 1.5
    """How long a broker may hold an empty fetch; only the embedded one waits to the end of it."""
    check_crcs: bool = True
    """Off only for the embedded broker, whose transaction markers carry no valid checksum."""
    security: Mapping[str, Any] = field(default_factory=dict)
    """TLS and login, as options of aiokafka's clients; none for brokers in the clear."""

    @property
    def urls(self) -> list[URL]:
        """The brokers as Faust names them."""
        return [URL(f"kafka://{address}") for address in self.bootstrap.split(",")]


class StalledError(Exception):
    """Records wait and none is taken; a process in such a state is better started anew."""

    def __init__(self, partitions: Sequence[int], seconds: float) -> None:
        named = ", ".join(map(str, partitions))
        super().__init__(f"partition {named} made no progress for {seconds:g} s though events wait")


class FaustProcess(ABC):
    """A Faust app that is fed by the batch from one topic. ``app`` is Faust's own.

    Args:
        settings: how it is run.
        source: the topic that its agents read.
        fences: what takes over each changelog, by its topic, before it is read.
        scheduler: hands out the source by the batch.
        assignor: assigns it.
    """

    def __init__(
        self,
        settings: AppSettings,
        source: str,
        fences: Mapping[str, ChangelogFence],
        *,
        scheduler: type[BatchScheduler] = BatchScheduler,
        assignor: type[WatchfulAssignor] = WatchfulAssignor,
    ) -> None:
        self.app = _faust_app(settings, scheduler, assignor)
        self.app.transport = LedgerTransport(
            self.app,
            settings.urls,
            fences,
            lambda tp: self.next_offset(tp.partition) if tp.topic == source else None,
            fetch_wait_seconds=settings.fetch_wait_seconds,
        )
        self.failure: BaseException | None = None
        """Why the process ended itself."""
        self.lag: dict[int, int] = {}
        """Records by partition that waited at the last look, some seconds ago at most."""
        self._source_name = source
        self._limits = settings
        self._progress = ProgressWatch(settings.stall_seconds)
        self._ending: set[asyncio.Task[None]] = set()
        self.source = self.app.topic(
            source, schema=UndecodedSchema(), acks=False, internal=False, partitions=settings.partitions
        )

        @self.app.task  # type: ignore[untyped-decorator]  # Faust's app is Any to us
        async def progress() -> None:
            while not self.app.should_stop:
                await asyncio.sleep(min(_LOOK_SECONDS, settings.stall_seconds / 10))
                await self.look_at_progress()

    @abstractmethod
    def next_offset(self, partition: int) -> int | None:
        """Up to where the source is taken; None for a partition whose state is not there yet."""

    @abstractmethod
    async def read_again(self, partition: int) -> None:
        """Read on at the next expected offset: a batch may have been lost behind which nothing came."""

    @abstractmethod
    async def finish(self) -> None:
        """Write what is left, at an orderly end."""

    @abstractmethod
    async def release(self) -> None:
        """Let go of everything, at any end."""

    async def look_at_progress(self) -> None:
        """Read a partition again that stands still though its source has more; at last end the process."""
        if self.app.assignor.blind:
            # Started anew it leaves the group, which then assigns once more.
            await self.fail(BlindAssignmentError())
            return
        try:
            ends = await self._source_ends()
        except (KafkaError, TimeoutError):
            log.debug("the ends of the source are not known", exc_info=True)
            # Without brokers there is nothing to read: no progress is no failure of ours.
            self._progress.forget()
            return
        positions = {p: self.next_offset(p) for p in ends}
        self.lag = {p: max(0, end - (positions[p] or 0)) for p, end in ends.items()}
        standing = self._progress.look(asyncio.get_running_loop().time(), ends, positions)
        for partition in standing.again:
            await self.read_again(partition)
        if standing.stalled:
            await self.fail(StalledError(standing.stalled, self._limits.stall_seconds))

    async def _source_ends(self) -> dict[int, int]:
        """End offsets of the source partitions that are ours."""
        owned = [tp for tp in self.app.consumer.assignment() if tp.topic == self._source_name]
        if not owned:
            return {}
        async with asyncio.timeout(_ANSWER_SECONDS):
            ends = await self.app.consumer.highwaters(*owned)
        return {tp.partition: int(end) for tp, end in ends.items() if end is not None}

    async def on_lost(self, error: CheckpointFailedError) -> None:
        """A state is lost: wait for the rebalance that a fencing usually brings, else end the process."""
        log.error("a checkpoint failed, its state is dropped and read again: %s", error)
        task = asyncio.create_task(self._end_unless_restored(error))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _end_unless_restored(self, error: CheckpointFailedError) -> None:
        generation = self.app.consumer_generation_id
        await asyncio.sleep(min(10.0, self._limits.session_timeout))
        if self.app.consumer_generation_id == generation:
            await self.fail(error)

    async def fail(self, error: BaseException) -> None:
        """End the process: its state cannot be trusted, or does not come forward."""
        self.failure = self.failure or error
        await self.app.crash(error)

    async def ended(self) -> None:
        """Return once the process has ended by itself; ``failure`` says why."""
        while not self.app.should_stop:
            await asyncio.sleep(0.2)
        self.failure = self.failure or self.app.crash_reason

    async def start(self) -> None:
        """Start the Faust app within the running loop."""
        self.app.finalize()
        await self.app.start()

    async def stop(self) -> None:
        """Write what is left, then stop."""
        for task in self._ending:
            task.cancel()
        try:
            if self.failure is None:
                await self.finish()
        finally:
            await self.app.stop()
            await self.release()


class FaustSource:
    """The consumer of a Faust app on its source topic, as an agent's core sees it."""

    def __init__(self, app: Any, topic: str) -> None:
        self._app = app
        self._topic = topic

    async def seek(self, partition: int, offset: int) -> None:
        """Read on at an offset."""
        await self._app.consumer.seek(TP(self._topic, partition), offset)

    async def first_offset(self, partition: int) -> int:
        """The oldest offset that the log still holds."""
        tp = TopicPartition(self._topic, partition)
        return int((await self._app.consumer.earliest_offsets(tp))[tp])

    def known_end(self, partition: int) -> int:
        """How far the log went when it was last read; 0 where that is not known."""
        try:
            return int(self._app.consumer.highwater(TP(self._topic, partition)) or 0)
        except Exception:  # noqa: BLE001 - it may be taken away just now; whoever does not know does not wait
            return 0

    async def commit(self, partition: int, offset: int) -> None:
        """Commit the next offset to read."""
        # The public commit goes by acknowledged messages, of which one batch is a single one.
        await self._app.consumer._commit_offsets(  # noqa: SLF001 - see above
            {TP(self._topic, partition): offset}
        )


def _credentials(security: Mapping[str, Any]) -> faust.SSLCredentials | faust.SASLCredentials | None:
    """The same as Faust takes it: its own login without a TLS context would be plain text."""
    protocol = security.get("security_protocol", "PLAINTEXT")
    if protocol == "SSL":
        return faust.SSLCredentials(context=security["ssl_context"])
    if protocol.startswith("SASL"):
        return faust.SASLCredentials(
            username=security["sasl_plain_username"],
            password=security["sasl_plain_password"],
            mechanism=security["sasl_mechanism"],
            ssl_context=security.get("ssl_context"),
        )
    return None


class FilelessApp(faust.App):
    """A Faust app that keeps nothing on the disk."""

    async def on_first_start(self) -> None:
        """Make no folders: Faust's would be in the working folder, read-only in a unit or container."""


def _faust_app(
    settings: AppSettings, scheduler: type[BatchScheduler], assignor: type[WatchfulAssignor]
) -> Any:
    return FilelessApp(
        settings.app_id,
        broker=settings.urls,
        broker_credentials=_credentials(settings.security),
        store="memory://",
        # Its web server would show table data to anyone on all interfaces.
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        topic_partitions=settings.partitions,
        table_standby_replicas=0,
        ConsumerScheduler=scheduler,
        PartitionAssignor=assignor,
        stream_buffer_maxsize=16,
        stream_wait_empty=False,
        stream_publish_on_commit=False,
        producer_request_timeout=30.0,
        broker_session_timeout=settings.session_timeout,
        broker_heartbeat_interval=min(3.0, settings.session_timeout / 3),
        broker_request_timeout=max(60.0, settings.session_timeout + 5),
        consumer_max_fetch_size=4 * 1024 * 1024,
        consumer_auto_offset_reset="earliest",
        broker_max_poll_records=10_000,
        broker_check_crcs=settings.check_crcs,
        worker_redirect_stdouts=False,
    )
