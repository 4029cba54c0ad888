"""Delivers a spool: in order, without end, past what the far side will never take.

1. Peek at the oldest records, at most one of each order: so a record of an order is on its way only when
   those before it are settled, and nothing that happens on the way can make it overtake them.
2. Send them, and wait until each is acknowledged or refused.
3. Write the refused ones to ``refused/``; then mark all of them as delivered.

A crash between any two of these means that records are sent again, which counts once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from daybook.producers.records import RecordsRefused, RecordTooLarge, Refusal, Transport, Unavailable
from daybook.producers.spool import Kept, Spool, SpoolError
from daybook.producers.till.retry import Retry

_MOST: Final = 500
_log = logging.getLogger(__name__)


class Sender:
    """Sends what waits in a spool, oldest first, and tries again by itself."""

    def __init__(self, spool: Spool, transport: Transport, retry: Retry) -> None:
        self._spool = spool
        self._transport = transport
        self._retry = retry
        self._most = _MOST
        self._failures = 0
        self._released: int | None = None
        self._awaited: dict[int, asyncio.Future[tuple[Refusal, ...]]] = {}
        self._news = asyncio.Event()
        self._hurry = asyncio.Event()
        self._idle = asyncio.Event()
        self.delivered_at: datetime | None = None
        self.last_error: str | None = None
        self.last_error_at: datetime | None = None

    def release(self, sequences: range) -> None:
        """Records were kept that may be sent now."""
        self._released = sequences.stop
        self._idle.clear()
        self._news.set()

    def settled(self, sequence: int) -> asyncio.Future[tuple[Refusal, ...]]:
        """What the far side said to a record that was kept just now: why it was refused, or nothing."""
        return self._awaited.setdefault(sequence, asyncio.get_running_loop().create_future())

    def forget(self, sequence: int) -> None:
        """Nobody asks for that record any more."""
        self._awaited.pop(sequence, None)

    async def drained(self) -> None:
        """Try at once, and return when nothing waits any more."""
        self._hurry.set()
        await self._idle.wait()

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            asked: float | None = None
            try:
                if await self._step():
                    self._failures = 0
                    continue
                if not self._news.is_set():
                    self._idle.set()
                await self._news.wait()
                continue
            except Unavailable as error:
                asked = error.retry_after
                self._failed(error)
            except SpoolError as error:
                self._failed(error)
            except Exception as error:  # noqa: BLE001 - whatever a transport raises, sales must go on waiting
                _log.exception("Sending from %s failed", self._spool.folder)
                self._failed(error)
            await self._wait(self._retry.seconds(self._failures, asked))

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._hurry.wait()
            self._hurry.clear()
        except TimeoutError:
            pass

    async def _step(self) -> bool:
        """Send one batch; False where nothing waits."""
        self._news.clear()
        waiting = await asyncio.to_thread(self._spool.peek, self._most)
        batch = self._batch(waiting)
        if not batch:
            return False
        try:
            refusals = await self._send(batch)
        except RecordTooLarge as error:
            if len(batch) > 1:
                self._most = 1  # alone, each shows whether it is the one
                return True
            refusals = {0: [Refusal("too_large", "", str(error))]}
        await self._settle(batch, refusals)
        self._most = min(_MOST, self._most * 2)
        return True

    def _batch(self, waiting: Sequence[Kept]) -> list[Kept]:
        """Those of the oldest that may be on their way together."""
        batch: list[Kept] = []
        orders = set[bytes | None]()
        for kept in waiting:
            unreleased = self._released is not None and kept.sequence >= self._released
            if kept.record.key in orders or unreleased:
                break
            orders.add(kept.record.key)
            batch.append(kept)
        return batch

    async def _send(self, batch: Sequence[Kept]) -> Mapping[int, Sequence[Refusal]]:
        try:
            await self._transport.send([kept.record for kept in batch])
        except RecordsRefused as refused:
            return refused.refusals
        return {}

    async def _settle(self, batch: Sequence[Kept], refusals: Mapping[int, Sequence[Refusal]]) -> None:
        for position, why in refusals.items():
            path = await asyncio.to_thread(self._spool.set_aside, batch[position], why)
            first = why[0] if why else Refusal("refused")
            _log.error(
                "A sale was refused and lies in %s: %s %s %s", path, first.field, first.code, first.detail
            )
        await asyncio.to_thread(self._spool.delivered, batch)
        if len(refusals) < len(batch):
            self.delivered_at = datetime.now(UTC)
        for position, kept in enumerate(batch):
            future = self._awaited.pop(kept.sequence, None)
            if future is not None and not future.done():
                future.set_result(tuple(refusals.get(position, ())))

    def _failed(self, error: Exception) -> None:
        self._failures += 1
        self.last_error = str(error) or type(error).__name__
        self.last_error_at = datetime.now(UTC)
        if self._failures == 1:
            _log.warning("Sales wait in %s: %s", self._spool.folder, self.last_error)
