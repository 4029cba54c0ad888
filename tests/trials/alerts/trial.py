"""One seed of the trial, from its simulated weeks to its score."""

from __future__ import annotations

import sys
from typing import NamedTuple

import numpy as np

from tests.trials.alerts.drive import Run, default_rules
from tests.trials.alerts.plants import plant
from tests.trials.alerts.score import Score, score
from tests.trials.alerts.shops import Shape, simulate
from tests.trials.alerts.spread import Spread, spread


class Trial(NamedTuple):
    """What a seed is run with."""

    seed: int
    stores_per_region: int = 200
    weeks: int = 1


class Result(NamedTuple):
    """What came of it: the spread of each store before anything was planted, and the score."""

    seed: int
    spreads: list[Spread]
    score: Score


def run_seed(trial: Trial) -> Result:
    """Simulate, plant, watch, and hold one against the other."""
    weeks = simulate(trial.seed, Shape(stores_per_region=trial.stores_per_region), trial.weeks)
    weekdays = np.array([day.weekday() for day in weeks.days])
    spreads = [spread(amounts, weekdays) for amounts in weeks.amount]
    planted = plant(weeks, trial.seed)
    course = Run(planted, default_rules()).course()
    store_days = 7 * trial.weeks * len(weeks.stores)
    result = Result(trial.seed, spreads, score(planted.plants, course.fired, store_days, course.evaluations))
    sys.stderr.write(f"seed {trial.seed}: {course.evaluations} evaluations\n")
    return result
