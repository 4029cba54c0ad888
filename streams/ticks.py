"""Agents that go by ticks: the time, what people ask for and a view of the totals in; one transaction out.

The order of a tick, as it is with the totals:

1. the agent decides, as a pure function of its state, the time, the view and the commands;
2. one transaction: table entries with the position in ``daybook.ticks``, and the records that it tells;
3. only after it has committed: the offset.

Should step 2 fail, or its outcome be unknown, the state is dropped and read again. An agent that raises is
given back the state that it had, and the tick is passed over: the other agents, and its own next tick, go on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Generic, NamedTuple, Protocol, TypeVar, runtime_checkable

import orjson
from pydantic import ValidationError

from daybook.schemas import topics
from daybook.schemas.ticks import Command, Tick, decode_tick
from daybook.streams.totals import SourceLog
from daybook.streams.turns import in_turns
from daybook.streams.writer import CheckpointFailedError, Outgoing, TransactionalWriter

log = logging.getLogger(__name__)

PLACE: Final = 0
"""The one partition of ``daybook.ticks``. The embedded broker makes more; those stay empty."""
_POSITION: Final = b"position"

View = TypeVar("View")
Seen_contra = TypeVar("Seen_contra", contravariant=True)


class Outcome(NamedTuple):
    """What an agent makes of a tick: table entries (None removes one), and records for others."""

    entries: Mapping[bytes, bytes | None]
    records: Sequence[Outgoing] = ()
    then: Callable[[], None] | None = None
    """Called once all is written, for what may only begin after that."""


NOTHING: Final = Outcome({})


class TickAgent(Protocol[Seen_contra]):
    """An agent. All it knows is in the entries that it writes, so that it can be put back at any time."""

    @property
    def name(self) -> str:
        """Names its table; one of ``topics.AGENTS``."""

    def restore(self, entries: Mapping[bytes, bytes]) -> None:
        """Forget everything, and know what these entries say."""

    def on_tick(self, now: datetime, view: Seen_contra, commands: Sequence[Command]) -> Outcome:
        """Decide. ``now`` (UTC) never goes back; it is called with the view complete, and must not block."""


@runtime_checkable
class Prepares(Protocol[Seen_contra]):
    """An agent with long work to do before it can decide: it is asked to do so before ``on_tick``."""

    def prepare(self, now: datetime, view: Seen_contra) -> Iterator[None]:
        """Work bit by bit, each short. Nothing may depend on it: the view may change between two bits."""


class TickState:
    """What a partition's table holds: the next tick to be read, the time, and the agent's entries."""

    def __init__(self, partition: int, raw: Mapping[bytes, bytes]) -> None:
        self.partition = partition
        self.entries = dict(raw)
        position = orjson.loads(self.entries.pop(_POSITION, b"{}"))
        self.next_offset: int = position.get("next_offset", 0)
        self.now_ms: int = position.get("now", 0)
        """The time of the last tick, epoch milliseconds."""

    def position(self) -> tuple[bytes, bytes]:
        """The entry that says how far the ticks are taken."""
        return _POSITION, orjson.dumps({"next_offset": self.next_offset, "now": self.now_ms})

    def keep(self, entries: Mapping[bytes, bytes | None]) -> None:
        """Take over entries that were written."""
        for key, value in entries.items():
            if value is None:
                self.entries.pop(key, None)
            else:
                self.entries[key] = value


class TickProcessor(Generic[View]):
    """Gives ticks to an agent and writes what it makes of them.

    Args:
        agent: decides.
        states: the owned partitions' states, kept by the table.
        writer: writes transactions.
        source: steers the consumer; its ``commit`` is given what this agent has taken.
        view: what the agent looks at.
        ready: returns once the view is complete.
        on_lost: called when a state had to be dropped.
    """

    def __init__(
        self,
        agent: TickAgent[View],
        states: dict[int, TickState],
        writer: TransactionalWriter,
        source: SourceLog,
        view: View,
        *,
        ready: Callable[[], Awaitable[None]],
        on_lost: Callable[[CheckpointFailedError], Awaitable[None]],
    ) -> None:
        self.agent = agent
        self._states = states
        self._writer = writer
        self._source = source
        self._view = view
        self._ready = ready
        self._on_lost = on_lost
        self._lock = asyncio.Lock()
        self.ticks = 0
        """Times that the agent decided, since the process began."""
        self.failed = 0
        """Times that it raised instead."""
        self.stumbles = False
        """Whether it did so the last time."""

    def restored(self, partition: int, raw: Mapping[bytes, bytes]) -> TickState:
        """The state of a partition from its changelog; the agent gets its entries back."""
        state = TickState(partition, raw)
        if partition == PLACE:
            self.agent.restore(dict(state.entries))
        return state

    def next_offset(self, partition: int) -> int | None:
        """Up to where ticks are taken; None while the state is not there."""
        state = self._states.get(partition)
        return state.next_offset if state is not None else None

    async def process(self, partition: int, records: Sequence[Any]) -> None:
        """Decide on a batch of consumer records: several ticks that have come together are one."""
        async with self._lock:
            state = self._states.get(partition)
            if state is None or records[-1].offset < state.next_offset:
                return
            new = [record for record in records if record.offset >= state.next_offset]
            if new[0].offset > state.next_offset and not await self._without(state, new[0].offset):
                return
            await self._ready()
            commands = [message for record in new if (message := _command(record)) is not None]
            state.next_offset = new[-1].offset + 1
            state.now_ms = max(state.now_ms, *(record.timestamp for record in new))
            await self._prepare(state.now_ms)
            if self._states.get(partition) is state:
                await self._decide(state, commands)

    async def wake(self) -> None:
        """Let the agent decide now, for it has news of its own; the time is still that of the last tick."""
        async with self._lock:
            state = self._states.get(PLACE)
            if state is not None and state.now_ms:
                await self._decide(state, [])

    async def _without(self, state: TickState, got: int) -> bool:
        """Whether the ticks before ``got`` are gone for good. If they are not, they are read again."""
        first = await self._source.first_offset(state.partition)
        if first <= state.next_offset:
            await self._source.seek(state.partition, state.next_offset)
            return False
        log.warning(
            "%s: records %d to %d of %s are gone; commands among them were never carried out",
            self.agent.name,
            state.next_offset,
            first - 1,
            topics.TICKS,
        )
        state.next_offset = first
        if got > first:
            await self._source.seek(state.partition, first)
        return got <= first

    async def _prepare(self, now_ms: int) -> None:
        """Let the agent work ahead, and everything else in the process go on between two bits of it."""
        if not isinstance(self.agent, Prepares):
            return
        try:
            await in_turns(self.agent.prepare(datetime.fromtimestamp(now_ms / 1000, UTC), self._view))
        except Exception:
            log.exception("%s: could not prepare for a tick", self.agent.name)

    async def _decide(self, state: TickState, commands: Sequence[Command]) -> None:
        now = datetime.fromtimestamp(state.now_ms / 1000, UTC)
        try:
            outcome = self.agent.on_tick(now, self._view, commands)
            self.ticks += 1
            self.stumbles = False
        except Exception:
            # It may have changed half of what it knows: such a state must never be written.
            log.exception("%s: a tick could not be decided on, and is passed over", self.agent.name)
            self.failed += 1
            self.stumbles = True
            self.agent.restore(dict(state.entries))
            outcome = NOTHING
        try:
            await self._writer.transact(
                state.partition, [*outcome.entries.items(), state.position()], outcome.records
            )
        except CheckpointFailedError as error:
            if self._states.get(state.partition) is state:
                del self._states[state.partition]
                await self._on_lost(error)
            return
        state.keep(outcome.entries)
        if self._states.get(state.partition) is state:
            if outcome.then is not None:
                outcome.then()
            await self._source.commit(state.partition, state.next_offset)

    async def read_again(self, partition: int) -> None:
        """Read on at the next expected offset: a batch may have been lost behind which nothing came."""
        state = self._states.get(partition)
        if state is not None:
            await self._source.seek(partition, state.next_offset)

    async def begin_anew(self, offset: int) -> None:
        """The topic was made anew, for its newest record stands before the next expected: read from there."""
        async with self._lock:
            state = self._states.get(PLACE)
            if state is not None and offset < state.next_offset:
                log.warning("%s: %s was made anew", self.agent.name, topics.TICKS)
                state.next_offset = offset
                await self._source.seek(PLACE, offset)


def _command(record: Any) -> Command | None:
    try:
        message = decode_tick(record.value or b"")
    except ValidationError:
        log.warning("%s holds a record at offset %d that is not ours", topics.TICKS, record.offset)
        return None
    return None if isinstance(message, Tick) else message
