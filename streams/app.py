"""Puts the Faust app together: the totals agent on its table, fed by the batch."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import faust
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from faust.types import TP
from yarl import URL

from daybook.schemas import topics
from daybook.streams.assignor import BlindAssignmentError, WatchfulAssignor
from daybook.streams.progress import ProgressWatch
from daybook.streams.table import Restore, TotalsTable
from daybook.streams.totals import LateLookup, TotalsProcessor
from daybook.streams.transport import BatchScheduler, LedgerTransport, UndecodedSchema
from daybook.streams.writer import CheckpointFailedError, CheckpointWriter

log = logging.getLogger(__name__)

TABLE = "totals"
_ANSWER_SECONDS = 30.0
"""Faust's consumer thread answers between two fetches, and a fetch waits where nothing comes."""

_LOOK_SECONDS = 5.0
"""Between two looks at how far each partition is."""


@dataclass(frozen=True)
class StreamSettings:
    """How the worker runs. Times in seconds."""

    bootstrap: str
    partitions: int
    app_id: str = "daybook"
    checkpoint_seconds: float = 0.25
    checkpoint_events: int = 8000
    session_timeout: float = 45.0
    stall_seconds: float = 120.0
    transaction_timeout: float = 30.0
    fetch_wait_seconds: float = 1.5
    """How long a broker may hold an empty fetch; only the embedded one waits to the end of it."""
    check_crcs: bool = True
    """Off only for the embedded broker, whose transaction markers carry no valid checksum."""

    @property
    def changelog(self) -> str:
        """Name of the totals table's changelog topic."""
        return f"{self.app_id}-{TABLE}-changelog"


class StalledError(Exception):
    """Events wait and none is counted; a worker in such a state is better started anew."""

    def __init__(self, partitions: Sequence[int], seconds: float) -> None:
        named = ", ".join(map(str, partitions))
        super().__init__(f"partition {named} made no progress for {seconds:g} s though events wait")


class Worker:
    """The running worker. ``app`` is the Faust app; ``processor`` its totals agent's core."""

    def __init__(self, settings: StreamSettings, restore: Restore, lookup: LateLookup | None = None) -> None:
        self.settings = settings
        self.app = _faust_app(settings)
        self.writer = CheckpointWriter(
            settings.bootstrap, settings.app_id, settings.changelog, timeout=settings.transaction_timeout
        )
        urls = [URL(f"kafka://{address}") for address in settings.bootstrap.split(",")]
        self.app.transport = LedgerTransport(
            self.app, urls, self.writer, fetch_wait_seconds=settings.fetch_wait_seconds
        )
        self.table = _table(self.app, settings, restore)
        self.processor = TotalsProcessor(
            self.table.ledgers,
            self.writer,
            _FaustSource(self.app),
            lookup,
            checkpoint_events=settings.checkpoint_events,
            on_lost=self._on_lost,
        )
        self.failure: BaseException | None = None
        """Why the worker ended itself."""
        self.lag: dict[int, int] = {}
        """Events by partition that waited at the last look, some seconds ago at most."""
        self._progress = ProgressWatch(settings.stall_seconds)
        self._ending: set[asyncio.Task[None]] = set()
        self._register()

    def _register(self) -> None:
        app, processor = self.app, self.processor
        source = app.topic(
            topics.EVENTS,
            schema=UndecodedSchema(),
            acks=False,
            internal=False,
            partitions=self.settings.partitions,
        )

        @app.agent(source, name="totals")  # type: ignore[untyped-decorator]  # Faust's app is Any to us
        async def totals(stream: Any) -> None:
            async for event in stream.events():
                await processor.process(event.message.partition, event.value)

        @app.task  # type: ignore[untyped-decorator]  # as above
        async def checkpoints() -> None:
            # From a task and not the agent, for the idle tail must be written too.
            while not app.should_stop:
                await asyncio.sleep(self.settings.checkpoint_seconds)
                await processor.checkpoint_all()

        @app.task  # type: ignore[untyped-decorator]  # as above
        async def progress() -> None:
            while not app.should_stop:
                await asyncio.sleep(min(_LOOK_SECONDS, self.settings.stall_seconds / 10))
                await self._look_at_progress()

    async def _look_at_progress(self) -> None:
        """Read a partition again that stands still though its source has more, and at last end the worker."""
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
        ledgers = self.table.ledgers
        positions = {p: ledgers[p].next_offset if p in ledgers else None for p in ends}
        self.lag = {p: max(0, end - (positions[p] or 0)) for p, end in ends.items()}
        standing = self._progress.look(asyncio.get_running_loop().time(), ends, positions)
        for partition in standing.again:
            await self.processor.read_again(partition)
        if standing.stalled:
            await self.fail(StalledError(standing.stalled, self.settings.stall_seconds))

    async def _source_ends(self) -> dict[int, int]:
        """End offsets of the source partitions that are ours."""
        owned = [tp for tp in self.app.consumer.assignment() if tp.topic == topics.EVENTS]
        if not owned:
            return {}
        async with asyncio.timeout(_ANSWER_SECONDS):
            ends = await self.app.consumer.highwaters(*owned)
        return {tp.partition: int(end) for tp, end in ends.items() if end is not None}

    async def _on_lost(self, error: CheckpointFailedError) -> None:
        """A state is lost: wait for the rebalance that a fencing usually brings, else end the worker."""
        log.error("a checkpoint failed, its state is dropped and read again: %s", error)
        task = asyncio.create_task(self._end_unless_restored(error))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _end_unless_restored(self, error: CheckpointFailedError) -> None:
        generation = self.app.consumer_generation_id
        await asyncio.sleep(min(10.0, self.settings.session_timeout))
        if self.app.consumer_generation_id == generation:
            await self.fail(error)

    async def fail(self, error: BaseException) -> None:
        """End the worker: its state cannot be trusted, or does not come forward."""
        self.failure = self.failure or error
        await self.app.crash(error)

    async def ended(self) -> None:
        """Return once the worker has ended by itself; ``failure`` says why."""
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
                await self.processor.checkpoint_all()
        finally:
            await self.app.stop()
            await self.writer.stop()


class _FaustSource:
    """The consumer of a Faust app as the totals processor sees it."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def seek(self, partition: int, offset: int) -> None:
        await self._app.consumer.seek(TP(topics.EVENTS, partition), offset)

    async def first_offset(self, partition: int) -> int:
        tp = TopicPartition(topics.EVENTS, partition)
        return int((await self._app.consumer.earliest_offsets(tp))[tp])

    async def commit(self, partition: int, offset: int) -> None:
        # The public commit goes by acknowledged messages, of which one batch is a single one.
        await self._app.consumer._commit_offsets(  # noqa: SLF001 - see above
            {TP(topics.EVENTS, partition): offset}
        )


def _faust_app(settings: StreamSettings) -> Any:
    return faust.App(
        settings.app_id,
        broker=[URL(f"kafka://{address}") for address in settings.bootstrap.split(",")],
        store="memory://",
        # Its web server would show table data to anyone on all interfaces.
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        topic_partitions=settings.partitions,
        table_standby_replicas=0,
        ConsumerScheduler=BatchScheduler,
        PartitionAssignor=WatchfulAssignor,
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


def _table(app: Any, settings: StreamSettings, restore: Restore) -> TotalsTable:
    changelog = app.topic(
        settings.changelog, schema=UndecodedSchema(), partitions=settings.partitions, internal=False
    )
    table = TotalsTable(
        app,
        name=TABLE,
        restore=restore,
        partitions=settings.partitions,
        changelog_topic=changelog,
        key_type=bytes,
        value_type=bytes,
    )
    app.tables.add(table)
    return table
