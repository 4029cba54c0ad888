"""The watcher's composition: the view of all totals, and the agents that go by ticks over it."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Final

from daybook.alert_agent import EventBooks, following_log, watch_agent
from daybook.board_agent import leaderboards_agent, telling_news, watched_staff
from daybook.board_files import load_adjustments, load_targets
from daybook.brokers import client_security
from daybook.cases_agent import cases_agent
from daybook.event_reading import reading_events
from daybook.faust_running import run_process
from daybook.groups import WATCHERS
from daybook.heartbeat import beating
from daybook.ledger.alerts.receiver_health import ReceiverHealth
from daybook.ledger.alerts.signal_measures import asks_for_orders
from daybook.ledger.alerts.till_questions import asks_for_tills
from daybook.ledger.alerts.tills import TillBook
from daybook.ledger.bought.book import BoughtBook
from daybook.ledger.merged import MergedTotals
from daybook.metrics.watcher import readings
from daybook.plan_sources import following_plans, plans_of_files
from daybook.readiness import needed_calendar, ready_topics
from daybook.reloading import Looked, Watched, reloading
from daybook.rewards_agent import rewards_agent
from daybook.rewards_file import needed_rewards
from daybook.rules_file import custom_measures, needed_rules
from daybook.settings import Settings
from daybook.stored_history import taking_history
from daybook.streams.following import Told, TotalsFollower
from daybook.streams.projecting import ProjectionsAgent
from daybook.streams.tick_app import TickApp, TickSettings
from daybook.watched_stores import watched_stores

log = logging.getLogger(__name__)

_FORGET_SECONDS: Final = 3600.0


async def run_watcher(settings: Settings, stopping: asyncio.Event) -> None:
    """Watch until ``stopping`` is set. A second watcher stands by for the first.

    Raises:
        CannotAct: something that it needs is not there; says what in one sentence.
        ProcessFailed: it ended by itself.
        KafkaError, KafkaUnavailable: Kafka cannot be reached at the start.
    """
    calendar, plans = needed_calendar(settings), plans_of_files(settings)
    boards = leaderboards_agent(settings, calendar, plans)
    rules, health = needed_rules(settings, custom_measures(settings)), ReceiverHealth()
    programmes = needed_rewards(settings)
    await ready_topics(settings)
    async with (
        following(settings, boards.told) as follower,
        following_plans(settings.kafka_bootstrap, plans, client_security(settings)),
        following_log(settings, health),
        cases_agent(settings, calendar, plans, boards.signal_dimensions) as cases,
    ):
        boards.see(cases.signals)
        tills, bought = TillBook(calendar), BoughtBook(calendar)
        events = EventBooks(tills, bought)
        watch = watch_agent(
            settings, plans=plans, rules=rules, health=health, events=events, signals=cases.signals
        )
        app = TickApp(
            tick_settings(settings, WATCHERS),
            [
                boards,
                ProjectionsAgent(calendar, plans),
                watch,
                cases,
                rewards_agent(settings, calendar, programmes, plans, cases.signals),
            ],
            follower.merged,
            follower.until_caught_up,
        )
        tell = functools.partial(readings, app, follower, rules, programmes)
        files: tuple[Looked, ...] = (
            watched_stores(settings, calendar),
            Watched(settings.targets_file, load_targets, plans.file_targets),
            Watched(settings.adjustments_file, load_adjustments, plans.file_adjustments),
            watched_staff(settings, boards, calendar, plans),
        )
        async with (
            telling_news(boards, app.processors[0]),
            beating(app, rules, settings.rules_file),
            reading_events(settings, tills, rules, lambda: app.deciding, asks_for_tills),
            reading_events(settings, bought, rules, lambda: app.deciding, asks_for_orders),
            reloading(*files),
        ):
            await run_process(app, "watcher", settings, tell, stopping)


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
        async with taking_history(settings, follower, told, _first_day(kept)):
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
