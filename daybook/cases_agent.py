"""The cases agent's composition: what it sees of alerts, signals and plans beside the totals."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from daybook.brokers import client_security
from daybook.ledger.calendar import Calendar
from daybook.ledger.cases.signals import DIMENSIONS as OF_CASES
from daybook.ledger.plans import Plans
from daybook.ledger.signals.merged import MergedSignals
from daybook.readiness import signal_partitions
from daybook.settings import Settings
from daybook.stored_history import filling_signals
from daybook.streams.alerts_view import AlertsFollower
from daybook.streams.cases_agent import CasesAgent, Sight
from daybook.streams.following import SignalsFollower

_FORGET_SECONDS: Final = 3600.0
SIGNAL_DIMENSIONS: Final = (*OF_CASES, "staff", "store")
"""What cases and alerts look at, and whose awards go by signals."""


def kept_dimensions(also: Iterable[str] = ()) -> tuple[str, ...]:
    """The dimensions of signals that a watcher keeps: those that are always looked at, and others."""
    return tuple(dict.fromkeys((*SIGNAL_DIMENSIONS, *sorted(also))))


@contextlib.asynccontextmanager
async def cases_agent(
    settings: Settings, calendar: Calendar, plans: Plans, also: Iterable[str] = ()
) -> AsyncIterator[CasesAgent]:
    """The agent, whose view of alerts and signals is kept up while the block runs.

    ``also`` are dimensions of signals that others look at in the same view.
    """
    bootstrap, security = settings.kafka_bootstrap, client_security(settings)
    kept = timedelta(days=settings.watch_days)
    since = (datetime.now(UTC) - kept).date()
    dimensions = kept_dimensions(also)
    merged = MergedSignals(since, dimensions)
    alerts = AlertsFollower(bootstrap, security)
    signals = SignalsFollower(bootstrap, await signal_partitions(settings), merged, security)
    tasks = [
        asyncio.create_task(alerts.run(), name="alerts"),
        asyncio.create_task(signals.run(), name="signals"),
        asyncio.create_task(filling_signals(settings, signals, since, dimensions), name="past signals"),
        asyncio.create_task(_forget(merged, kept), name="forgetting signals"),
    ]
    sight = Sight(
        calendar,
        alerts,
        merged,
        adjustments=lambda: plans.adjustments,
        complete=lambda: alerts.caught_up and signals.caught_up,
    )
    try:
        yield CasesAgent(sight)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _forget(merged: MergedSignals, kept: timedelta) -> None:
    while True:
        await asyncio.sleep(_FORGET_SECONDS)
        merged.forget_before((datetime.now(UTC) - kept).date())
