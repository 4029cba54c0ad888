"""Puts the worker together: the totals agent on its table, fed by the batch."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any, Final

from daybook.schemas import topics
from daybook.streams.assignor import WatchfulAssignor
from daybook.streams.faust_process import AppSettings, FaustProcess, FaustSource, StalledError
from daybook.streams.table import Restore, TotalsTable, add_table
from daybook.streams.totals import LateLookup, TotalsProcessor
from daybook.streams.transport import BatchScheduler
from daybook.streams.writer import CheckpointWriter

__all__ = ["StalledError", "StreamSettings", "Worker"]

TABLE = "totals"


class _SignalScheduler(BatchScheduler):
    source = topics.SIGNALS


class _SignalAssignor(WatchfulAssignor):
    source = topics.SIGNALS


# Faust makes both itself, so what they go by has to be in their classes.
SCHEDULERS: Final[dict[str, type[BatchScheduler]]] = {
    topics.EVENTS: BatchScheduler,  # type: ignore[type-abstract]  # Faust's own base says so
    topics.SIGNALS: _SignalScheduler,  # type: ignore[type-abstract]  # the same
}
ASSIGNORS: Final = {topics.EVENTS: WatchfulAssignor, topics.SIGNALS: _SignalAssignor}


@dataclass(frozen=True)
class StreamSettings(AppSettings):
    """How the worker runs. Times in seconds."""

    checkpoint_seconds: float = 0.25
    checkpoint_events: int = 20_000
    counted: topics.Counted = topics.SALES

    @property
    def changelog(self) -> str:
        """Name of the totals table's changelog topic."""
        return f"{self.app_id}-{TABLE}-changelog"


class Worker(FaustProcess):
    """The running worker. ``app`` is the Faust app; ``processor`` its totals agent's core."""

    def __init__(self, settings: StreamSettings, restore: Restore, lookup: LateLookup | None = None) -> None:
        self.settings = settings
        self.checkpoint_seconds = settings.checkpoint_seconds
        """Between two checkpoints; may be changed at any time."""
        self.writer = CheckpointWriter(
            settings.bootstrap,
            settings.app_id,
            settings.changelog,
            counted=settings.counted,
            timeout=settings.transaction_timeout,
            security=settings.security,
        )
        source = settings.counted.source
        super().__init__(
            settings,
            source,
            {settings.changelog: self.writer},
            scheduler=SCHEDULERS[source],
            assignor=ASSIGNORS[source],
        )
        self.table = add_table(
            TotalsTable, self.app, TABLE, settings.changelog, restore, partitions=settings.partitions
        )
        self.processor = TotalsProcessor(
            self.table.ledgers,
            self.writer,
            FaustSource(self.app, source),
            lookup,
            checkpoint_events=settings.checkpoint_events,
            on_lost=self.on_lost,
            topic=source,
        )
        self._register()

    def _register(self) -> None:
        app, processor = self.app, self.processor

        @app.agent(self.source, name="totals")  # type: ignore[untyped-decorator]  # Faust's app is Any to us
        async def totals(stream: Any) -> None:
            async for event in stream.events():
                await processor.process(event.message.partition, event.value)

        @app.task  # type: ignore[untyped-decorator]  # as above
        async def checkpoints() -> None:
            # From a task and not the agent, for the idle tail must be written too.
            while not app.should_stop:
                await asyncio.sleep(self.checkpoint_seconds)
                await processor.checkpoint_due(time.time())

    def next_offset(self, partition: int) -> int | None:
        """Up to where a partition is counted."""
        ledger = self.table.ledgers.get(partition)
        return ledger.next_offset if ledger is not None else None

    async def read_again(self, partition: int) -> None:
        """Read a partition on at its next expected offset."""
        await self.processor.read_again(partition)

    async def finish(self) -> None:
        """Write a last checkpoint."""
        await self.processor.checkpoint_all()

    async def release(self) -> None:
        """Stop the producers."""
        await self.writer.stop()
