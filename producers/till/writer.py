"""Group commit: sales that come while the disk is busy share the next fsync."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from daybook.producers.records import OutgoingRecord
from daybook.producers.spool import Spool, SpoolError, SpoolFailed, SpoolFull

_log = logging.getLogger(__name__)
_MOST: Final = 500
_MOST_BYTES: Final = 1024 * 1024


@dataclass(slots=True, eq=False)
class _Entry:
    record: OutgoingRecord
    kept: asyncio.Future[int]
    """Its sequence in the spool."""


class Writer:
    """Writes to the spool in a thread, one group at a time."""

    def __init__(self, spool: Spool, written: Callable[[range], None]) -> None:
        """``written`` is told the sequences of each group before anybody else is."""
        self._spool = spool
        self._written = written
        self._queue: asyncio.Queue[_Entry] = asyncio.Queue()

    async def keep(self, record: OutgoingRecord) -> int:
        """The record's sequence, once it is on the disk.

        Raises:
            SpoolError: it is not kept.
        """
        entry = _Entry(record, asyncio.get_running_loop().create_future())
        self._queue.put_nowait(entry)
        return await entry.kept

    async def run(self) -> None:
        """Write what is to be kept, until cancelled."""
        while True:
            group = [await self._queue.get()]
            size = len(group[0].record.value)
            while not self._queue.empty() and len(group) < _MOST and size < _MOST_BYTES:
                group.append(self._queue.get_nowait())
                size += len(group[-1].record.value)
            await self._write([entry for entry in group if not entry.kept.done()])
            for _ in group:
                self._queue.task_done()

    async def finish(self) -> None:
        """Return when everything that was to be kept is written or refused."""
        await self._queue.join()

    async def _write(self, group: Sequence[_Entry]) -> None:
        if not group:
            return
        try:
            sequences = await asyncio.to_thread(self._spool.append, [entry.record for entry in group])
        except SpoolFull as full:
            if len(group) == 1:
                _fail(group, full)
            else:  # some may fit
                for entry in group:
                    await self._write([entry])
            return
        except SpoolError as error:
            _fail(group, error)
            return
        except Exception as error:  # noqa: BLE001 - whoever waits for an answer must get one
            _log.exception("Writing to %s failed", self._spool.folder)
            _fail(group, SpoolFailed(f"The sale is not kept: {error}"))
            return
        self._written(sequences)
        for entry, sequence in zip(group, sequences, strict=True):
            if not entry.kept.done():
                entry.kept.set_result(sequence)


def _fail(group: Sequence[_Entry], error: SpoolError) -> None:
    for entry in group:
        if not entry.kept.done():
            entry.kept.set_exception(type(error)(str(error)))
