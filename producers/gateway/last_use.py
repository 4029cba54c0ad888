"""When each key was last used, to the minute, in a file beside the keys: no request waits for a write."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from pydantic import AwareDatetime, BaseModel

from daybook.producers.gateway.private_file import KeysFileError, PrivateFile

EVERY: Final = timedelta(minutes=1)
"""A key's use is written at most this often."""
_log = logging.getLogger(__name__)


class _Uses(BaseModel):
    last_used: dict[str, AwareDatetime] = {}


class LastUses:
    """Notes uses of keys, of one gateway or of several that share the file."""

    def __init__(self, keys_path: Path) -> None:
        """``keys_path`` is the file of the API keys: ``keys.json`` has ``keys-used.json`` beside it."""
        path = keys_path.with_name(f"{keys_path.stem}-used{keys_path.suffix}")
        self._file = PrivateFile(path, _Uses, what="last uses")
        self._noted: dict[str, datetime] = {}
        self._writing: set[asyncio.Task[None]] = set()

    def note(self, key_id: str, now: datetime) -> None:
        """A key is used. At most once a minute this is written, by a thread, while the loop goes on."""
        before = self._noted.get(key_id)
        if before is not None and now - before < EVERY:
            return
        self._noted[key_id] = now
        task = asyncio.create_task(asyncio.to_thread(self._write, key_id, now))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def written(self) -> None:
        """Wait until all that was noted is in the file."""
        await asyncio.gather(*self._writing)

    def load(self) -> dict[str, datetime]:
        """The last use of each key that was ever used.

        Raises:
            KeysFileError: the file cannot be read.
        """
        return dict(self._file.load().last_used)

    def _write(self, key_id: str, now: datetime) -> None:
        def later(uses: _Uses) -> _Uses:
            known = uses.last_used.get(key_id, now)
            return _Uses(last_used=uses.last_used | {key_id: max(known, now)})

        try:
            self._file.change(later)
        except KeysFileError:
            _log.exception("The last use of key %s is not noted", key_id)
