"""The demo's watcher and notifier: the same agents, over the demo's own broker.

The broker forgets, so what they knew comes back from ClickHouse: totals, alerts that go on, cases and awards.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from daybook.board_agent import leaderboards_agent, telling_news
from daybook.cases_agent import kept_dimensions
from daybook.demo.broker import FETCH_WAIT_MS, PARTITIONS, PATIENT_FETCH_WAIT_MS
from daybook.faust_running import started
from daybook.ledger.alerts.asker import Asker, Sources
from daybook.ledger.alerts.receiver_health import ReceiverHealth
from daybook.ledger.calendar import Calendar
from daybook.ledger.merged import MergedTotals
from daybook.ledger.plans import Plans
from daybook.ledger.signals.merged import MergedSignals
from daybook.notifier import Notifier, notifying
from daybook.operations.base import Place
from daybook.operations.registry import run
from daybook.plan_sources import following_plans
from daybook.report_writing import reporting
from daybook.rewards_agent import rewards_agent
from daybook.rewards_file import needed_rewards
from daybook.rules_file import Rules
from daybook.schemas.cases import CaseState
from daybook.settings import Settings
from daybook.sinks.alerts import alerts, told_reports
from daybook.sinks.awards import award_records, coaching
from daybook.sinks.cases import cases
from daybook.sinks.merged import (
    stored_positions,
    stored_signal_positions,
    stored_signals,
    stored_totals,
)
from daybook.sinks.plans import stored_adjustments, stored_targets
from daybook.sinks.store import Store
from daybook.streams.alerts_view import AlertsFollower, NotificationsFollower
from daybook.streams.cases_agent import CasesAgent, Sight
from daybook.streams.following import SignalsFollower, TotalsFollower
from daybook.streams.projecting import ProjectionsAgent
from daybook.streams.tick_app import TickApp, TickSettings
from daybook.streams.ticks import TickAgent
from daybook.streams.turns import in_turns
from daybook.streams.watch_agent import WatchAgent

EVALUATION: Final = timedelta(seconds=5)
_TICK_SECONDS: Final = 2.0
_EVIDENCE_SECONDS: Final = 30
"""The signals of the past come after the first alert, and whoever tries the demo looks at its case soon."""
_OPTIONS: Final[Mapping[str, Any]] = {"check_crcs": False, "fetch_max_wait_ms": PATIENT_FETCH_WAIT_MS}
_SWIFT_OPTIONS: Final[Mapping[str, Any]] = {**_OPTIONS, "fetch_max_wait_ms": FETCH_WAIT_MS}


class Watching:
    """The parts, on a broker and a store. ``begin`` lets them decide: not before the past is published."""

    def __init__(
        self,
        bootstrap: str,
        store: Store,
        calendar: Calendar,
        rules_file: Path,
        settings: Settings | None = None,
    ) -> None:
        self._bootstrap = bootstrap
        self._store = store
        self._rules_file = rules_file
        self.rules = Rules(rules_file)
        self._health = ReceiverHealth()
        self._merged = MergedTotals()
        self._begun, self._ready = asyncio.Event(), asyncio.Event()
        self._plans = Plans()
        settings = settings or Settings()
        self.boards = leaderboards_agent(settings, calendar, self._plans)
        self._dimensions = kept_dimensions(self.boards.signal_dimensions)
        self._signals = MergedSignals(dimensions=self._dimensions)
        self._signals.filling = True
        self.boards.see(self._signals)
        self._totals = TotalsFollower(bootstrap, PARTITIONS, self._merged, self.boards.told, _SWIFT_OPTIONS)
        self._projections = ProjectionsAgent(calendar, self._plans)
        programmes = needed_rewards(settings)
        self.rewards = rewards_agent(
            settings, calendar, programmes, self._plans, self._signals, every=EVALUATION
        )
        self._alerts = AlertsFollower(bootstrap, _OPTIONS)
        self.cases = CasesAgent(
            Sight(
                calendar,
                self._alerts,
                self._signals,
                adjustments=lambda: self._plans.adjustments,
                complete=lambda: self._ready.is_set() and self._alerts.caught_up,
            ),
            _EVIDENCE_SECONDS,
        )
        names = [receiver.id for receiver in self.rules.current.receivers]
        sources = Sources(
            targets=lambda: self._plans.targets,
            adjustments=lambda: self._plans.adjustments,
            receivers=lambda: self._health.of(names),
            signals=self._signals,
        )
        self._reporting = reporting(
            settings, calendar, lambda asked: run(Place(store, calendar), "report", asked)
        )
        self._reports = self._reporting._replace(closed=self._closed)
        self._notifier: Notifier | None = None
        self.agent = WatchAgent(self.rules.look, Asker(calendar, sources), EVALUATION)

    async def begin(self, stored: Callable[[], Awaitable[None]]) -> None:
        """Read what stands in ClickHouse, and go on from there.

        Args:
            stored: returns once all that was told until now stands there.
        """
        await self._totals.skip()
        await stored()
        self._begun.set()
        totals = await asyncio.to_thread(lambda: list(stored_totals(self._store)))
        # The boards are made from the whole view at the first tick, which comes after this.
        await in_turns(self._merged.take(bucket) for bucket in totals)
        for place in await asyncio.to_thread(stored_positions, self._store):
            self._merged.take(place)
        await self._take_signals()
        for target in await asyncio.to_thread(stored_targets, self._store):
            self._plans.add_target(target)
        for adjustment in await asyncio.to_thread(stored_adjustments, self._store):
            self._plans.add_adjustment(adjustment)
        self.agent.know(await asyncio.to_thread(alerts, self._store))
        awards = await asyncio.to_thread(award_records, self._store)
        self.rewards.know(awards, await asyncio.to_thread(coaching, self._store, every=True))
        self.cases.know(await asyncio.to_thread(cases, self._store, tuple(CaseState)))
        if self._notifier is not None:
            self._notifier.agent.know(await asyncio.to_thread(told_reports, self._store))
        self._ready.set()

    async def _take_signals(self) -> None:
        """Those of earlier runs; of this one the topic tells them, in the order of their positions."""
        # First the positions: all totals of before them are written, and newer ones wait for newer positions.
        for place in await asyncio.to_thread(stored_signal_positions, self._store):
            self._signals.take(place)
        buckets = await asyncio.to_thread(
            lambda: list(stored_signals(self._store, dimensions=self._dimensions))
        )
        await in_turns(map(self._signals.take, buckets))

    def has_seen(self, positions: Mapping[int, int]) -> bool:
        """Whether signals are known up to these versions, by partition."""
        known = self._signals.positions
        return all(place in known and known[place].version >= at for place, at in positions.items())

    def signals_are_whole(self) -> None:
        """Let awards go by signals: while the past comes in, first places would go from hand to hand."""
        self._signals.filling = False

    async def _follow(self) -> None:
        # Of the past every state would be read that it went through: seconds in which nobody else has a turn.
        await self._begun.wait()
        await self._totals.run()

    async def _until_ready(self) -> None:
        await self._ready.wait()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Watch and tell for as long as the block runs."""
        log = NotificationsFollower(self._bootstrap, self._health.take, _OPTIONS)
        signals = SignalsFollower(self._bootstrap, PARTITIONS, self._signals, _OPTIONS)
        running = (self._follow(), log.run(), signals.run(), self._alerts.run())
        following = [asyncio.create_task(each) for each in running]
        deciding: list[TickAgent[MergedTotals]] = [
            self.boards,
            self._projections,
            self.agent,
            self.cases,
            self.rewards,
        ]
        watch = TickApp(self._settings("watch"), deciding, self._merged, self._until_ready)
        try:
            async with (
                self._telling() as notifier,
                following_plans(self._bootstrap, self._plans, _OPTIONS, PARTITIONS),
                started(notifier),
                started(watch),
                telling_news(self.boards, watch.processors[0]),
            ):
                yield
        finally:
            for task in following:
                task.cancel()
            await asyncio.gather(*following, return_exceptions=True)

    @contextlib.asynccontextmanager
    async def _telling(self) -> AsyncIterator[Notifier]:
        settings = self._settings("notify")
        async with notifying(
            settings, self.rules, self._rules_file, _OPTIONS, reports=self._reports
        ) as self._notifier:
            yield self._notifier

    def _closed(self, now: datetime) -> date | None:
        """No day is, before all of the past is there."""
        return self._reporting.closed(now) if self._ready.is_set() else None

    def _settings(self, role: str) -> TickSettings:
        return TickSettings(
            self._bootstrap,
            PARTITIONS,
            app_id=f"daybook-{role}",
            fetch_wait_seconds=PATIENT_FETCH_WAIT_MS / 1000,
            check_crcs=False,
            tick_seconds=_TICK_SECONDS,
        )
