"""Files that survive a power cut, in a folder that one process has for itself."""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
import weakref
from pathlib import Path
from typing import Final

from daybook.producers.spool.errors import SpoolInUse

FILE_MODE: Final = 0o600
FOLDER_MODE: Final = 0o700


def make_private(folder: Path) -> None:
    """Make the folder, readable by its owner alone; one that exists and is ours is closed to others.

    Raises:
        OSError: it cannot be made, or something else has its name.
    """
    for missing in [p for p in (*reversed(folder.parents), folder) if not p.exists()]:
        missing.mkdir(mode=FOLDER_MODE)
        sync_folder(missing.parent)
    found = folder.stat()
    if stat.S_IMODE(found.st_mode) & 0o077 and found.st_uid == os.geteuid():
        folder.chmod(FOLDER_MODE)


def sync_folder(folder: Path) -> None:
    """Put the folder's list of names on the disk: without it a new file may be gone after a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_all(handle: int, data: bytes) -> None:
    """Write all of it: the system may take a part at a time."""
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def replace_file(path: Path, data: bytes, *, sync_name: bool) -> None:
    """Write a file so that after any crash it holds the old content or the new, and never a part.

    With ``sync_name`` the new content is on the disk on return; without, a power cut may bring back the old.
    """
    draft = path.with_name(f"{path.name}.tmp")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
    try:
        write_all(handle, data)
        os.fsync(handle)
    finally:
        os.close(handle)
    draft.rename(path)
    if sync_name:
        sync_folder(path.parent)


class FolderLock:
    """Keeps a folder for this process, until it is closed or the process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        """Take the folder.

        Raises:
            SpoolInUse: somebody has it.
            OSError: the folder cannot be opened.
        """
        # The folder itself is locked: a file in it could be taken away, and the lock with it.
        self._handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._handle)
            raise SpoolInUse(
                f"Another process has the spool {folder}: one till, one process, one folder."
            ) from None
        _locks.add(self)

    def close(self) -> None:
        """Let the folder go."""
        _locks.discard(self)
        with contextlib.suppress(OSError):
            os.close(self._handle)


_locks: weakref.WeakSet[FolderLock] = weakref.WeakSet()


def _let_go_in_child() -> None:
    # A lock is shared over fork. A child that outlives the till must not keep the till's successor out.
    for lock in list(_locks):
        lock.close()


os.register_at_fork(after_in_child=_let_go_in_child)
