"""The leaderboards agent's composition: what boards go by, and who wakes it between two ticks."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from daybook.board_files import load_boards, load_measures, load_staff
from daybook.json_files import FileError
from daybook.ledger.board_measures import Measure, measures_with
from daybook.ledger.board_rankings import Surroundings
from daybook.ledger.calendar import Calendar
from daybook.ledger.expressions import ExpressionError, parse_all
from daybook.ledger.merged import MergedTotals
from daybook.ledger.plans import Plans
from daybook.ledger.signals.boards import HAVE_SIGNALS, NOBODYS, SIGNAL_BOARDS, is_of_signals
from daybook.ledger.teams import Staff
from daybook.ledger.weights import MergedWeights
from daybook.ledger.yardsticks import Yardsticks
from daybook.operations.base import CannotAct
from daybook.reloading import Watched
from daybook.schemas.leaderboards import BoardSpec
from daybook.schemas.measures import CustomMeasure
from daybook.schemas.staff import StaffEntry
from daybook.settings import Settings
from daybook.streams.leaderboards import Around, LeaderboardsAgent
from daybook.streams.ticks import TickProcessor

NEWS_SECONDS: Final = 1.0
"""How long a change of a board may wait for others before it is told."""


def leaderboards_agent(settings: Settings, calendar: Calendar, plans: Plans) -> LeaderboardsAgent:
    """The agent of the boards that the settings name. To the targets of ``plans`` others may add.

    Raises:
        CannotAct: a file cannot be read, or a board asks for what there is not; says so in one sentence.
    """
    try:
        own = load_measures(settings.measures_file)
        specs = load_boards(settings.leaderboards_file, own)
        known = known_measures(own)
        around = _around(settings, calendar, plans, known)
    except FileError as error:
        raise CannotAct(str(error)) from error
    unknown = sorted({spec.measure for spec in specs} - known.keys() - SIGNAL_BOARDS.keys())
    if unknown:
        raise CannotAct(f"The leaderboards file names a measure that there is not: {unknown[0]}.")
    for spec in specs:
        if is_of_signals(spec.measure, known):
            _check_signals(spec)
    return LeaderboardsAgent(specs, around)


def _check_signals(spec: BoardSpec) -> None:
    if spec.by not in HAVE_SIGNALS:
        have = ", ".join(who for who in HAVE_SIGNALS if who != "day")
        raise CannotAct(
            f"The leaderboards file ranks by {spec.measure}, which signals count by {have}, not by {spec.by}."
        )
    if spec.measure in NOBODYS and spec.by in {"staff", "team"}:
        raise CannotAct(
            f"The leaderboards file ranks people by {spec.measure}, which happens to stores, not to people."
        )
    if spec.view != "activity":
        raise CannotAct(
            f"The leaderboards file ranks by {spec.measure} in the view {spec.view}, which is one of returns."
        )


def watched_staff(
    settings: Settings, agent: LeaderboardsAgent, calendar: Calendar, plans: Plans
) -> Watched[Around]:
    """The staff file, by which the agent goes anew when it changes."""

    def load(_: Path) -> Around:
        return _around(settings, calendar, plans, known_measures(load_measures(settings.measures_file)))

    return Watched(settings.staff_file, load, agent.go_by)


def _around(settings: Settings, calendar: Calendar, plans: Plans, known: Mapping[str, Measure]) -> Around:
    return functools.partial(
        surroundings,
        calendar=calendar,
        staff=load_staff(settings.staff_file),
        plans=plans,
        known=known,
        grace=timedelta(hours=settings.day_grace_hours),
    )


def surroundings(
    merged: MergedTotals,
    *,
    calendar: Calendar,
    staff: Sequence[StaffEntry],
    plans: Plans,
    known: Mapping[str, Measure],
    grace: timedelta,
) -> Surroundings:
    """What boards and awards go by besides totals."""
    people = Staff(staff)
    yardsticks = Yardsticks(calendar, people, lambda: plans.targets, MergedWeights(merged, people))
    return Surroundings(calendar, people, known, yardsticks, grace)


def known_measures(custom: Sequence[CustomMeasure]) -> Mapping[str, Measure]:
    """Our measures and a business's own, by name.

    Raises:
        CannotAct: one of them is not valid.
    """
    try:
        return measures_with(parse_all({each.name: each.expression for each in custom}))
    except (ExpressionError, ValueError) as error:
        raise CannotAct(f"The measures file is not valid: {error}.") from error


@contextlib.asynccontextmanager
async def telling_news(
    agent: LeaderboardsAgent, processor: TickProcessor[MergedTotals]
) -> AsyncIterator[None]:
    """While the block runs, changes are told within about a second, and not at the next tick only."""
    task = asyncio.create_task(_tell_news(agent, processor), name="leaderboards")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _tell_news(agent: LeaderboardsAgent, processor: TickProcessor[MergedTotals]) -> None:
    while True:
        await asyncio.sleep(NEWS_SECONDS)
        if agent.news:
            await processor.wake()
