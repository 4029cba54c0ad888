"""The files of the keys: API keys as hashes in one, signing secrets in another beside it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from daybook.producers.gateway.keys import Key, KeyRing, NewKey, new_key
from daybook.producers.gateway.private_file import KeysFileError, PrivateFile, Version
from daybook.producers.gateway.signatures import SigningKey, new_signing_key
from daybook.schemas.keys import KeyHead

_log = logging.getLogger(__name__)
_Key = TypeVar("_Key", bound=KeyHead)


class KeyList(BaseModel, Generic[_Key]):
    """What a file of keys holds."""

    model_config = ConfigDict(extra="forbid")

    keys: list[_Key] = []


class StoredKeys(Generic[_Key]):
    """Keys of one kind in a file. ``load`` and what changes it raise KeysFileError."""

    def __init__(self, path: Path, form: type[KeyList[_Key]], *, what: str) -> None:
        self._file = PrivateFile(path, form, what=what)
        self._seen: Version = None
        self._keys: list[_Key] = []

    def load(self) -> list[_Key]:
        """All keys, revoked ones included."""
        return self._file.load().keys

    def revoke(self, key_id: str, now: datetime) -> bool:
        """Put a key out of force; False if there is none of that id in force."""
        found = False

        def revoked(keys: list[_Key]) -> list[_Key]:
            nonlocal found
            found = any(key.key_id == key_id and key.revoked_at is None for key in keys)
            return [
                key.model_copy(update={"revoked_at": now}) if key.key_id == key_id and found else key
                for key in keys
            ]

        self._change(revoked)
        return found

    def _refreshed(self) -> bool:
        """Whether other keys are in the file than before, which are known from then on.

        A file that cannot be read any more leaves the keys in force that it held before, and is logged.
        """
        version = self._file.version()
        if version == self._seen:
            return False
        self._seen = version
        try:
            self._keys = self.load()
        except KeysFileError:
            _log.exception("The keys stay as they were")
        return True

    def _change(self, change: Callable[[list[_Key]], list[_Key]]) -> None:
        self._file.change(lambda document: document.model_copy(update={"keys": change(document.keys)}))


class KeysFile(StoredKeys[Key]):
    """API keys in a JSON file, as hashes. A missing file holds no key."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, KeyList[Key], what="API keys")
        self._ring = KeyRing([])

    def identify(self, token: str) -> Key | None:
        """The key that a token belongs to, by what the file says now; None if none in force."""
        if self._refreshed():
            self._ring = KeyRing(self._keys)
        return self._ring.identify(token)

    def create(self, label: str, *, stores: list[str], sources: list[str], now: datetime) -> NewKey:
        """Make a key and store its hash; the token is in the answer and nowhere else.

        Raises:
            KeysFileError: the file cannot be read or written.
        """
        made = new_key(label, stores=stores, sources=sources, now=now)
        self._change(lambda keys: [*keys, made.key])
        return made


class SigningKeysFile(StoredKeys[SigningKey]):
    """Signing keys with their secrets, in a file of their own beside that of the API keys."""

    def __init__(self, keys_path: Path) -> None:
        """``keys_path`` is the file of the API keys: ``keys.json`` has ``keys-signing.json`` beside it."""
        path = keys_path.with_name(f"{keys_path.stem}-signing{keys_path.suffix}")
        super().__init__(path, KeyList[SigningKey], what="signing keys")

    def in_force(self) -> list[SigningKey]:
        """All that are not revoked, by what the file says now."""
        self._refreshed()
        return [key for key in self._keys if key.revoked_at is None]

    def create(self, label: str, *, stores: list[str], sources: list[str], now: datetime) -> SigningKey:
        """Make a key and store it.

        Raises:
            KeysFileError: the file cannot be read or written.
        """
        made = new_signing_key(label, stores=stores, sources=sources, now=now)
        self._change(lambda keys: [*keys, made])
        return made
