"""The watcher's composition: the view of all totals, and the agents that go by ticks over it."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Final

from daybook.board_agent import leaderboards_agent, telling_news
from daybook.board_files import load_measures
from daybook.brokers import client_security
from daybook.cases_agent import cases_agent
from daybook.faust_running import run_process
from daybook.heartbeat import beating
from daybook.json_files import FileError, read_document
from daybook.ledger.alerts.asker import Asker, Sources
from daybook.ledger.alerts.receiver_health import ReceiverHealth
from daybook.ledger.expressions import Expression, ExpressionError, parse_all
from daybook.ledger.merged import MergedTotals
from daybook.ledger.plans import Plans
from daybook.metrics.watcher import readings
from daybook.operations.base import CannotAct
from daybook.readiness import needed_calendar, ready_topics
from daybook.rewards_agent import rewards_agent
from daybook.rewards_file import needed_rewards
from daybook.rules_file import Rules, needed_rules
from daybook.schemas.adjustments import AdjustmentsFile
from daybook.schemas.targets import TargetsFile
from daybook.settings import Settings
from daybook.streams.alerts_view import NotificationsFollower
from daybook.streams.following import Told, TotalsFollower
from daybook.streams.following_plans import PLAN_TOPICS, PlansFollower
from daybook.streams.projecting import ProjectionsAgent
from daybook.streams.tick_app import TickApp, TickSettings
from daybook.streams.watch_agent import WatchAgent

log = logging.getLogger(__name__)

ROLE: Final = "watch"
_FORGET_SECONDS: Final = 3600.0


async def run_watcher(settings: Settings, stopping: asyncio.Event) -> None:
    """Watch until ``stopping`` is set. A second watcher stands by for the first.

    Raises:
        CannotAct: something that it needs is not there; says what in one sentence.
        ProcessFailed: it ended by itself.
        KafkaError, KafkaUnavailable: Kafka cannot be reached at the start.
    """
    calendar = needed_calendar(settings)
    boards = leaderboards_agent(settings, calendar)
    rules, health = needed_rules(settings, custom_measures(settings)), ReceiverHealth()
    programmes = needed_rewards(settings)
    await ready_topics(settings)
    async with (
        following(settings, boards.told) as follower,
        following_plans(settings) as plans,
        following_log(settings, health),
        cases_agent(settings, calendar, plans) as cases,
    ):
        watch = watch_agent(settings, plans=plans, rules=rules, health=health)
        app = TickApp(
            tick_settings(settings, ROLE),
            [
                boards,
                ProjectionsAgent(calendar, plans),
                watch,
                cases,
                rewards_agent(settings, calendar, programmes, lambda: plans.every_target),
            ],
            follower.merged,
            follower.until_caught_up,
        )
        tell = functools.partial(readings, app, follower, rules)
        async with telling_news(boards, app.processors[0]), beating(app, rules, settings.rules_file):
            await run_process(app, "watcher", settings, tell, stopping)


def custom_measures(settings: Settings) -> dict[str, Expression]:
    """The measures of the settings' file.

    Raises:
        CannotAct: the file is not there or not valid.
    """
    try:
        measures = load_measures(settings.measures_file)
        return parse_all({measure.name: measure.expression for measure in measures})
    except (FileError, ExpressionError) as error:
        raise CannotAct(str(error)) from error


def watch_agent(
    settings: Settings,
    *,
    plans: Plans | None = None,
    rules: Rules | None = None,
    health: ReceiverHealth | None = None,
) -> WatchAgent:
    """The agent that decides about alerts, by the rules, targets and measures of the settings' files.

    Raises:
        CannotAct: one of them is not there or not valid.
    """
    meant = plans or plans_of_files(settings)
    custom = custom_measures(settings)
    holding, known = rules or needed_rules(settings, custom), health or ReceiverHealth()
    sources = Sources(
        targets=lambda: meant.every_target,
        adjustments=lambda: meant.adjustments,
        receivers=lambda: known.of(receiver.id for receiver in holding.current.receivers),
        custom=custom,
    )
    every = timedelta(seconds=settings.evaluation_seconds)
    return WatchAgent(holding.look, Asker(needed_calendar(settings), sources), every)


@contextlib.asynccontextmanager
async def following_log(settings: Settings, health: ReceiverHealth) -> AsyncIterator[None]:
    """Which receivers answer, kept up while the block runs."""
    log = NotificationsFollower(settings.kafka_bootstrap, health.take)
    task = asyncio.create_task(log.run(), name="notifications")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


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


@contextlib.asynccontextmanager
async def following_plans(settings: Settings) -> AsyncIterator[Plans]:
    """Targets and adjustments of the settings' files, and what is published while the block runs.

    Raises:
        CannotAct: a file is not valid.
    """
    plans = plans_of_files(settings)
    bootstrap, security = settings.kafka_bootstrap, client_security(settings)
    followers = [PlansFollower(bootstrap, topic, plans, security) for topic in PLAN_TOPICS]
    tasks = [asyncio.create_task(each.run(), name=f"plans {number}") for number, each in enumerate(followers)]
    try:
        yield plans
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def plans_of_files(settings: Settings) -> Plans:
    """Targets and adjustments of the settings' files.

    Raises:
        CannotAct: a file is not valid.
    """
    plans = Plans()
    try:
        if settings.targets_file is not None:
            for target in read_document(settings.targets_file, TargetsFile, "targets file").targets:
                plans.add_target(target)
        if settings.adjustments_file is not None:
            found = read_document(settings.adjustments_file, AdjustmentsFile, "adjustments file")
            for adjustment in found.adjustments:
                plans.add_adjustment(adjustment)
    except FileError as error:
        raise CannotAct(str(error)) from error
    return plans


async def _forget(follower: TotalsFollower, kept: timedelta) -> None:
    while True:
        await asyncio.sleep(_FORGET_SECONDS)
        follower.merged.forget_before(_first_day(kept))


def _first_day(kept: timedelta) -> date:
    return (datetime.now(UTC) - kept).date()
