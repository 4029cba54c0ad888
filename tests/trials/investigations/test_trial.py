"""The trial of investigations on one seed, short, and its own score."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from tests.ledger.cases.world import NOON, case
from tests.trials.alerts.shops import Shape, simulate
from tests.trials.alerts.spread import ONLINE_RETAIL, Spread
from tests.trials.investigations.plants import Plant, plant
from tests.trials.investigations.report import report
from tests.trials.investigations.score import Found, Score, score
from tests.trials.investigations.signs import simulate_signs
from tests.trials.investigations.trial import Result, Trial, run_seed

PLANT = Plant("till down", "quay", NOON - timedelta(minutes=30), NOON + timedelta(hours=2), "silent_till")
GOOD = Found(PLANT, ["c-1"], "silent_till", "silent_till")


def test_a_short_trial_gives_each_cause_its_case() -> None:
    """One week of seed 3: five causes, five cases, each with the planted evidence first; no other case."""
    result = run_seed(Trial(seed=3))
    assert [each.plant.name for each in result.score.found if not each.right] == []
    assert len(result.score.found) == 5
    assert result.score.false == []


def result(*found: Found, false: int = 0, quiet: int = 1000, spread: Spread = ONLINE_RETAIL) -> Result:
    """The result of a seed."""
    return Result(1, [spread], Score(list(found), [case()] * false, quiet, 1))


def test_the_trial_falls_short_for_each_reason_by_itself() -> None:
    """No case, a second one, other evidence at either end, too many quiet ones, stores that are too tame."""
    assert report([result(GOOD)])[1]
    for bad in (
        GOOD._replace(cases=[], at_first=None, at_last=None),
        GOOD._replace(cases=["c-1", "c-2"]),
        GOOD._replace(at_first="sessions"),
        GOOD._replace(at_last=None),
    ):
        assert not report([result(bad)])[1]
    assert report([result(GOOD, false=10)])[1]
    assert not report([result(GOOD, false=11)])[1]
    assert not report([result(GOOD, spread=Spread(ONLINE_RETAIL.day - 0.01, 2.0))])[1]
    assert not report([result()])[1]


def test_a_case_counts_for_what_was_planted_in_its_place_and_hours() -> None:
    """Opened an hour later still does; the day after, or in another store, it is a case of a quiet day."""
    weeks = simulate(1, Shape(stores_per_region=1), 1)
    own = PLANT._replace(key=weeks.stores[0].store_id)
    scope = case().scope.model_copy(
        update={"key": own.key, "store": own.key, "region": weeks.stores[0].region}
    )
    mine = case(scope)
    other = case(scope.model_copy(update={"key": "elsewhere", "store": "elsewhere", "region": "South"}))
    late = case(scope, case_id="c-3", opened_at=NOON + timedelta(days=1))
    opened = {"c-1": mine, "c-2": other, "c-3": late}
    found = score([own], opened, opened, weeks, 1)
    assert found.found[0].cases == ["c-1"]
    assert len(found.false) == 2


def test_every_cause_is_planted_once_on_a_day_of_its_own() -> None:
    """Five causes, five days; sales and signals of other days are left alone."""
    weeks = simulate(2, Shape(stores_per_region=2), 1)
    before = weeks.orders.copy()
    world = plant(weeks, simulate_signs(weeks, 2), 2)
    days = {each.start.date() for each in world.plants}
    assert len(world.plants) == len(days) == 5
    promoted = {day for each in world.adjustments for day in (each.first, each.last or each.first)}
    changed = {weeks.days[int(n)] for n in np.flatnonzero((before != weeks.orders).any(axis=(0, 2)))}
    assert changed <= days | promoted | {min(promoted) + timedelta(days=1)}
