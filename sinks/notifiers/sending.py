"""Sends notifications: each receiver in a line of its own, so that one that hangs keeps no other waiting."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime

from daybook.ledger.alerts.entries import Tried
from daybook.schemas.notifications import Notification
from daybook.schemas.receivers import Receiver
from daybook.schemas.reports import ReportPeriod, WrittenReport
from daybook.sinks.notifiers.contract import NotDelivered, Notifier

log = logging.getLogger(__name__)

Make = Callable[[Receiver], Notifier]
Write = Callable[[ReportPeriod], Awaitable[WrittenReport]]
"""Writes a report. Raises NotDelivered where that cannot be done now."""


async def _no_writer(_period: ReportPeriod) -> WrittenReport:
    raise NotDelivered("no report can be written here: no ClickHouse is known")


class Sending:
    """Tries under way. It decides nothing: what is tried again, and when, stands in the log.

    Args:
        make: makes the notifier of a receiver.
        write: writes the reports that are told.
    """

    def __init__(self, make: Make, write: Write = _no_writer) -> None:
        self._make = make
        self._write = write
        self._receivers: Mapping[str, Receiver] = {}
        self._notifiers: dict[str, tuple[Receiver, Notifier]] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._not_before: dict[str, float] = {}
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._results: list[Tried] = []
        self.on_result: Callable[[], None] = lambda: None
        """Called when a try has come to an end."""
        self.on_step: Callable[[str], None] | None = None
        """Called with the name of each step of a try; fault tests end the process there."""
        self.sent: defaultdict[str, int] = defaultdict(int)
        self.failed: defaultdict[str, int] = defaultdict(int)
        """Tries by receiver, since the process began."""

    def use(self, receivers: Sequence[Receiver]) -> None:
        """Go by these receivers from now on."""
        self._receivers = {receiver.id: receiver for receiver in receivers}

    def start(self, notification: Notification) -> None:
        """Send a notification, unless its receiver asks for a pause, it is under way or was just tried.

        A try may end while a decision that still has it due is being written: its result comes first.
        """
        key = notification.notification_id
        waits = self._not_before.get(notification.receiver, 0.0) > asyncio.get_running_loop().time()
        tried = any(result.notification_id == key for result in self._results)
        if key in self._under_way or tried or waits:
            return
        task = asyncio.create_task(self._try(notification), name=f"send {key}")
        self._under_way[key] = task
        task.add_done_callback(lambda _: self._under_way.pop(key, None))

    def take_results(self) -> Sequence[Tried]:
        """How tries went since the last call."""
        results, self._results = self._results, []
        return results

    async def _try(self, notification: Notification) -> None:
        receiver = notification.receiver
        async with self._turns[receiver]:
            self._step("send")
            try:
                await self._notifier(receiver).send(await self._whole(notification))
            except NotDelivered as error:
                self._refused(notification, str(error), error.retry_after)
            except Exception as error:
                # Nothing that a receiver does may end the others.
                log.exception("a notification could not be told to %s", receiver)
                self._refused(notification, f"it could not be told ({type(error).__name__})", None)
            else:
                self._step("delivered")
                self.sent[receiver] += 1
                self._results.append(Tried(notification.notification_id, datetime.now(UTC), None))
        self.on_result()

    async def _whole(self, notification: Notification) -> Notification:
        """With the report itself, where one is told."""
        if notification.report is None:
            return notification
        return notification.model_copy(update={"written": await self._write(notification.report)})

    def _refused(self, notification: Notification, why: str, retry_after: float | None) -> None:
        receiver = notification.receiver
        self.failed[receiver] += 1
        if retry_after is not None:
            self._not_before[receiver] = asyncio.get_running_loop().time() + retry_after
        self._results.append(Tried(notification.notification_id, datetime.now(UTC), why[:200]))

    def _notifier(self, receiver_id: str) -> Notifier:
        receiver = self._receivers.get(receiver_id)
        if receiver is None:
            raise NotDelivered("the rules file names no such receiver any more")
        known = self._notifiers.get(receiver_id)
        if known is None or known[0] != receiver:
            known = self._notifiers[receiver_id] = receiver, self._make(receiver)
        return known[1]

    def _step(self, name: str) -> None:
        if self.on_step is not None:
            self.on_step(name)

    async def finish(self, seconds: float) -> None:
        """Let tries that are under way come to an end, for so long at most."""
        if self._under_way:
            await asyncio.wait(list(self._under_way.values()), timeout=seconds)

    async def close(self) -> None:
        """End what is under way and close the connections; what was not taken is sent again by the next."""
        under_way = list(self._under_way.values())
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        for _, notifier in self._notifiers.values():
            await notifier.close()
