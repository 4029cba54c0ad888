"""The Faust app of agents that go by ticks, and the ticker that keeps time going.

Each agent has a table of its own, and a transactional producer that fences whoever had it before. All are in
one consumer group, so that of several processes one decides and the others stand by.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from daybook.schemas import topics
from daybook.schemas.ticks import Tick, encode_tick
from daybook.streams.assignor import WatchfulAssignor
from daybook.streams.faust_process import AppSettings, FaustProcess, FaustSource
from daybook.streams.table import StateTable, add_table
from daybook.streams.ticks import PLACE, TickAgent, TickProcessor, TickState
from daybook.streams.transport import BatchScheduler
from daybook.streams.writer import TransactionalWriter

log = logging.getLogger(__name__)

View = TypeVar("View")
_TICK: Final = encode_tick(Tick())
_KEY: Final = b"tick"
_UNDER_WAY: Final = 3
"""Ticks that may wait to be decided on; further ones would only pile up."""


@dataclass(frozen=True)
class TickSettings(AppSettings):
    """How agents that go by ticks are run. ``application`` names their changelogs; times in seconds."""

    application: str = "daybook"
    tick_seconds: float = 10.0
    """A tick is sent when for so long none has come."""


class _TickScheduler(BatchScheduler):
    source = topics.TICKS


class _TickAssignor(WatchfulAssignor):
    source = topics.TICKS


class _Together:
    """The source of several agents: what is committed is what all of them have taken."""

    def __init__(self, source: FaustSource, processors: Sequence[TickProcessor[Any]]) -> None:
        self._source = source
        self._processors = processors
        self.seek = source.seek
        self.first_offset = source.first_offset

    async def commit(self, partition: int, offset: int) -> None:
        taken = [processor.next_offset(partition) for processor in self._processors]
        known = [position for position in taken if position is not None]
        if len(known) == len(taken):
            await self._source.commit(partition, min(offset, *known))


class TickApp(FaustProcess, Generic[View]):
    """Agents at work. Several processes may run the same: one of them decides.

    Args:
        settings: how they are run; ``app_id`` is their consumer group.
        agents: who decides.
        view: what they look at.
        ready: returns once the view is complete; no tick is decided on before.
    """

    def __init__(
        self,
        settings: TickSettings,
        agents: Sequence[TickAgent[View]],
        view: View,
        ready: Callable[[], Awaitable[None]],
    ) -> None:
        self.settings = settings
        changelogs = [topics.agent_changelog(settings.application, agent.name) for agent in agents]
        self.writers = [
            TransactionalWriter(
                settings.bootstrap,
                f"{settings.app_id}-{agent.name}",
                changelog,
                timeout=settings.transaction_timeout,
                security=settings.security,
            )
            for agent, changelog in zip(agents, changelogs, strict=True)
        ]
        super().__init__(
            settings,
            topics.TICKS,
            dict(zip(changelogs, self.writers, strict=True)),
            scheduler=_TickScheduler,  # type: ignore[type-abstract]  # Faust's own base says so
            assignor=_TickAssignor,
        )
        self.processors: list[TickProcessor[View]] = []
        self._together = _Together(FaustSource(self.app, topics.TICKS), self.processors)
        self._ready = ready
        self._is_ready = False
        self._last_sent = -1
        self._seen_at = 0.0
        self.ticked_at: float | None = None
        """When ticks last came to this process (``time.time()``)."""
        for agent, changelog, writer in zip(agents, changelogs, self.writers, strict=True):
            self._add(agent, changelog, writer, view)

        @self.app.task  # type: ignore[untyped-decorator]  # Faust's app is Any to us
        async def keep_time() -> None:
            await self._keep_time()

    def _add(self, agent: TickAgent[View], changelog: str, writer: TransactionalWriter, view: View) -> None:
        states: dict[int, TickState] = {}
        processor = TickProcessor(
            agent, states, writer, self._together, view, ready=self._ready, on_lost=self.on_lost
        )
        table = add_table(
            StateTable[TickState],
            self.app,
            agent.name,
            changelog,
            processor.restored,
            partitions=self.settings.partitions,
        )
        table.states = states
        self.processors.append(processor)

        @self.app.agent(self.source, name=agent.name)  # type: ignore[untyped-decorator]  # Faust's app is Any to us
        async def decide(stream: Any) -> None:
            async for event in stream.events():
                self._seen_at, self.ticked_at = asyncio.get_running_loop().time(), time.time()
                await processor.process(event.message.partition, event.value)

    @property
    def deciding(self) -> bool:
        """Whether this process decides, and does not stand by for another."""
        return self.next_offset(PLACE) is not None

    def next_offset(self, partition: int) -> int | None:
        """Up to where all agents have taken the ticks."""
        taken = [processor.next_offset(partition) for processor in self.processors]
        known = [position for position in taken if position is not None]
        return min(known) if known and len(known) == len(taken) else None

    async def read_again(self, partition: int) -> None:
        """Read the ticks on at the first that some agent has not taken."""
        if (position := self.next_offset(partition)) is not None:
            await self._together.seek(partition, position)

    async def look_at_progress(self) -> None:
        """As ever; but whoever waits for the view does not stand still, however long that takes."""
        if not self._is_ready:
            self._progress.forget()
        await super().look_at_progress()

    async def _keep_time(self) -> None:
        await self._ready()
        self._is_ready = True
        producer = AIOKafkaProducer(
            bootstrap_servers=self.settings.bootstrap,
            acks="all",
            enable_idempotence=True,
            **self.settings.security,
        )
        await producer.start()
        try:
            while not self.app.should_stop:
                await self._tick(producer)
                await asyncio.sleep(self.settings.tick_seconds / 5)
        finally:
            await producer.stop()

    async def _tick(self, producer: AIOKafkaProducer) -> None:
        position = self.next_offset(PLACE)
        quiet = asyncio.get_running_loop().time() - self._seen_at
        if position is None or quiet < self.settings.tick_seconds or self._last_sent - position >= _UNDER_WAY:
            return
        try:
            sent = await producer.send_and_wait(topics.TICKS, _TICK, key=_KEY, partition=PLACE)
        except (KafkaError, TimeoutError):
            log.warning("a tick could not be sent; trying again", exc_info=True)
            return
        self._last_sent = int(sent.offset)
        if self._last_sent < position:
            for processor in self.processors:
                await processor.begin_anew(self._last_sent)

    async def finish(self) -> None:
        """Nothing: every decision was written when it was made."""

    async def release(self) -> None:
        """Stop the producers."""
        for writer in self.writers:
            await writer.stop()
