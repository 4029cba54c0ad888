"""The watch agent's composition: rules, plans and measures, and which receivers answer."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import NamedTuple

from daybook.brokers import client_security
from daybook.ledger.alerts.asker import Asker, Sources
from daybook.ledger.alerts.receiver_health import ReceiverHealth
from daybook.ledger.alerts.tills import TillBook
from daybook.ledger.bought.book import BoughtBook
from daybook.ledger.plans import Plans
from daybook.ledger.signals.merged import MergedSignals
from daybook.plan_sources import plans_of_files
from daybook.readiness import needed_calendar
from daybook.rules_file import Rules, custom_measures, needed_rules
from daybook.settings import Settings
from daybook.streams.alerts_view import NotificationsFollower
from daybook.streams.watch_agent import WatchAgent


class EventBooks(NamedTuple):
    """Where events are noted for rules that totals cannot answer."""

    tills: TillBook
    bought: BoughtBook


def watch_agent(
    settings: Settings,
    *,
    plans: Plans | None = None,
    rules: Rules | None = None,
    health: ReceiverHealth | None = None,
    events: EventBooks | None = None,
    signals: MergedSignals | None = None,
) -> WatchAgent:
    """The agent that decides about alerts, by the rules, targets and measures of the settings' files.

    Of tills, campaigns and customers it knows what somebody notes in ``events``, of signals what ``signals``
    is told.

    Raises:
        CannotAct: one of them is not there or not valid.
    """
    meant = plans or plans_of_files(settings)
    custom = custom_measures(settings)
    holding, known = rules or needed_rules(settings, custom), health or ReceiverHealth()
    sources = Sources(
        targets=lambda: meant.targets,
        adjustments=lambda: meant.adjustments,
        receivers=lambda: known.of(receiver.id for receiver in holding.current.receivers),
        tills=events.tills if events else None,
        bought=events.bought if events else None,
        signals=signals,
        custom=custom,
    )
    every = timedelta(seconds=settings.evaluation_seconds)
    return WatchAgent(holding.look, Asker(needed_calendar(settings), sources), every)


@contextlib.asynccontextmanager
async def following_log(settings: Settings, health: ReceiverHealth) -> AsyncIterator[None]:
    """Which receivers answer, kept up while the block runs."""
    log = NotificationsFollower(settings.kafka_bootstrap, health.take, client_security(settings))
    task = asyncio.create_task(log.run(), name="notifications")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
