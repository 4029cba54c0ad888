"""The till's publisher for programs without asyncio.

with BlockingTill("spool", SalesPublisher("127.0.0.1:9092")) as till:
receipt = till.publish(event)
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Self, TypeVar

from daybook.producers.client import EventLike
from daybook.producers.records import Transport
from daybook.producers.spool import DEFAULT_MAX_BYTES, SpoolUnusable
from daybook.producers.till.receipts import Receipt, TillStatus
from daybook.producers.till.retry import Retry
from daybook.producers.till.till import DRAIN_SECONDS, SignalsTill, Till

_Answer = TypeVar("_Answer")


class BlockingTill:
    """A :class:`Till` on a thread of its own. Any thread may use it; a forked child may not."""

    _kind: type[Till] = Till

    def __init__(
        self,
        folder: Path | str,
        transport: Transport,
        *,
        max_bytes: int = DEFAULT_MAX_BYTES,
        retry: Retry | None = None,
    ) -> None:
        """As for :class:`Till`."""
        self._folder = folder
        self._till = self._kind(folder, transport, max_bytes=max_bytes, retry=retry)
        self._changing = threading.Lock()
        self._owner = os.getpid()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Open the spool, and begin to send what waits in it. The far side need not be there.

        Raises:
            SpoolInUse: another process has the folder.
            SpoolUnusable: the folder cannot be used.
        """
        self._check_process()
        with self._changing:
            if self._loop is not None:
                return
            self._loop = asyncio.new_event_loop()
            # A daemon: a program that ends without close() loses nothing, and must not hang.
            self._thread = threading.Thread(target=self._loop.run_forever, name="daybook-till", daemon=True)
            self._thread.start()
        try:
            self._ask(self._till.start)
        except BaseException:
            self._end()
            raise

    def publish(self, event: EventLike, *, wait: float = 0.0) -> Receipt:
        """Publish one event; returns once it is on this till's disk. See :meth:`Till.publish`."""
        return self._ask(lambda: self._till.publish(event, wait=wait))

    def status(self) -> TillStatus:
        """How many sales wait, since when, and what went wrong last. See :meth:`Till.status`."""
        return self._ask(self._till.status)

    def drain(self, seconds: float) -> bool:
        """Try to send at once; whether nothing waits any more. See :meth:`Till.drain`."""
        return self._ask(lambda: self._till.drain(seconds))

    def close(self, drain_seconds: float = DRAIN_SECONDS) -> None:
        """Send what can be sent in that time, and end for good. What is left is sent by the next till."""
        if self._loop is None or os.getpid() != self._owner:
            return
        try:
            self._ask(lambda: self._till.close(drain_seconds))
        finally:
            self._end()

    def _ask(self, question: Callable[[], Coroutine[Any, Any, _Answer]]) -> _Answer:
        self._check_process()
        with self._changing:
            if self._loop is None:
                raise SpoolUnusable(
                    f"The till on {self._folder} is not open: use it in `with`, or start() it."
                )
            future = asyncio.run_coroutine_threadsafe(question(), self._loop)
        return future.result()

    def _check_process(self) -> None:
        if os.getpid() != self._owner:
            raise SpoolUnusable(
                f"This till belongs to process {self._owner}, and a fork has no part in its thread: "
                "make another till, on another folder, after forking."
            )

    def _end(self) -> None:
        with self._changing:
            loop, self._loop = self._loop, None
        if loop is None or self._thread is None:
            return
        asyncio.run_coroutine_threadsafe(loop.shutdown_default_executor(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        self._thread.join()
        loop.close()


class BlockingSignalsTill(BlockingTill):
    """A :class:`SignalsTill` on a thread of its own."""

    _kind = SignalsTill
