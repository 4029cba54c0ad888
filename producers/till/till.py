"""The till's publisher: kept on its disk before ``publish`` returns, sent from there in order.

    async with Till(Path("spool"), SalesPublisher("127.0.0.1:9092")) as till:
        receipt = await till.publish(event)

Every sale takes the same way, whether the far side can be reached or not: to the disk first, then out in the
order it came. So no sale can overtake another, and ``publish`` waits for the disk and never for the network.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Self

from daybook.producers.client import EventLike, checked, checked_signal
from daybook.producers.records import OutgoingRecord, Transport
from daybook.producers.spool import DEFAULT_MAX_BYTES, Spool, SpoolUnusable
from daybook.producers.till.receipts import Receipt, State, TillStatus
from daybook.producers.till.retry import Retry
from daybook.producers.till.sender import Sender
from daybook.producers.till.writer import Writer
from daybook.schemas.events import SaleEvent
from daybook.schemas.signals.any import Signal

DRAIN_SECONDS: Final = 5.0
_GOODBYE_SECONDS: Final = 2.0
_log = logging.getLogger(__name__)


class Till:
    """Publishes the sales of one till through its spool. Only one process may have the spool's folder."""

    _checked: Callable[[EventLike], tuple[SaleEvent | Signal, OutgoingRecord]] = staticmethod(checked)

    def __init__(
        self,
        folder: Path | str,
        transport: Transport,
        *,
        max_bytes: int = DEFAULT_MAX_BYTES,
        retry: Retry | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``transport``, a SalesPublisher or HttpPublisher, belongs to the till from here on.

        ``max_bytes`` limits what may wait on the disk.
        """
        self._folder = Path(folder)
        self._transport = transport
        self._max_bytes = max_bytes
        self._retry = retry or Retry()
        self._clock = clock
        self._spool: Spool | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def start(self) -> None:
        """Open the spool, and begin to send what waits in it. The far side need not be there.

        Raises:
            SpoolInUse: another process has the folder.
            SpoolUnusable: the folder cannot be used.
        """
        self._spool = await asyncio.to_thread(
            Spool, self._folder, max_bytes=self._max_bytes, clock=self._clock
        )
        self._sender = Sender(self._spool, self._transport, self._retry)
        self._writer = Writer(self._spool, self._sender.release)
        self._tasks = [
            asyncio.create_task(self._writer.run(), name="till-writer"),
            asyncio.create_task(self._sender.run(), name="till-sender"),
        ]

    async def publish(self, event: EventLike, *, wait: float = 0.0) -> Receipt:
        """Publish one event; returns once it is on this till's disk.

        With ``wait`` it returns as soon as the far side has answered as well, after so many seconds at the
        latest. Publishing the same event again after a doubt is always safe.

        Raises:
            EventRefused: it is not valid; nothing was kept.
            SpoolFull: nothing more fits on the disk; it is not kept.
            SpoolFailed: the disk refused it.
            SpoolUnusable: the till is closed, or was not started.
        """
        model, record = self._checked(event)
        self._opened()
        sequence = await self._writer.keep(record)
        if wait <= 0:
            return Receipt(model.event_id, State.KEPT)
        # Between the keeping and an answer lies at least one turn of the loop: none can be missed.
        settled = self._sender.settled(sequence)
        try:
            done, _ = await asyncio.wait([settled], timeout=wait)
        finally:
            self._sender.forget(sequence)
        if not done:
            return Receipt(model.event_id, State.KEPT)
        refusals = settled.result()
        return Receipt(model.event_id, State.REFUSED if refusals else State.ACKNOWLEDGED, refusals)

    async def status(self) -> TillStatus:
        """How many sales wait, since when, and what went wrong last.

        Raises:
            SpoolFailed: the disk cannot be read.
            SpoolUnusable: the till is closed, or was not started.
        """
        spool = await asyncio.to_thread(self._opened().status)
        sender = self._sender
        return TillStatus(spool, sender.delivered_at, sender.last_error, sender.last_error_at)

    async def drain(self, seconds: float) -> bool:
        """Try to send at once; whether nothing waits any more, after so many seconds at the latest.

        Raises:
            SpoolUnusable: the till is closed, or was not started.
        """
        self._opened()
        return await self._drain(seconds)

    async def _drain(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._writer.finish()
                await self._sender.drained()
        except TimeoutError:
            return False
        return True

    async def close(self, drain_seconds: float = DRAIN_SECONDS) -> None:
        """Send what can be sent in that time, and end for good. What is left is sent by the next till."""
        spool, self._spool = self._spool, None
        if spool is None:
            return
        try:
            if not await self._drain(drain_seconds):
                _log.warning("Sales wait in %s until a till is started on it again", self._folder)
            await self._writer.finish()  # the disk, unlike the far side, answers
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self._transport.stop(_GOODBYE_SECONDS)
            await asyncio.to_thread(spool.close)

    def _opened(self) -> Spool:
        if self._spool is None:
            raise SpoolUnusable(f"The till on {self._folder} is not open: use it in `with`, or start() it.")
        return self._spool


class SignalsTill(Till):
    """Publishes signals of one till in the same way, such as what customers answer there.

    Its folder is its own, for sales and signals go to different places; its transport is one of signals.
    """

    _checked = staticmethod(checked_signal)
