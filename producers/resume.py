"""How far a file has been published: a run that was cut off goes on where it stopped.

Only a convenience: what is sent once more counts once, because every event has its identity.
"""

from __future__ import annotations

import hashlib
import logging
import os
from pathlib import Path
from typing import Final

import orjson

_CHUNK: Final = 1024 * 1024
_log = logging.getLogger(__name__)


def digest_of(path: Path, *more: str) -> str:
    """What tells one file's content, and how it is read, from all others.

    Raises:
        OSError: the file cannot be read.
    """
    digest = hashlib.sha256("\0".join(more).encode())
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


class Resume:
    """The number of a file's events that Kafka has acknowledged, in a small file of its own.

    Where that file cannot be written, publishing goes on without it.
    """

    def __init__(self, folder: Path, digest: str) -> None:
        """``folder`` is made when it is needed; ``digest`` is what ``digest_of`` gave."""
        self._path = folder / f"{digest[:32]}.json"
        self._digest = digest
        self.done = self._read()

    def note(self, done: int) -> None:
        """Keep that so many events are done."""
        self.done = done
        draft = self._path.with_suffix(f".{os.getpid()}")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft.write_bytes(orjson.dumps({"content": self._digest, "done": done}))
            draft.replace(self._path)
        except OSError as error:
            _log.warning("%s cannot be written: %s; a new run would begin anew", self._path, error.strerror)

    def start_over(self) -> None:
        """Begin at the first event again."""
        self.finish()
        self.done = 0

    def finish(self) -> None:
        """Forget it: all is done."""
        self._path.unlink(missing_ok=True)

    def _read(self) -> int:
        try:
            kept = orjson.loads(self._path.read_bytes())
        except (OSError, orjson.JSONDecodeError):
            return 0
        known = isinstance(kept, dict) and kept.get("content") == self._digest
        done = kept.get("done") if known else 0
        return done if isinstance(done, int) and done > 0 else 0
