"""The totals agent alone, between a consumer and a checkpoint writer that only take notes."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from types import SimpleNamespace

import pytest

from daybook.ledger.columns.reading import SaleReader
from daybook.ledger.messages import decode_dead_letter
from daybook.ledger.state import Checkpoint, PartitionLedger
from daybook.streams import totals as totals_module
from daybook.streams.totals import BEHIND_SECONDS, DEAD_IN_A_ROW, TotalsProcessor
from daybook.streams.writer import CheckpointFailedError, CheckpointWriter
from tests.streams.plant import CALENDAR
from tests.streams.trade import Trade

EPOCH = 7
RECORDED = int(time.time() * 1000)


class NotedWriter(CheckpointWriter):
    """Keeps checkpoints, or fails with them."""

    def __init__(self) -> None:
        super().__init__("nowhere:1", "test", "changelog")
        self.written: list[Checkpoint] = []
        self.fails = False

    async def write(self, partition: int, checkpoint: Checkpoint) -> None:
        """Take a checkpoint."""
        if self.fails:
            raise CheckpointFailedError(f"partition {partition} is fenced")
        self.written.append(checkpoint)


class NotedSource:
    """Keeps what it was asked for."""

    def __init__(self) -> None:
        self.seeks: list[tuple[int, int]] = []
        self.commits: list[tuple[int, int]] = []
        self.first = 0
        self.end = 100

    def known_end(self, partition: int) -> int:  # noqa: ARG002 - all partitions alike
        """How far the log goes."""
        return self.end

    async def seek(self, partition: int, offset: int) -> None:
        """Read on at an offset."""
        self.seeks.append((partition, offset))

    async def first_offset(self, partition: int) -> int:  # noqa: ARG002 - all partitions alike
        """The oldest offset left."""
        return self.first

    async def commit(self, partition: int, offset: int) -> None:
        """Commit an offset."""
        self.commits.append((partition, offset))


class Desk:
    """A processor of partition 0 with its notes."""

    def __init__(self) -> None:
        self.ledger = PartitionLedger(0, EPOCH, CALENDAR)
        self.ledgers = {0: self.ledger}
        self.writer = NotedWriter()
        self.source = NotedSource()
        self.lost: list[CheckpointFailedError] = []
        self.processor = TotalsProcessor(
            self.ledgers, self.writer, self.source, None, checkpoint_events=1_000_000, on_lost=self._on_lost
        )
        self._values = [sent.value for sent in Trade(3).events(100)]

    async def _on_lost(self, error: CheckpointFailedError) -> None:
        self.lost.append(error)

    async def give(self, first: int, last: int, values: Sequence[bytes] = ()) -> None:
        """A batch of the records from ``first`` up to, and not including, ``last``."""
        values = values or self._values
        await self.processor.process(
            0, [SimpleNamespace(offset=at, timestamp=RECORDED, value=values[at]) for at in range(first, last)]
        )


async def test_a_batch_that_begins_too_late_is_read_again() -> None:
    """Missing records are not passed over: nothing is counted, and the consumer goes back to the gap."""
    desk = Desk()
    await desk.give(0, 10)
    await desk.give(15, 20)
    assert desk.ledger.next_offset == 10
    assert desk.source.seeks == [(0, 10)]
    await desk.give(10, 20)
    assert desk.ledger.position.received == 20
    assert desk.ledger.position.missing == 0


async def test_an_earlier_beginning_is_skipped() -> None:
    """Records that came before are not counted again."""
    desk = Desk()
    await desk.give(0, 10)
    await desk.give(0, 12)
    assert desk.ledger.position.received == 12


async def test_what_retention_took_raises_the_alarm(caplog: pytest.LogCaptureFixture) -> None:
    """A hole that stays is passed over only once the log has nothing before it any more, and loudly."""
    desk = Desk()
    await desk.give(0, 10)
    await desk.give(15, 20)
    desk.source.first = 15
    await desk.give(15, 20)
    assert desk.source.seeks == [(0, 10), (0, 15)]
    assert [r.levelname for r in caplog.records if "retention" in r.getMessage()] == ["ERROR"]
    await desk.give(15, 20)
    assert desk.ledger.position.missing == 5
    assert desk.ledger.position.received == 15


async def test_a_defect_of_the_fast_way_costs_speed_and_is_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Batches that cannot be read in columns are counted one by one, each noted, and an error logged once."""
    usual, slow = Desk(), Desk()
    await usual.give(0, 100)

    def broken(*_: object, **__: object) -> None:
        raise IndexError("a defect")

    monkeypatch.setattr(SaleReader, "read", broken)
    await slow.give(0, 64)
    await slow.give(64, 65)
    await slow.give(0, 100)
    assert dict(slow.ledger.totals.items()) == dict(usual.ledger.totals.items())
    assert slow.ledger.position == usual.ledger.position
    assert (usual.processor.noted.defects, slow.processor.noted.defects) == (0, 1)
    assert [r.levelname for r in caplog.records if "in columns" in r.getMessage()] == ["ERROR"]
    assert "IndexError: a defect" in caplog.text


async def test_offsets_are_committed_after_the_checkpoint() -> None:
    """What is committed is the position of the checkpoint that was written, and nothing while none is due."""
    desk = Desk()
    await desk.give(0, 10)
    assert desk.source.commits == []
    await desk.processor.checkpoint_all()
    assert [c.next_offset for c in desk.writer.written] == [10]
    assert desk.source.commits == [(0, 10)]
    await desk.processor.checkpoint_all()
    assert len(desk.writer.written) == 1


async def test_a_failed_checkpoint_drops_the_state() -> None:
    """Nothing is committed, the state is gone, and what comes next is left for whoever restores it."""
    desk = Desk()
    await desk.give(0, 10)
    desk.writer.fails = True
    await desk.processor.checkpoint_all()
    assert desk.source.commits == []
    assert desk.ledgers == {}
    assert len(desk.lost) == 1
    await desk.give(10, 20)
    await desk.processor.checkpoint_all()
    assert desk.ledgers == {}
    assert desk.source.commits == []


async def test_an_error_in_the_middle_of_a_batch_drops_the_state(monkeypatch: pytest.MonkeyPatch) -> None:
    """A state that may have taken half a batch is not written: it is dropped and read again."""
    desk = Desk()
    await desk.give(0, 10)

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(desk.ledger, "apply", broken)
    await desk.give(10, 20)
    await desk.processor.checkpoint_all()
    assert desk.ledgers == {}
    assert desk.writer.written == []
    assert len(desk.lost) == 1


async def test_reads_again_what_nothing_came_behind() -> None:
    """A batch lost at the end of the log is asked for again from the position."""
    desk = Desk()
    await desk.give(0, 10)
    await desk.processor.read_again(0)
    await desk.processor.read_again(1)
    assert desk.source.seeks == [(0, 10)]


async def test_a_huge_event_makes_no_huge_dead_letter() -> None:
    """What a compressed batch can carry is more than a checkpoint may: only its beginning is kept."""
    desk = Desk()
    await desk.give(0, 1, [b"x" * 9_000_000])
    await desk.processor.checkpoint_all()
    ((_, value),) = desk.writer.written[0].dead_letters
    assert len(value) < 4_000_000
    assert not decode_dead_letter(value).replayable


async def test_warns_once_of_many_dead_letters_in_a_row(caplog: pytest.LogCaptureFixture) -> None:
    """A topic full of what cannot be counted is not drained quietly; a good event ends the row."""
    caplog.set_level(logging.WARNING)
    desk = Desk()
    dead = [b"no event"] * (DEAD_IN_A_ROW + 5)
    await desk.give(0, DEAD_IN_A_ROW - 1, dead)
    assert _warnings(caplog) == 0
    await desk.give(DEAD_IN_A_ROW - 1, DEAD_IN_A_ROW, dead)
    await desk.give(DEAD_IN_A_ROW, DEAD_IN_A_ROW + 5, dead)
    assert _warnings(caplog) == 1
    assert desk.ledger.position.dead == DEAD_IN_A_ROW + 5


def _warnings(caplog: pytest.LogCaptureFixture) -> int:
    return sum("all dead letters" in record.getMessage() for record in caplog.records)


async def test_a_partition_that_is_behind_is_written_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Totals whose newest record is old already wait for more changes; others are told at once."""
    monkeypatch.setattr(totals_module, "PATIENCE_SECONDS", 3600.0)
    desk = Desk()
    fresh, old = RECORDED / 1000, RECORDED / 1000 + BEHIND_SECONDS + 1
    for first, now, written in ((0, old, 1), (10, old, 1), (20, fresh, 2), (30, old, 2)):
        await desk.give(first, first + 10)
        await desk.processor.checkpoint_due(now)
        assert len(desk.writer.written) == written
    monkeypatch.setattr(totals_module, "PATIENCE_SECONDS", 0.0)
    await desk.processor.checkpoint_due(old)
    assert (len(desk.writer.written), desk.source.commits[-1]) == (3, (0, 40))


async def test_who_has_read_all_is_not_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last of old records are told at once: nothing comes after them."""
    monkeypatch.setattr(totals_module, "PATIENCE_SECONDS", 3600.0)
    desk = Desk()
    desk.source.end = 20
    for first, written in ((0, 1), (10, 2)):
        await desk.give(first, first + 10)
        await desk.processor.checkpoint_due(RECORDED / 1000 + BEHIND_SECONDS + 1)
        assert len(desk.writer.written) == written


async def test_at_the_end_all_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that stops does not wait, however far it is behind."""
    monkeypatch.setattr(totals_module, "PATIENCE_SECONDS", 3600.0)
    desk = Desk()
    for first in (0, 10):
        await desk.give(first, first + 10)
        await desk.processor.checkpoint_all()
    assert desk.source.commits == [(0, 10), (0, 20)]
