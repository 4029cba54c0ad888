"""The recognition agent's composition: programmes, staff, measures and targets of the settings' files."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import timedelta

from daybook.board_agent import known_measures, surroundings
from daybook.board_files import load_measures, load_staff
from daybook.json_files import FileError
from daybook.ledger.board_rankings import Surroundings
from daybook.ledger.calendar import Calendar
from daybook.ledger.merged import MergedTotals
from daybook.ledger.plans import Plans
from daybook.ledger.signals.merged import MergedSignals
from daybook.operations.base import CannotAct
from daybook.reloading import Reloaded
from daybook.schemas.rewards import RewardsFile
from daybook.settings import Settings
from daybook.streams.rewards_agent import RewardsAgent


def rewards_agent(
    settings: Settings,
    calendar: Calendar,
    file: Reloaded[RewardsFile],
    plans: Plans,
    signals: MergedSignals,
    *,
    every: timedelta | None = None,
) -> RewardsAgent:
    """The agent of the programmes in a file. To the targets of ``plans`` and the ``signals`` others may add.

    Raises:
        CannotAct: the staff or measures file is not there or not valid.
    """
    around = awards_around(settings, calendar, plans)
    return RewardsAgent(file.look, around, every or timedelta(seconds=settings.evaluation_seconds), signals)


def awards_around(
    settings: Settings, calendar: Calendar, plans: Plans
) -> Callable[[MergedTotals], Surroundings]:
    """What awards go by besides totals, for any view of these.

    Raises:
        CannotAct: the staff or measures file is not there or not valid.
    """
    try:
        staff, custom = load_staff(settings.staff_file), load_measures(settings.measures_file)
    except FileError as error:
        raise CannotAct(str(error)) from error
    return functools.partial(
        surroundings,
        calendar=calendar,
        staff=staff,
        plans=plans,
        known=known_measures(custom),
        grace=timedelta(hours=settings.day_grace_hours),
    )
