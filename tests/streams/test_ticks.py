"""What becomes of ticks: an agent between a consumer and a writer that only take notes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from daybook.schemas import topics
from daybook.schemas.alert_commands import AcknowledgeAlert
from daybook.schemas.ticks import Command, Tick, encode_tick
from daybook.streams import turns as turns_module
from daybook.streams.ticks import PLACE, Outcome, TickProcessor, TickState
from daybook.streams.writer import CheckpointFailedError, Outgoing, TransactionalWriter

BEGAN = 1_800_000_000_000
TICK = encode_tick(Tick())


class Counter:
    """An agent that counts its ticks, and what people acknowledged; it stumbles over a note that says so."""

    name = "watch"

    def __init__(self) -> None:
        self.count = 0
        self.seen: list[str] = []
        self.times: list[datetime] = []
        self.views: list[str] = []

    def restore(self, entries: Mapping[bytes, bytes]) -> None:
        """Take over what was written."""
        self.count = int(entries.get(b"count", b"0"))
        self.seen = orjson.loads(entries.get(b"seen", b"[]"))

    def on_tick(self, now: datetime, view: str, commands: Sequence[Command]) -> Outcome:
        """Count."""
        self.count += 1
        self.times.append(now)
        self.views.append(view)
        for command in commands:
            assert isinstance(command, AcknowledgeAlert)
            self.seen.append(command.dedup_key[0])
            if command.note == "stumble":
                raise RuntimeError("half of the commands are taken")
        entries: dict[bytes, bytes | None] = {b"count": str(self.count).encode()}
        if commands:
            entries[b"seen"] = orjson.dumps(self.seen)
        return Outcome(entries, [Outgoing(topics.ALERTS, self.name.encode(), str(self.count).encode())])


class NotedWriter(TransactionalWriter):
    """Keeps transactions, or fails with them."""

    def __init__(self, notes: list[tuple[str, Any]]) -> None:
        super().__init__("nowhere:1", "test", "changelog")
        self.notes = notes
        self.entries: dict[bytes, bytes] = {}
        self.records: list[Outgoing] = []
        self.fails = False

    async def transact(
        self, partition: int, entries: Iterable[tuple[bytes, bytes | None]], records: Sequence[Outgoing]
    ) -> None:
        """Take a transaction."""
        if self.fails:
            raise CheckpointFailedError(f"partition {partition} is fenced")
        self.notes.append(("write", partition))
        self.entries |= {key: value for key, value in entries if value is not None}
        self.records += records


class NotedSource:
    """Keeps what it was asked for."""

    def __init__(self, notes: list[tuple[str, Any]]) -> None:
        self.notes = notes
        self.first = 0

    async def seek(self, partition: int, offset: int) -> None:
        """Read on at an offset."""
        self.notes.append(("seek", (partition, offset)))

    async def first_offset(self, partition: int) -> int:  # noqa: ARG002 - there is but one partition
        """The oldest offset left."""
        return self.first

    async def commit(self, partition: int, offset: int) -> None:
        """Commit an offset."""
        self.notes.append(("commit", (partition, offset)))


class Desk:
    """A processor with its agent and its notes."""

    def __init__(self, entries: Mapping[bytes, bytes] | None = None) -> None:
        self.notes: list[tuple[str, Any]] = []
        self.agent = Counter()
        self.writer = NotedWriter(self.notes)
        self.source = NotedSource(self.notes)
        self.states: dict[int, TickState] = {}
        self.lost: list[CheckpointFailedError] = []
        self.processor = TickProcessor(
            self.agent, self.states, self.writer, self.source, "view", ready=self._ready, on_lost=self._lost
        )
        self.states[PLACE] = self.processor.restored(PLACE, dict(entries or {}))

    async def _ready(self) -> None:
        pass

    async def _lost(self, error: CheckpointFailedError) -> None:
        self.lost.append(error)

    async def give(self, first: int, *values: bytes, seconds: int = 0) -> None:
        """A batch of records from an offset on; the log is ten seconds further with each offset."""
        records = [
            SimpleNamespace(offset=at, value=value, timestamp=BEGAN + (at * 10 + seconds) * 1000)
            for at, value in enumerate(values, first)
        ]
        await self.processor.process(PLACE, records)


def acknowledge(key: str, note: str | None = None) -> bytes:
    """A command."""
    at = datetime(2026, 3, 14, 12, tzinfo=UTC)
    return encode_tick(AcknowledgeAlert(dedup_key=key * 32, by="ann", at=at, note=note))


async def test_the_offset_is_committed_after_the_transaction() -> None:
    """A tick's entries, its position and its records are written; only then its offset is committed."""
    desk = Desk()
    await desk.give(0, TICK)
    assert desk.notes == [("write", PLACE), ("commit", (PLACE, 1))]
    assert desk.writer.entries[b"count"] == b"1"
    assert desk.writer.records == [Outgoing(topics.ALERTS, b"watch", b"1")]
    again = Desk(desk.writer.entries)
    assert (again.agent.count, again.processor.next_offset(PLACE)) == (1, 1)


async def test_ticks_that_come_together_are_one_and_their_commands_are_all_there() -> None:
    """A backlog is decided on once, with the time of its newest record; no command in it is left out."""
    desk = Desk()
    await desk.give(0, TICK, acknowledge("a"), TICK, acknowledge("b"), b"not ours")
    assert (desk.agent.count, desk.agent.seen) == (1, ["a", "b"])
    assert desk.agent.times == [datetime.fromtimestamp(BEGAN / 1000 + 40, UTC)]
    assert desk.notes[-1] == ("commit", (PLACE, 5))


class Slow(Counter):
    """An agent with long work to do before it decides."""

    def __init__(self) -> None:
        super().__init__()
        self.done = 0

    def prepare(self, now: datetime, view: str) -> Iterator[None]:  # noqa: ARG002 - as the protocol has it
        """Five bits of it."""
        for _ in range(5):
            self.done += 1
            yield


async def test_others_have_their_turn_while_an_agent_prepares(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop goes on between two bits of the work, and all of it is done when the agent decides."""
    monkeypatch.setattr(turns_module, "TURN_SECONDS", 0.0)
    desk, turns = Desk(), list[int]()
    slow = desk.processor.agent = Slow()

    async def other() -> None:
        while slow.done < 5:
            turns.append(slow.done)
            await asyncio.sleep(0)

    await asyncio.gather(desk.give(0, TICK), other())
    assert turns == [1, 2, 3, 4]
    assert (slow.count, slow.done) == (1, 5)


async def test_what_comes_again_is_not_decided_on_again() -> None:
    """A batch that begins before the position is taken from the position on, or not at all."""
    desk = Desk()
    await desk.give(0, TICK, acknowledge("a"))
    await desk.give(0, TICK, acknowledge("a"))
    await desk.give(1, acknowledge("a"), acknowledge("b"))
    assert (desk.agent.count, desk.agent.seen) == (2, ["a", "b"])


async def test_a_hole_is_read_again() -> None:
    """Ticks that never arrived may have held a command: the consumer goes back to them."""
    desk = Desk()
    await desk.give(0, TICK)
    await desk.give(3, TICK)
    assert (desk.agent.count, desk.notes[-1]) == (1, ("seek", (PLACE, 1)))
    await desk.give(1, acknowledge("a"), TICK, TICK)
    assert (desk.agent.count, desk.agent.seen) == (2, ["a"])


async def test_what_retention_took_is_passed_over() -> None:
    """Ticks that the log no longer holds are warned of, and the next that there are decided on."""
    desk = Desk()
    await desk.give(0, TICK)
    desk.source.first = 50
    await desk.give(50, TICK)
    assert desk.agent.count == 2
    assert desk.processor.next_offset(PLACE) == 51


async def test_time_does_not_go_back() -> None:
    """A log whose clock was set back, or a new leader of its partition, does not turn time around."""
    desk = Desk()
    await desk.give(0, TICK, seconds=1000)
    await desk.give(1, TICK)
    assert desk.agent.times[0] == desk.agent.times[1]


async def test_an_agent_that_stumbles_is_put_back_and_goes_on() -> None:
    """Half of a decision is never written: the agent knows what stands in its table, one tick further."""
    desk = Desk()
    await desk.give(0, TICK, acknowledge("a"))
    await desk.give(2, acknowledge("b", "stumble"))
    assert (desk.agent.count, desk.agent.seen, desk.processor.failed) == (1, ["a"], 1)
    await desk.give(3, TICK)
    assert (desk.agent.count, desk.agent.seen) == (2, ["a"])
    assert desk.writer.entries[b"count"] == b"2"


async def test_a_state_of_unknown_fate_is_dropped() -> None:
    """Fenced, or without an answer: nothing is committed, and the state has to be read again."""
    desk = Desk()
    await desk.give(0, TICK)
    desk.writer.fails = True
    await desk.give(1, TICK)
    assert desk.processor.next_offset(PLACE) is None
    assert (len(desk.lost), desk.notes[-1]) == (1, ("commit", (PLACE, 1)))
    await desk.give(2, TICK)
    await desk.processor.wake()
    assert desk.agent.count == 2


async def test_news_of_its_own_wake_an_agent_at_the_last_ticks_time() -> None:
    """It decides at once, without a new tick, and not before there was a first one."""
    desk = Desk()
    await desk.processor.wake()
    assert desk.agent.count == 0
    await desk.give(0, TICK)
    await desk.processor.wake()
    assert desk.agent.count == 2
    assert desk.agent.times[0] == desk.agent.times[1]
    assert desk.writer.entries[b"count"] == b"2"


async def test_a_topic_made_anew_is_read_from_where_it_begins() -> None:
    """Where the newest record stands before the next expected one, ticks are not skipped for ever."""
    desk = Desk()
    await desk.give(0, *[TICK] * 30)
    await desk.processor.begin_anew(2)
    assert desk.notes[-1] == ("seek", (PLACE, 2))
    await desk.give(2, acknowledge("a"))
    assert desk.agent.seen == ["a"]
