"""Typical days, the projected close and its band."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybook.ledger.history import FEWEST, LIKE_DAYS
from daybook.ledger.projection import (
    chance,
    misses,
    project,
    projected_close,
    residuals,
    typical_day,
)
from daybook.ledger.quantiles import PPM, median, quantile
from tests.ledger.curves import MONDAY, mondays

HALF_BY_NOON = {40: 500, 60: 500}
HOUR = 3600


def test_a_close_is_what_is_there_and_what_is_usually_still_to_come() -> None:
    """700 by noon, where usually half of 1,000 is still to come, closes at 1,200."""
    typical = typical_day(mondays([HALF_BY_NOON] * LIKE_DAYS).like_days(MONDAY))
    assert typical is not None
    assert typical.share(12 * HOUR) == PPM // 2
    assert projected_close(700, typical.share(12 * HOUR), typical.total) == 1_200


def test_too_few_like_days_take_the_shape_of_others() -> None:
    """A new store has its own total, but its region's curve, until it has four like days."""
    region = mondays([{30: 100}] * LIKE_DAYS).like_days(MONDAY)
    few = mondays([HALF_BY_NOON] * (FEWEST - 1)).like_days(MONDAY)
    enough = mondays([HALF_BY_NOON] * FEWEST).like_days(MONDAY)
    new, grown = typical_day(few, region), typical_day(enough, region)
    assert new is not None
    assert grown is not None
    assert (new.total, new.share(12 * HOUR)) == (1_000, PPM)
    assert (grown.total, grown.share(12 * HOUR)) == (1_000, PPM // 2)
    assert typical_day([], region) is None


def test_the_band_is_made_of_past_misses() -> None:
    """Ten misses from -500 to +400 per thousand bound the close by the first and the ninth of them."""
    past = [PPM * miss // 10 for miss in range(-5, 5)]
    seen = project(500, PPM // 2, 1_000, past)
    assert (seen.expected, seen.close, seen.low, seen.high) == (500, 1_000, 500, 1_300)
    assert chance(seen.close, 1_000, 1_000, past) == PPM // 2
    assert project(500, PPM // 2, 1_000, []) == (500, 500, 1_000, None, None)
    assert chance(1_000, 1_000, 1_000, []) is None


def test_within_a_quarter_hour_a_share_rises_evenly() -> None:
    """A third into a quarter hour that usually makes half of the day, a sixth of the day is expected."""
    typical = typical_day(mondays([HALF_BY_NOON] * LIKE_DAYS).like_days(MONDAY))
    assert typical is not None
    assert typical.share(10 * HOUR + 300) == 166_667
    assert (typical.share(-1), typical.share(30 * HOUR)) == (0, PPM)


def test_residuals_know_only_what_was_known_on_their_day() -> None:
    """A day's miss is taken against the days before it: the first four weeks have none, a jump shows once."""
    steady = [HALF_BY_NOON] * 6
    history = mondays([*steady, {40: 500, 60: 1_500}])
    assert residuals(misses(history, MONDAY, 48)) == [0, 0, PPM]
    assert residuals(misses(history, MONDAY - timedelta(weeks=1), 48)) == [0, 0]


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=8), st.integers(0, 96), st.integers(0, 10**9))
def test_a_close_is_never_below_what_was_sold(totals: list[int], quarter: int, actual: int) -> None:
    """Where all sales are positive the projection only adds to them, and at the day's end adds nothing."""
    typical = typical_day(
        list(mondays([{40: total // 2, 50: total - total // 2} for total in totals]).values())
    )
    assert typical is not None
    assert projected_close(actual, typical.shares[quarter], typical.total) >= actual
    assert projected_close(actual, typical.shares[96], typical.total) == actual


@given(st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=60), st.integers(1, PPM))
def test_a_quantile_leaves_its_part_below(values: list[int], part: int) -> None:
    """At least that part of the values is at or below the quantile, and less than it strictly below."""
    found = quantile(sorted(values), part)
    assert sum(value <= found for value in values) * PPM >= part * len(values)
    assert sum(value < found for value in values) * PPM < part * len(values)


def test_no_values_have_no_median() -> None:
    """Nobody is told 0 where nothing is known."""
    with pytest.raises(ValueError, match="no values"):
        median([])
