"""The file of the API keys' hashes: mode 0600, replaced as a whole, read again when it has changed."""

from __future__ import annotations

import fcntl
import logging
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from daybook.producers.gateway.keys import Key, KeyRing, NewKey, new_key

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_log = logging.getLogger(__name__)


class KeysFileError(Exception):
    """The keys file cannot be used; the message is a sentence for its owner."""


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid")

    keys: list[Key] = []


class KeysFile:
    """Keys in a JSON file. A missing file holds no key."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int, int] | None = None
        self._ring = KeyRing([])

    def identify(self, token: str) -> Key | None:
        """The key that a token belongs to, by what the file says now; None if there is none or it is revoked.

        A file that cannot be read any more leaves the keys in force that it held before, and is logged.
        """
        version = self._version()
        if version != self._seen:
            self._seen = version
            try:
                self._ring = KeyRing(self.load())
            except KeysFileError:
                _log.exception("The API keys stay as they were")
        return self._ring.identify(token)

    def load(self) -> list[Key]:
        """All keys, revoked ones included.

        Raises:
            KeysFileError: the file is readable by others, or not what it should be.
        """
        try:
            with self._path.open("rb") as file:
                if os.fstat(file.fileno()).st_mode & _OTHERS:
                    raise KeysFileError(f"{self._path} can be read by others: run chmod 600 on it.")
                return _Document.model_validate_json(file.read()).keys
        except FileNotFoundError:
            return []
        except (OSError, ValidationError) as error:
            raise KeysFileError(f"{self._path} cannot be read as a file of API keys.") from error

    def create(self, label: str, *, stores: list[str], sources: list[str], now: datetime) -> NewKey:
        """Make a key and store its hash; the token is in the answer and nowhere else.

        Raises:
            KeysFileError: the file cannot be read or written.
        """
        made = new_key(label, stores=stores, sources=sources, now=now)
        self._change(lambda keys: [*keys, made.key])
        return made

    def revoke(self, key_id: str, now: datetime) -> bool:
        """Put a key out of force; False if there is none of that id in force.

        Raises:
            KeysFileError: the file cannot be read or written.
        """
        found = False

        def revoked(keys: list[Key]) -> list[Key]:
            nonlocal found
            found = any(key.key_id == key_id and key.revoked_at is None for key in keys)
            return [
                key.model_copy(update={"revoked_at": now}) if key.key_id == key_id and found else key
                for key in keys
            ]

        self._change(revoked)
        return found

    def _version(self) -> tuple[int, int, int] | None:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_mode

    def _change(self, change: Callable[[list[Key]], list[Key]]) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._locked():
                document = _Document(keys=change(self.load()))
                self._replace(document.model_dump_json(indent=2).encode())
        except OSError as error:
            raise KeysFileError(f"{self._path} cannot be written.") from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        # A lock of its own: the keys file itself is replaced, and a lock on the old one would lock nothing.
        with self._path.with_name(self._path.name + ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _replace(self, text: bytes) -> None:
        draft = self._path.with_name(self._path.name + ".new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)
