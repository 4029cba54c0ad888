"""The file of the view keys, beside that of the API keys: ``keys.json`` has ``keys-view.json`` beside it."""

from __future__ import annotations

import secrets
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from daybook.dashboards.board.access import Role, ViewKey
from daybook.producers.gateway.keys_file import KeyList, StoredKeys
from daybook.producers.gateway.private_file import PrivateFile
from daybook.schemas.keys import HashedKeys, digest, token_of

_PREFIX: Final = "dbv"


class NewViewKey(NamedTuple):
    """A key just made, with the token that is shown once and stored nowhere."""

    key: ViewKey
    token: str


class _ViewKeys(KeyList[ViewKey]):
    session_secret: str | None = None


class ViewKeysFile(StoredKeys[ViewKey]):
    """View keys as hashes, and the secret that sessions are signed with. A missing file holds no key."""

    def __init__(self, keys_path: Path) -> None:
        path = keys_path.with_name(f"{keys_path.stem}-view{keys_path.suffix}")
        super().__init__(path, _ViewKeys, what="view keys")
        self._private = PrivateFile(path, _ViewKeys, what="view keys")
        self._ring = HashedKeys[ViewKey](_PREFIX, [])

    def identify(self, token: str) -> ViewKey | None:
        """The key that a token belongs to, by what the file says now; None if none in force."""
        return self._now().identify(token)

    def in_force(self, key_id: str) -> ViewKey | None:
        """The key of an id, by what the file says now; None if none in force."""
        return self._now().in_force(key_id)

    def create(
        self,
        label: str,
        *,
        role: Role,
        stores: list[str],
        staff_id: str | None = None,
        operator: bool = False,
        now: datetime,
    ) -> NewViewKey:
        """Make a key and store its hash; the token is in the answer and nowhere else.

        The session secret is made with the first key, so that all pages that get a copy of the file know each
        other's sessions.

        Raises:
            KeysFileError: the file cannot be read or written.
            ValidationError: the role and what goes with it do not fit.
        """
        key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        key = ViewKey(
            key_id=key_id,
            sha256=digest(secret),
            label=label,
            role=role,
            stores=stores,
            staff_id=staff_id,
            operator=operator,
            created_at=now,
        )
        self._change(lambda keys: [*keys, key])
        self.session_secret()
        return NewViewKey(key, token_of(_PREFIX, key_id, secret))

    def session_secret(self) -> bytes:
        """The secret that sessions are signed with, made the first time.

        Raises:
            KeysFileError: the file cannot be read or written.
        """

        def with_secret(document: _ViewKeys) -> _ViewKeys:
            secret = document.session_secret or secrets.token_hex(32)
            return document.model_copy(update={"session_secret": secret})

        if self._private.load().session_secret is None:
            self._private.change(with_secret)
        return (self._private.load().session_secret or "").encode()

    def _now(self) -> HashedKeys[ViewKey]:
        if self._refreshed():
            self._ring = HashedKeys(_PREFIX, self._keys)
        return self._ring
