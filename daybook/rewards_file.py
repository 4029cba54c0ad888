"""The rewards file, checked against the other files that it goes by."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Final

from daybook.board_files import load_measures, load_staff, load_targets
from daybook.json_files import FileError, read_document
from daybook.ledger.board_measures import measures_with
from daybook.ledger.expressions import ExpressionError, parse_all
from daybook.ledger.rewards.checking import Known, problems
from daybook.ledger.rewards.telling import TOLD_BY
from daybook.operations.base import CannotAct
from daybook.reloading import Reloaded
from daybook.rules_file import load_rules
from daybook.schemas.rewards import RewardsFile
from daybook.settings import Settings
from daybook.stores import load_stores

NO_PROGRAMMES: Final = RewardsFile(programmes=[])


def load_rewards(path: Path, known: Known) -> RewardsFile:
    """The programmes in a file.

    Raises:
        FileError: it is not there or not valid; names the first problem.
    """
    file = read_document(path, RewardsFile, "rewards file")
    if found := problems(file, known):
        raise FileError(f"The rewards file {path} is not valid: {found[0]}.")
    return file


def known_to(settings: Settings) -> Known:
    """What the settings' other files tell; what is not set is not checked, but for teams and measures.

    Raises:
        FileError: one of them is not there or not valid.
    """
    custom = load_measures(settings.measures_file)
    try:
        measures = measures_with(parse_all({each.name: each.expression for each in custom}))
    except (ExpressionError, ValueError) as error:
        raise FileError(f"The measures file is not valid: {error}.") from error
    staff = load_staff(settings.staff_file)
    stores = None if settings.stores_file is None else load_stores(settings.stores_file)
    rules = None if settings.rules_file is None else load_rules(settings.rules_file)
    targets = load_targets(settings.targets_file)
    return Known(
        measures=set(measures),
        teams=any(rule.team for entry in staff for rule in entry.teams),
        stores=None if stores is None else {store.store_id for store in stores},
        receivers=None if rules is None else {r.id for r in rules.receivers if r.type in TOLD_BY},
        # Targets may also come by their topic: without a file nobody can say that there are none.
        targets=None if settings.targets_file is None else {target.scope for target in targets},
        days=settings.watch_days,
    )


def needed_rewards(settings: Settings) -> Reloaded[RewardsFile]:
    """The programmes of the settings' file, read anew when it changes; none without one.

    Raises:
        CannotAct: a file is not there or not valid.
    """
    try:
        load = functools.partial(load_rewards, known=known_to(settings))
        return Reloaded(settings.rewards_file, load, NO_PROGRAMMES)
    except FileError as error:
        raise CannotAct(str(error)) from error
