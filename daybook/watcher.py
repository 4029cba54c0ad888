"""The watcher's composition: the view of all totals, and the agents that go by ticks over it."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

from daybook.board_agent import leaderboards_agent, telling_news
from daybook.board_files import load_measures, load_targets
from daybook.brokers import client_security
from daybook.faust_running import run_process
from daybook.json_files import FileError
from daybook.ledger.alerts.asker import Asker, Sources
from daybook.ledger.expressions import ExpressionError, parse_all
from daybook.ledger.merged import MergedTotals
from daybook.metrics.watcher import readings
from daybook.operations.base import CannotAct
from daybook.readiness import needed_calendar, ready_topics
from daybook.rules_file import needed_rules
from daybook.settings import Settings
from daybook.streams.following import Told, TotalsFollower
from daybook.streams.tick_app import TickApp, TickSettings
from daybook.streams.ticks import TickAgent
from daybook.streams.watch_agent import WatchAgent

log = logging.getLogger(__name__)

ROLE: Final = "watch"
EVALUATED: Final = timedelta(minutes=1)
"""Between two evaluations of the rules; commands are carried out with every tick."""
_FORGET_SECONDS: Final = 3600.0


async def run_watcher(settings: Settings, stopping: asyncio.Event) -> None:
    """Watch until ``stopping`` is set. A second watcher stands by for the first.

    Raises:
        CannotAct: something that it needs is not there; says what in one sentence.
        ProcessFailed: it ended by itself.
        KafkaError, KafkaUnavailable: Kafka cannot be reached at the start.
    """
    boards = leaderboards_agent(settings, needed_calendar(settings))
    await ready_topics(settings)
    async with following(settings, boards.told) as follower:
        app = TickApp(
            tick_settings(settings, ROLE),
            [boards, *agents(settings)],
            follower.merged,
            follower.until_caught_up,
        )
        async with telling_news(boards, app.processors[0]):
            await run_process(app, "watcher", settings, functools.partial(readings, app, follower), stopping)


def agents(settings: Settings) -> Sequence[TickAgent[MergedTotals]]:
    """Who decides by the ticks, beside the leaderboards agent.

    Raises:
        CannotAct: a file that is named is not there or not valid.
    """
    return [watch_agent(settings)]


def watch_agent(settings: Settings) -> WatchAgent:
    """The agent that decides about alerts, by the rules, targets and measures of the settings' files.

    Raises:
        CannotAct: one of them is not there or not valid.
    """
    try:
        targets = load_targets(settings.targets_file)
        measures = load_measures(settings.measures_file)
        custom = parse_all({measure.name: measure.expression for measure in measures})
    except (FileError, ExpressionError) as error:
        raise CannotAct(str(error)) from error
    rules = needed_rules(settings, custom)
    sources = Sources(targets=lambda: targets, custom=custom)
    return WatchAgent(rules.look, Asker(needed_calendar(settings), sources), EVALUATED)


def tick_settings(settings: Settings, role: str) -> TickSettings:
    """The settings of an app of agents that go by ticks; its consumer group is application and role."""
    return TickSettings(
        settings.kafka_bootstrap,
        1,
        app_id=f"{settings.application}-{role}",
        session_timeout=settings.session_timeout,
        stall_seconds=settings.stall_seconds,
        security=client_security(settings),
        application=settings.application,
        tick_seconds=settings.tick_seconds,
    )


@contextlib.asynccontextmanager
async def following(settings: Settings, told: Told) -> AsyncIterator[TotalsFollower]:
    """The merged view of the last days, kept up while the block runs. ``told`` gets each fetch's changes."""
    kept = timedelta(days=settings.watch_days)
    merged = MergedTotals(_first_day(kept))
    follower = TotalsFollower(
        settings.kafka_bootstrap,
        settings.partitions,
        merged,
        told,
        consumer_options=client_security(settings),
    )
    tasks = [
        asyncio.create_task(follower.run(), name="totals"),
        asyncio.create_task(_forget(follower, kept), name="forgetting"),
    ]
    try:
        yield follower
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _forget(follower: TotalsFollower, kept: timedelta) -> None:
    while True:
        await asyncio.sleep(_FORGET_SECONDS)
        follower.merged.forget_before(_first_day(kept))


def _first_day(kept: timedelta) -> date:
    return (datetime.now(UTC) - kept).date()
