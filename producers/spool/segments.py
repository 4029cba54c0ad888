"""One file of a spool, appended to by one process and removed once all of it was delivered."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final, Self

from daybook.producers.spool.files import FILE_MODE, sync_folder, write_all

_NAME: Final = re.compile(r"[0-9]{20}\.seg")
_MAX_SEQUENCE: Final = 1 << 62


class Segment:
    """A segment is named after the first sequence in it; ``size`` bytes of it are on the disk for certain."""

    def __init__(self, path: Path, size: int, last: int) -> None:
        self.path = path
        self.size = size
        self.last = last
        """The highest sequence in it."""
        self.start = 0
        """Where the first record begins that was not delivered."""
        self._handle: int | None = None

    @classmethod
    def create(cls, folder: Path, sequence: int) -> Self:
        """A new, empty segment to append to, whose name is on the disk.

        Raises:
            OSError: the disk refused.
        """
        made = cls(folder / f"{sequence:020}.seg", 0, sequence - 1)
        made._handle = os.open(made.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, FILE_MODE)
        try:
            sync_folder(folder)
        except OSError:
            made.close()
            raise
        return made

    @property
    def writable(self) -> bool:
        """Whether more may be appended."""
        return self._handle is not None

    def append(self, data: bytes, last: int) -> None:
        """Append frames up to the sequence ``last``; they are on the disk when this returns.

        Raises:
            OSError: the disk refused. What had been written before is as it was.
        """
        assert self._handle is not None
        try:
            write_all(self._handle, data)
        except OSError:
            self._undo(self._handle)
            raise
        try:
            os.fsync(self._handle)
        except OSError:
            # What the system holds of the file is uncertain from here on: nothing more goes into it.
            self._undo(self._handle)
            self.close()
            raise
        self.size += len(data)
        self.last = last

    def _undo(self, handle: int) -> None:
        try:
            os.ftruncate(handle, self.size)
        except OSError:
            self.close()

    def read(self) -> bytes:
        """All that is on the disk and not delivered.

        Raises:
            OSError: it cannot be read.
        """
        with self.path.open("rb") as file:
            file.seek(self.start)
            return file.read(self.size - self.start)

    def close(self) -> None:
        """Append no more."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)

    def remove(self) -> None:
        """Take the file away."""
        self.close()
        self.path.unlink(missing_ok=True)


def segment_files(folder: Path) -> list[Path]:
    """The segments in a folder, oldest first. Whatever else lies there is not looked at."""
    return sorted(path for path in folder.iterdir() if _is_ours(path.name) and path.is_file())


def _is_ours(name: str) -> bool:
    return _NAME.fullmatch(name) is not None and int(name[:20]) <= _MAX_SEQUENCE


def first_sequence(path: Path) -> int:
    """The sequence that a segment is named after."""
    return int(path.stem)


def cut_off(path: Path, size: int) -> None:
    """Shorten a segment to whole frames."""
    handle = os.open(path, os.O_WRONLY)
    try:
        os.ftruncate(handle, size)
        os.fsync(handle)
    finally:
        os.close(handle)
