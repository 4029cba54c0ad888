"""What the demo has accepted and its broker could lose: written to disk before it is acknowledged."""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import orjson

from daybook.producers.records import OutgoingRecord
from daybook.sinks.store import Store

_KNOWN: Final = """
SELECT DISTINCT hex(identity) FROM {table:Identifier}
WHERE identity IN (SELECT unhex(arrayJoin({ids:Array(String)})))
"""
_AT_ONCE: Final = 1000


class Journal:
    """Append-only segments of records in a folder. A record returns from ``append`` once it is on disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = asyncio.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        numbers = [int(path.stem) for path in folder.glob("*.ndjson")]
        self._number = max(numbers, default=0) + 1
        self._descriptor: int | None = None

    def left_over(self) -> list[OutgoingRecord]:
        """Records of an earlier run; a last line that was not written whole was never acknowledged."""
        records: list[OutgoingRecord] = []
        for path in self._segments():
            for line in path.read_bytes().splitlines():
                try:
                    key, value, headers = orjson.loads(line)
                except ValueError:
                    continue
                records.append(
                    OutgoingRecord(
                        base64.b64decode(key) if key is not None else None,
                        base64.b64decode(value),
                        tuple((name, base64.b64decode(text)) for name, text in headers),
                    )
                )
        return records

    async def append(self, records: Sequence[OutgoingRecord]) -> None:
        """Write records and wait until the disk has them.

        Raises:
            OSError: the disk does not take them; nothing may be acknowledged then.
        """
        lines = b"".join(_line(record) for record in records)
        async with self._lock:
            await asyncio.to_thread(self._write, lines)

    async def rotate(self) -> list[Path]:
        """Begin a new segment; the older ones, to be removed when all in them is stored elsewhere."""
        async with self._lock:
            old = self._segments()
            self._end_segment()
            return old

    def close(self) -> None:
        """Close the open segment."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _end_segment(self) -> None:
        if self._descriptor is not None:
            self.close()
            self._descriptor = None
            self._number += 1

    def _segments(self) -> list[Path]:
        return sorted(self._folder.glob("*.ndjson"))

    def _write(self, lines: bytes) -> None:
        try:
            self._append(lines)
        except OSError:
            # Half a line may be left at the end, and nothing may be written behind it.
            self._end_segment()
            raise

    def _append(self, lines: bytes) -> None:
        if self._descriptor is None:
            path = self._folder / f"{self._number:012d}.ndjson"
            self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        view = memoryview(lines)
        while view:
            view = view[os.write(self._descriptor, view) :]
        os.fsync(self._descriptor)


def not_stored(
    store: Store, table: str, records: Sequence[OutgoingRecord], name: Callable[[bytes], bytes]
) -> list[OutgoingRecord]:
    """Those of some records whose identities a table of raw records does not hold; asks the store, so blocks.

    ``name`` gives the identity of a record's value; empty where it has none, and then it is sent again.
    """
    named = [(name(record.value), record) for record in records]
    ids = [identity.hex() for identity, _ in named if identity]
    stored: set[str] = set()
    for start in range(0, len(ids), _AT_ONCE):
        asked = {"table": table, "ids": ids[start : start + _AT_ONCE]}
        stored.update(row[0].lower() for row in store.rows(_KNOWN, asked))
    return [record for identity, record in named if identity.hex() not in stored]


def _line(record: OutgoingRecord) -> bytes:
    body = [
        base64.b64encode(record.key).decode() if record.key is not None else None,
        base64.b64encode(record.value).decode(),
        [[name, base64.b64encode(value).decode()] for name, value in record.headers],
    ]
    return orjson.dumps(body) + b"\n"
