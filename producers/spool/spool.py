"""The spool itself: append at one end, read and mark as delivered at the other.

1. ``append`` returns when the records are on the disk (fsync of the file, and of the folder for a new file).
2. Records keep their order. They are read from the oldest on, and only from there marked as delivered.
3. After a kill or a power cut every record that ``append`` returned for is there, except what the disk itself
   spoiled, which is kept in ``damaged/`` and reported. Records may come again; none is skipped.
4. What waits never exceeds the limit; what does not fit is refused loudly.

Everything here blocks on the disk. It may be called from several threads.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from daybook.producers.records import OutgoingRecord, Refusal
from daybook.producers.spool.aside import Aside
from daybook.producers.spool.errors import SpoolFailed, SpoolFull, SpoolUnusable
from daybook.producers.spool.files import FolderLock, make_private
from daybook.producers.spool.frames import Gap, pack, scan
from daybook.producers.spool.look import SpoolStatus, age, set_aside
from daybook.producers.spool.position import write_position
from daybook.producers.spool.recovery import Damage, Survey, repair, survey
from daybook.producers.spool.segments import Segment

DEFAULT_MAX_BYTES: Final = 256 * 1024 * 1024
"""About half a million sales of half a kilobyte: weeks of a busy till."""
_SEGMENT_BYTES: Final = 1024 * 1024
_log = logging.getLogger(__name__)


class Kept(NamedTuple):
    """A record in the spool, and its place in it."""

    sequence: int
    kept_at: int
    record: OutgoingRecord
    segment: Segment
    end: int
    length: int


class Spool:
    """A folder of records that wait. One spool, one folder, one process."""

    def __init__(
        self,
        folder: Path,
        *,
        max_bytes: int = DEFAULT_MAX_BYTES,
        segment_bytes: int = _SEGMENT_BYTES,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Open the spool, making the folder if need be, and read what is in it.

        ``max_bytes`` limits what waits, and apart from it what was refused. ``clock`` gives seconds of 1970.

        Raises:
            SpoolInUse: somebody else has the folder.
            SpoolUnusable: it cannot be read and written.
        """
        self.folder = folder
        self._max_bytes = max_bytes
        self._segment_bytes = segment_bytes
        self._clock = clock
        self._mutex = threading.Lock()
        self._owner = os.getpid()
        self._closed = False
        self._aside = Aside(folder, max_bytes=max_bytes)
        with _usable(folder):
            make_private(folder)
            self._lock = FolderLock(folder)
        try:
            with _usable(folder):
                found = survey(folder)
                repair(found)
        except SpoolUnusable:
            self._lock.close()
            raise
        self._position, self._next = found.position, found.next
        self._pending, self._pending_bytes = found.pending, found.pending_bytes
        self._segments = found.segments
        self._report(found)

    def _report(self, found: Survey) -> None:
        for damage in found.damage:
            try:
                self._keep_damage(damage)
            except SpoolFailed as failed:
                _log.error("%s", failed)  # tried again before it is passed over

    def append(self, records: Sequence[OutgoingRecord]) -> range:
        """Keep records, all or none; on the disk when this returns. Their headers are not kept.

        Returns:
            Their sequences.

        Raises:
            SpoolFull: they do not fit within the limit.
            SpoolFailed: the disk refused. A record may still be there after a restart, as if sent twice.
            SpoolUnusable: it was closed, or this is a child of its process.
        """
        with self._held():
            sequences = range(self._next, self._next + len(records))
            if not records:
                return sequences
            now = max(0, int(self._clock() * 1000))
            data = b"".join(
                pack(sequence, now, record.key or b"", record.value)
                for sequence, record in zip(sequences, records, strict=True)
            )
            if self._pending_bytes + len(data) > self._max_bytes:
                raise SpoolFull(
                    f"The spool {self.folder} is full: {self._pending:,} records wait in "
                    f"{self._pending_bytes:,} of {self._max_bytes:,} bytes. This sale is not kept."
                )
            self._next = sequences.stop  # a number is never given twice, whatever the disk does now
            with self._disk("cannot be written", "This sale is not kept."):
                self._open_segment(sequences[0]).append(data, sequences[-1])
            self._pending += len(records)
            self._pending_bytes += len(data)
            return sequences

    def _open_segment(self, sequence: int) -> Segment:
        if self._segments and self._segments[-1].writable:
            if self._segments[-1].size < self._segment_bytes:
                return self._segments[-1]
            self._segments[-1].close()
        segment = Segment.create(self.folder, sequence)
        self._segments.append(segment)
        return segment

    def peek(self, count: int, *, max_bytes: int = 1 << 20) -> list[Kept]:
        """The oldest records that wait: at most ``count``, at least one if there is any.

        Raises:
            SpoolFailed: they cannot be read.
            SpoolUnusable: it was closed, or this is a child of its process.
        """
        with self._held():
            found: list[Kept] = []
            size = 0
            for kept in self._waiting():
                size += kept.length
                if found and (size > max_bytes or len(found) == count):
                    return found
                found.append(kept)
            if not found:
                self._pending = self._pending_bytes = 0  # what else was counted has been spoiled since
            return found

    def _waiting(self) -> Iterator[Kept]:
        after = self._position - 1
        for segment in list(self._segments):
            with self._disk("cannot be read"):
                data = segment.read()
            for item in scan(data, after=after):
                start, end = segment.start + item.start, segment.start + item.end
                if isinstance(item, Gap):
                    self._keep_damage(Damage(segment.path, start, data[item.start : item.end]))
                    continue
                after = item.sequence
                record = OutgoingRecord(item.key, item.value)
                yield Kept(item.sequence, item.kept_at, record, segment, end, end - start)

    def _keep_damage(self, damage: Damage) -> None:
        with self._disk(f"is damaged: {damage.segment.name} at byte {damage.offset}"):
            path = self._aside.damage(damage.segment, damage.offset, damage.data)
        if path is not None:
            _log.error(
                "%s is damaged at byte %d: %d bytes that are no record lie in %s now",
                damage.segment, damage.offset, len(damage.data), path,
            )  # fmt: skip

    def delivered(self, batch: Sequence[Kept]) -> None:
        """Mark records as delivered: the oldest ones, as ``peek`` gave them.

        Raises:
            SpoolFailed: that cannot be written down; they come again.
            SpoolUnusable: it was closed, or this is a child of its process.
        """
        if not batch:
            return
        with self._held(), self._disk("cannot write how far it was delivered"):
            last = batch[-1]
            write_position(self.folder, last.sequence + 1)
            self._position = last.sequence + 1
            self._pending -= len(batch)
            self._pending_bytes -= sum(kept.length for kept in batch)
            last.segment.start = last.end
            while self._segments and self._over(self._segments[0]):
                self._segments.pop(0).remove()

    def _over(self, segment: Segment) -> bool:
        still_written = segment.writable and segment.size < self._segment_bytes
        return segment.last < self._position and not still_written

    def set_aside(self, kept: Kept, problems: Sequence[Refusal]) -> Path:
        """Write a refused record with its reasons to ``refused/``; to be marked as delivered afterwards.

        Raises:
            SpoolFull: ``refused/`` has come to the limit.
            SpoolFailed: the disk refused.
            SpoolUnusable: it was closed, or this is a child of its process.
        """
        with self._held(), self._disk("cannot write to refused/"):
            return self._aside.refuse(kept.sequence, kept.record, problems, self._clock())

    def retry_refused(self) -> int:
        """Put the refused records at the end of the spool again; how many.

        Raises:
            SpoolFull: they do not fit within the limit; those that did were put there.
            SpoolFailed: the disk refused.
            SpoolUnusable: it was closed, or this is a child of its process.
        """
        count = 0
        with self._disk("cannot read refused/"):
            for path, record in self._aside.take_back():
                self.append([record])
                path.unlink()
                count += 1
        return count

    def status(self) -> SpoolStatus:
        """How it stands.

        Raises:
            SpoolFailed: it cannot be read.
            SpoolUnusable: it was closed, or this is a child of its process.
        """
        first = self.peek(1)
        with self._held(), self._disk("cannot be read"):
            refused, damaged = set_aside(self.folder)
            oldest = age(first[0].kept_at, self._clock()) if first else None
            return SpoolStatus(self._pending, self._pending_bytes, oldest, refused, damaged)

    def close(self) -> None:
        """Let the folder go. What waits stays."""
        if os.getpid() != self._owner:
            return
        with self._mutex:
            if not self._closed:
                for segment in self._segments:
                    segment.close()
                self._lock.close()
            self._closed = True

    @contextmanager
    def _held(self) -> Iterator[None]:
        # Asked before the mutex: another thread of the parent may have held that at the fork.
        if os.getpid() != self._owner:
            raise SpoolUnusable(
                f"The spool {self.folder} belongs to process {self._owner}: open another folder after a fork."
            )
        with self._mutex:
            if self._closed:
                raise SpoolUnusable(f"The spool {self.folder} was closed.")
            yield

    @contextmanager
    def _disk(self, what: str, consequence: str = "") -> Iterator[None]:
        try:
            yield
        except OSError as error:
            sentence = f"The spool {self.folder} {what}: {error.strerror or error}. {consequence}"
            raise SpoolFailed(sentence.rstrip()) from error


@contextmanager
def _usable(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SpoolUnusable(f"The spool {folder} cannot be used: {error.strerror or error}.") from error
