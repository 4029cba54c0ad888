"""What a spool's folder holds when it is opened: whole records, torn ends, damage."""

from __future__ import annotations

import contextlib
import logging
from dataclasses import dataclass, field
from pathlib import Path

from daybook.producers.spool.frames import Frame, scan
from daybook.producers.spool.position import read_position
from daybook.producers.spool.segments import Segment, cut_off, first_sequence, segment_files

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Damage:
    """Bytes of a segment that are no record, and were not torn off at its end."""

    segment: Path
    offset: int
    data: bytes


@dataclass(slots=True)
class Survey:
    """The content of a folder."""

    position: int
    last: int = -1
    """The highest sequence of a record, delivered or not."""
    named: int = -1
    """The highest sequence that a segment is named after."""
    pending: int = 0
    pending_bytes: int = 0
    oldest: int | None = None
    """When the first of the pending records was kept."""
    segments: list[Segment] = field(default_factory=list)
    """Those with pending records or damage in them."""
    done: list[Path] = field(default_factory=list)
    """Those with neither."""
    torn: list[tuple[Path, int]] = field(default_factory=list)
    """Segments whose last record was not written to its end, and where the whole ones end."""
    damage: list[Damage] = field(default_factory=list)

    def add(self, path: Path, data: bytes) -> None:
        """Add the next segment."""
        self.named = first_sequence(path)
        segment = Segment(path, len(data), -1)
        pending, damaged = self.pending, len(self.damage)
        for item in scan(data, after=self.last):
            if isinstance(item, Frame):
                self._add_record(item, segment, first=self.pending == pending)
            elif item.torn:
                self.torn.append((path, item.start))
                segment.size = item.start
            else:
                self.damage.append(Damage(path, item.start, data[item.start : item.end]))
        if self.pending > pending or len(self.damage) > damaged:
            self.segments.append(segment)
        else:
            self.done.append(path)

    def _add_record(self, frame: Frame, segment: Segment, *, first: bool) -> None:
        self.last = segment.last = frame.sequence
        if frame.sequence < self.position:
            return
        if first:
            segment.start = frame.start
        if self.oldest is None:
            self.oldest = frame.kept_at
        self.pending += 1
        self.pending_bytes += frame.end - frame.start

    @property
    def next(self) -> int:
        """The sequence that the next record gets."""
        return max(self.position, self.last + 1, self.named + 1)


def survey(folder: Path) -> Survey:
    """Read all segments, one at a time; changes nothing.

    Raises:
        OSError: a file cannot be read.
    """
    found = _survey(folder, read_position(folder))
    if found.last >= 0 and found.position > found.last + 1:
        # A position never runs ahead of the records: one that does belongs to something else.
        _log.error("The position of the spool %s is beyond its records: all of them are sent again", folder)
        beyond, found = found.position, _survey(folder, 0)
        found.named = max(found.named, beyond - 1)
    return found


def _survey(folder: Path, position: int) -> Survey:
    found = Survey(position)
    for path in segment_files(folder):
        with contextlib.suppress(FileNotFoundError):  # delivered and removed while somebody looks on
            found.add(path, path.read_bytes())
    return found


def repair(found: Survey) -> None:
    """Cut off torn ends, and remove the segments in which nothing is pending.

    Raises:
        OSError: the disk refused.
    """
    for path, size in found.torn:
        _log.warning("%s: a record that was not written to its end was cut off", path)
        cut_off(path, size)
    for path in found.done:
        path.unlink(missing_ok=True)
