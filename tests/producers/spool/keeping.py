"""Records for a spool, and what lies in one."""

from __future__ import annotations

from pathlib import Path

from daybook.producers.records import OutgoingRecord
from daybook.producers.spool import Spool
from daybook.producers.spool.frames import pack


def record(number: int, size: int = 20) -> OutgoingRecord:
    """A record that can be told from all others."""
    return OutgoingRecord(b"order-%d" % number, b'{"number": %d, "padding": "%s"}' % (number, b"x" * size))


def packed(sequence: int, number: int) -> bytes:
    """The frame of a record."""
    made = record(number)
    return pack(sequence, 1, made.key or b"", made.value)


def records(*numbers: int) -> list[OutgoingRecord]:
    """Several of them."""
    return [record(number) for number in numbers]


def waiting(spool: Spool) -> list[OutgoingRecord]:
    """All that waits in a spool."""
    return [kept.record for kept in spool.peek(1_000_000, max_bytes=1 << 40)]


def deliver(spool: Spool, count: int) -> None:
    """Mark the oldest as delivered."""
    batch = spool.peek(count, max_bytes=1 << 40)
    assert len(batch) == count
    spool.delivered(batch)


def reopened(folder: Path) -> list[OutgoingRecord]:
    """All that waits in a folder when it is opened again."""
    spool = Spool(folder)
    try:
        return waiting(spool)
    finally:
        spool.close()


def segments(folder: Path) -> list[Path]:
    """The segment files of a spool."""
    return sorted(folder.glob("*.seg"))


def append_until_refused(spool: Spool) -> None:
    """Append one record after the other; ends in the spool's own error."""
    for number in range(10_000):
        spool.append([record(number)])
