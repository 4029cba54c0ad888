"""The demo's journal: what it said it had written is there after any end, also on a disk that was full."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from daybook.demo.flow import JournaledPublisher
from daybook.demo.journal import Journal
from daybook.producers.records import KafkaUnavailable, OutgoingRecord


class SmallDisk:
    """Takes so many bytes more, and then says that it is full, as a disk does: in the middle of a line."""

    def __init__(self, room: int) -> None:
        self.room = room
        self._write = os.write

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        """As ``os.write``."""
        if self.room == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = self._write(descriptor, memoryview(data)[: self.room])
        self.room -= written
        return written


async def test_a_full_disk_costs_no_record_that_is_acknowledged_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a line of a refused record stays behind; the next one that is taken does not run into it."""
    first, refused, later = (OutgoingRecord(b"key", b"value %d" % number) for number in range(3))
    journal = Journal(tmp_path)
    await journal.append([first])
    disk = SmallDisk(room=10)
    monkeypatch.setattr(os, "write", disk.write)
    with pytest.raises(OSError, match="space"):
        await journal.append([refused])
    disk.room = 1_000_000
    await journal.append([later])
    journal.close()
    assert Journal(tmp_path).left_over() == [first, later]


async def test_what_the_disk_does_not_take_is_refused_as_if_kafka_was_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gateway answers 503 then, and whoever sent it sends again; nothing goes to the broker."""

    class Broker:
        async def send(self, records: object) -> None:
            raise AssertionError(f"sent without being on the disk: {records}")

        async def ready(self) -> bool:
            return True

    async def drained(_sent: int) -> bool:
        return True

    monkeypatch.setattr(os, "write", SmallDisk(room=0).write)
    publisher = JournaledPublisher(Broker(), Journal(tmp_path), drained)
    with pytest.raises(KafkaUnavailable):
        await publisher.send([OutgoingRecord(b"key", b"value")])
