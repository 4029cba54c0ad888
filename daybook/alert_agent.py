"""The watch agent's composition: rules, plans and measures, and which receivers answer."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

from daybook.board_files import load_measures
from daybook.brokers import client_security
from daybook.json_files import FileError
from daybook.ledger.alerts.asker import Asker, Sources
from daybook.ledger.alerts.receiver_health import ReceiverHealth
from daybook.ledger.alerts.tills import TillBook
from daybook.ledger.expressions import Expression, ExpressionError, parse_all
from daybook.ledger.plans import Plans
from daybook.ledger.signals.merged import MergedSignals
from daybook.operations.base import CannotAct
from daybook.plan_sources import plans_of_files
from daybook.readiness import needed_calendar
from daybook.rules_file import Rules, needed_rules
from daybook.settings import Settings
from daybook.streams.alerts_view import NotificationsFollower
from daybook.streams.watch_agent import WatchAgent


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
    tills: TillBook | None = None,
    signals: MergedSignals | None = None,
) -> WatchAgent:
    """The agent that decides about alerts, by the rules, targets and measures of the settings' files.

    Of tills it knows what somebody notes in ``tills``, of signals what ``signals`` is told.

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
        tills=tills,
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
