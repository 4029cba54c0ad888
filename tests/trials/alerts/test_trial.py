"""The alerts' trial on one seed, short, and its own score."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from daybook.ledger.alerts.states import Reason
from daybook.schemas.alerts import Alert, AlertKind, Dimension, Scope
from tests.ledger.alerts.world import firing, rule
from tests.trials.alerts.drive import Fired, Run, default_rules
from tests.trials.alerts.plants import Plant, Planted, Right
from tests.trials.alerts.report import report
from tests.trials.alerts.score import Score, score
from tests.trials.alerts.shops import Shape, Weeks, simulate
from tests.trials.alerts.spread import ONLINE_RETAIL, Spread
from tests.trials.alerts.trial import Result, Trial, run_seed

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
HOURS = timedelta(hours=2)
WANTED = Right(AlertKind.SILENT, Dimension.STORE, "a", "silent")
TILLS = Plant("tills down", NOON + timedelta(minutes=7), NOON + HOURS, WANTED, timedelta(minutes=30))


def test_a_short_trial_finds_what_was_planted() -> None:
    """Every planted cause gives its alert in time, for its reason, and hardly any other comes."""
    result = run_seed(Trial(seed=2024, stores_per_region=120))
    assert [each.plant.name for each in result.score.found if not each.in_time] == []
    assert len(result.score.found) == 4
    assert result.score.wrong_reason == []
    assert len(result.score.false) <= result.score.store_days // 100


@pytest.fixture(scope="module")
def sunday() -> Weeks:
    """A week of a few stores, on the Sunday of which the first sells nothing."""
    weeks = simulate(5, Shape(stores_per_region=4), 1)
    for array in (weeks.orders, weeks.amount, weeks.reversed):
        array[0, -1] = 0
    return weeks


def silent_alerts(weeks: Weeks) -> list[Alert]:
    """The alerts about silence of a run with nothing planted."""
    run = Run(Planted(weeks, [], [], []), default_rules())
    return [each.alert for each in run.course().fired if each.alert.kind is AlertKind.SILENT]


def test_a_closure_that_is_stated_is_no_alert_and_one_that_is_not_is_one(sunday: Weeks) -> None:
    """The same empty Sunday alerts nobody where the stores file says closed, and somebody otherwise."""
    [alert] = silent_alerts(sunday)
    assert (alert.scope.key, alert.reason) == (sunday.stores[0].store_id, Reason.HELD)
    closed = sunday.stores[0].model_validate(
        sunday.stores[0].model_dump() | {"closures": [{"first": sunday.days[-1], "reason": "stocktaking"}]}
    )
    assert silent_alerts(sunday._replace(stores=[closed, *sunday.stores[1:]])) == []


def fired(store: str, minutes: int) -> Fired:
    """A silence that fired so many minutes after noon."""
    scope = Scope(dimension=Dimension.STORE, key=store, store=store)
    alert = firing(of=rule("silent"), scope=scope).model_copy(update={"finding": "silent"})
    return Fired(alert, NOON + timedelta(minutes=minutes))


@pytest.mark.parametrize("minutes, in_time", [(46, True), (61, True), (76, False)])
def test_in_time_is_within_two_evaluations(minutes: int, in_time: bool) -> None:  # noqa: FBT001 - a table
    """Due is the first quarter hour whose window lies in the cause; the evaluation after it still counts."""
    [found] = score([TILLS], [fired("a", minutes)], 100, 1).found
    assert found.in_time is in_time


def result(of: Score, spread: Spread = ONLINE_RETAIL) -> Result:
    """The result of a seed."""
    return Result(1, [spread], of)


def test_the_trial_falls_short_for_each_reason_by_itself() -> None:
    """A late alert, a wrong reason, too many false ones or stores that are too tame: each is enough."""
    good = score([TILLS], [fired("a", 46)], 100, 1)
    other = fired("a", 46)
    wrong = Fired(other.alert.model_copy(update={"finding": "below_usual"}), other.at)
    assert report([result(good)])[1]
    for bad in (
        score([TILLS], [], 100, 1),
        score([TILLS], [wrong], 100, 1),
        score([TILLS], [fired("a", 46), fired("b", 46), fired("c", 46)], 100, 1),
    ):
        assert not report([result(bad)])[1]
    assert not report([result(good, Spread(ONLINE_RETAIL.day - 0.01, ONLINE_RETAIL.quarter))])[1]
    assert np.isfinite(ONLINE_RETAIL).all()
