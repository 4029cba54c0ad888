"""One seed of the trial, from its simulated weeks to its score."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from daybook.schemas.rules import RulesFile
from tests.trials.alerts.shops import Shape, simulate
from tests.trials.alerts.spread import Spread, spread
from tests.trials.investigations.drive import Course
from tests.trials.investigations.plants import plant
from tests.trials.investigations.score import Score, score
from tests.trials.investigations.signs import simulate_signs

RULES: Final = Path(__file__).parents[3] / "daybook" / "defaults" / "rules.json"


class Trial(NamedTuple):
    """What a seed is run with."""

    seed: int
    stores_per_region: int = 24
    weeks: int = 1


class Result(NamedTuple):
    """What came of it: the spread of each store before anything was planted, and the score."""

    seed: int
    spreads: list[Spread]
    score: Score


def run_seed(trial: Trial) -> Result:
    """Simulate, plant, watch, and hold one against the other."""
    # Millions of totals are made and none of them is in a cycle: looking for those takes long.
    gc.disable()
    try:
        return _run(trial)
    finally:
        gc.enable()


def _run(trial: Trial) -> Result:
    weeks = simulate(trial.seed, Shape(stores_per_region=trial.stores_per_region), trial.weeks)
    weekdays = np.array([day.weekday() for day in weeks.days])
    spreads = [spread(amounts, weekdays) for amounts in weeks.amount]
    world = plant(weeks, simulate_signs(weeks, trial.seed), trial.seed)
    course = Course(world, RulesFile.model_validate_json(RULES.read_bytes()))
    course.run()
    found = score(world.plants, course.opened, course.last, weeks, course.evaluations)
    right = sum(each.right for each in found.found)
    sys.stderr.write(f"seed {trial.seed}: {right} of {len(found.found)} right, {len(found.false)} others\n")
    return Result(trial.seed, spreads, found)
