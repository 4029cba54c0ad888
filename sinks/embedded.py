"""The embedded engine's two limits: one folder per process, and one process per folder."""

from __future__ import annotations

import fcntl
import os
import threading
from pathlib import Path
from typing import Final

from daybook.sinks.errors import StoreBusy

ENGINE_LOCK: Final = threading.RLock()
"""Serialises everything that is asked of the engine: its calls block, and it is one session per process."""


class EmbeddedFolder:
    """The right of this process to open the engine on a folder; shared by all stores on the same folder."""

    def __init__(self, path: Path, descriptor: int) -> None:
        """Use ``take``: the lock on ``descriptor`` has to be held already."""
        self.path = path
        self._descriptor = descriptor
        self._holders = 1

    def share(self) -> None:
        """Note one more claim of this process."""
        self._holders += 1

    def release(self) -> None:
        """Give up one claim; with the last one the folder is free for another process."""
        with ENGINE_LOCK:
            self._holders -= 1
            if self._holders == 0:
                os.close(self._descriptor)
                _TAKEN.clear()


_TAKEN: Final[list[EmbeddedFolder]] = []


def take(path: Path) -> EmbeddedFolder:
    """Claim a folder, which is made if it is not there.

    Raises:
        StoreBusy: another process has it, or this one has the engine open on another folder.
    """
    path = path.resolve()
    with ENGINE_LOCK:
        for folder in _TAKEN:
            if folder.path != path:
                raise StoreBusy(f"This process already has the engine open on {folder.path}.")
            folder.share()
            return folder
        path.mkdir(parents=True, exist_ok=True)
        folder = EmbeddedFolder(path, _locked(path))
        _TAKEN.append(folder)
        return folder


def _locked(path: Path) -> int:
    # Beside the folder, not in it: the engine wants that for itself. A SIGKILL frees the lock.
    descriptor = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise StoreBusy(f"The data folder {path} is open in another process.") from None
    return descriptor
