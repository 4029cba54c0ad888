"""The notifier's composition: alerts as they stand, reports that are due, who is told, and the log of it."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, Final

from daybook.brokers import client_security
from daybook.faust_running import run_process
from daybook.groups import NOTIFIERS
from daybook.metrics.notifier import readings
from daybook.readiness import ready_topics
from daybook.reloading import reloading
from daybook.report_writing import Reports, reports_of
from daybook.rules_file import Rules, needed_rules
from daybook.schemas.rules import RulesFile
from daybook.settings import Settings
from daybook.sinks.notifiers.making import make_notifier, secrets_beside
from daybook.sinks.notifiers.sending import Sending
from daybook.streams.alerts_view import AlertsFollower, AwardsFollower
from daybook.streams.notify_agent import NotifyAgent
from daybook.streams.tick_app import TickApp, TickSettings
from daybook.watcher import tick_settings

_FINISH_SECONDS: Final = 10.0


async def run_notifier(settings: Settings, stopping: asyncio.Event) -> None:
    """Tell alerts until ``stopping`` is set. A second notifier stands by for the first.

    Raises:
        CannotAct: something that it needs is not there; says what in one sentence.
        ProcessFailed: it ended by itself.
        KafkaError, KafkaUnavailable: Kafka cannot be reached at the start.
    """
    rules = needed_rules(settings)
    reports = reports_of(settings, wanted=bool(rules.current.reports))
    await ready_topics(settings)
    ticks, security = tick_settings(settings, NOTIFIERS), client_security(settings)
    async with (
        notifying(ticks, rules, settings.rules_file, security, reports=reports) as notifier,
        reloading(),  # the rules are looked at with every tick
    ):
        await run_process(notifier, "notifier", settings, functools.partial(readings, notifier), stopping)


class Notifier(TickApp[AlertsFollower]):
    """The Faust app of the notify agent, with what it sends by."""

    def __init__(
        self,
        settings: TickSettings,
        rules: Rules,
        view: AlertsFollower,
        sending: Sending,
        *,
        reports: Reports | None = None,
        awards: AwardsFollower | None = None,
    ) -> None:
        self.rules = rules
        self.sending = sending
        closed = reports.closed if reports is not None else lambda _now: None
        self.agent = NotifyAgent(self._look, sending, closed, awards.all if awards is not None else tuple)

        async def ready() -> None:
            await view.until_caught_up()
            if awards is not None:
                await awards.until_caught_up()

        super().__init__(settings, [self.agent], view, ready)
        self._waking: set[asyncio.Task[None]] = set()
        sending.on_result = self._wake

    def _look(self) -> RulesFile:
        file = self.rules.look()
        self.sending.use(file.receivers)
        return file

    def _wake(self) -> None:
        """Write down how a try went as soon as it is known: the shorter that takes, the fewer come twice."""
        task = asyncio.create_task(self.processors[0].wake())
        self._waking.add(task)
        task.add_done_callback(self._waking.discard)

    async def finish(self) -> None:
        """Let tries come to their end, and write down how they went."""
        await self.sending.finish(_FINISH_SECONDS)
        await asyncio.gather(*self._waking, return_exceptions=True)
        await self.processors[0].wake()

    async def release(self) -> None:
        """End what still goes on."""
        await self.sending.close()
        await super().release()


@contextlib.asynccontextmanager
async def notifying(
    settings: TickSettings,
    rules: Rules,
    rules_file: Path | None,
    consumer_options: Mapping[str, Any] | None = None,
    *,
    reports: Reports | None = None,
) -> AsyncIterator[Notifier]:
    """A notifier, not started yet, whose view is kept up while the block runs."""
    secret = secrets_beside(rules_file or Path())
    writing = {} if reports is None else {"write": reports.write}
    sending = Sending(lambda receiver: make_notifier(receiver, secret), **writing)
    view = AlertsFollower(settings.bootstrap, consumer_options)
    awards = AwardsFollower(settings.bootstrap, consumer_options)
    following = [
        asyncio.create_task(view.run(), name="alerts"),
        asyncio.create_task(awards.run(), name="awards"),
    ]
    try:
        yield Notifier(settings, rules, view, sending, reports=reports, awards=awards)
    finally:
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)
