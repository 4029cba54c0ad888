"""What a report points out, and what it keeps silent about because it cannot know."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybook.ledger.periods import Period, iso_week
from daybook.ledger.standouts import (
    MOVERS,
    against_before,
    against_target,
    against_usual,
    movers,
    record,
    reversals,
    telling,
)

DAY = date(2026, 11, 24)
WEEKS = [DAY - timedelta(weeks=back) for back in range(1, 12)]
ONE = Period(DAY, DAY)


def like(amounts: list[int], today: int) -> dict[date, int]:
    """Net sales of the last Tuesdays, newest first, and of today."""
    return {DAY: today, **dict(zip(WEEKS, amounts, strict=False))}


@pytest.mark.parametrize("today, weight", [(79, 21), (80, None), (100, None), (120, None), (121, 21)])
def test_a_day_stands_out_only_outside_of_all_its_like_days(today: int, weight: int | None) -> None:
    """Within what the like days brought, ends included, there is nothing to say."""
    found = against_usual("store", "leeds", like([80, 100, 120, 90, 110], today), DAY)
    assert (found.weight if found else None) == weight
    if found is not None:
        assert (found.low, found.high, found.against, found.days) == (80, 120, 100, 5)


def test_three_like_days_are_too_few_to_say_anything() -> None:
    """And days without sales, later days and other weekdays are none."""
    days = like([80, 100, 120, 0, -5], 10_000) | {DAY + timedelta(weeks=1): 5, DAY - timedelta(days=1): 7}
    assert against_usual("store", "leeds", days, DAY) is None


def test_only_the_last_eight_like_days_count() -> None:
    """A better day of long ago does not keep today from standing out."""
    found = against_usual("all", "", like([100] * 8 + [900], 200), DAY)
    assert found is not None
    assert found.high == 100


@pytest.mark.parametrize("value, change", [(109, None), (110, 10), (90, 10), (91, None)])
def test_a_period_stands_out_from_a_tenth_on(value: int, change: int | None) -> None:
    """Against the same days 364 days before, to the minor unit."""
    days = {DAY: value, DAY - timedelta(days=364): 100}
    found = against_before("last_year", "all", "", days, ONE)
    assert (found.weight if found else None) == change


def test_a_part_of_a_period_is_not_held_against_the_whole() -> None:
    """A day without a like day a week before ends the comparison; a day without sales now is left out."""
    week = iso_week(DAY)
    days = {week.first + timedelta(days=n): 200 for n in range(7)}
    before = {day - timedelta(weeks=1): 100 for day in days}
    whole = against_before("last_week", "all", "", days | before, week)
    assert whole is not None
    assert (whole.value, whole.against, whole.days) == (1400, 700, 7)
    missing = {
        day: amount for day, amount in (days | before).items() if day != week.first - timedelta(weeks=1)
    }
    assert against_before("last_week", "all", "", missing, week) is None
    running = {day: amount for day, amount in (days | before).items() if day != week.last}
    part = against_before("last_week", "all", "", running, week)
    assert part is not None
    assert (part.value, part.against) == (1200, 600)


def test_a_record_needs_a_past_and_a_day_that_beats_all_of_it() -> None:
    """With 27 days before it there is no record; a tie with an earlier day is none either."""
    past = {DAY - timedelta(days=back): 100 for back in range(1, 29)}
    found = record("store", "leeds", past | {DAY: 101}, ONE)
    assert found is not None
    assert (found.value, found.against, found.days, found.since) == (101, 100, 29, DAY - timedelta(days=28))
    assert record("store", "leeds", past | {DAY: 100}, ONE) is None
    short = {day: amount for day, amount in past.items() if day != DAY - timedelta(days=28)}
    assert record("store", "leeds", short | {DAY: 101}, ONE) is None


def test_movers_are_those_that_moved_the_whole_most() -> None:
    """At most three each way, biggest first; whoever moved it by less than a fiftieth is not named."""
    before = {"a": 100, "b": 500, "c": 300, "d": 100}
    now = {"a": 300, "b": 200, "c": 301, "new": 150}
    found = movers("product", now, before, 1000)
    assert [(each.key, each.value - each.against) for each in found] == [
        ("a", 200),
        ("new", 150),
        ("b", -300),
        ("d", -100),
    ]
    assert movers("product", now, before, 0) == []


@given(
    st.dictionaries(st.sampled_from("abcdefgh"), st.integers(-1000, 1000)),
    st.dictionaries(st.sampled_from("abcdefgh"), st.integers(-1000, 1000)),
)
def test_movers_say_nothing_that_is_not_so(now: dict[str, int], before: dict[str, int]) -> None:
    """Each is told with its own two figures, once, and no more than six of them."""
    found = movers("store", now, before, 500)
    assert len(found) <= 2 * MOVERS
    assert len({each.key for each in found}) == len(found)
    for each in found:
        assert (each.value, each.against) == (now.get(each.key, 0), before.get(each.key, 0))
        assert each.weight == abs(each.value - each.against) >= 10


@pytest.mark.parametrize("target, weight", [(None, None), (0, None), (120, 20), (70, 30)])
def test_a_target_is_told_if_there_is_one(target: int | None, weight: int | None) -> None:
    """Reached or missed, with the amount between."""
    found = against_target("store", "leeds", 100, target)
    assert (found.weight if found else None) == weight


def test_reversals_stand_out_at_more_than_twice_their_usual_part() -> None:
    """Beside 1 % usually, 2 % is nothing yet; fewer than 28 days before say nothing."""
    usual = [(-10, 1000)] * 28
    assert reversals("all", "", -20, 1000, usual) is None
    found = reversals("all", "", -50, 1000, usual)
    assert found is not None
    assert (found.value, found.against, found.weight) == (50_000, 10_000, 40)
    assert reversals("all", "", -50, 1000, usual[1:]) is None
    assert reversals("all", "", -19, 1000, [(0, 1000)] * 28) is None


def test_what_is_about_most_money_is_told_first() -> None:
    """And rules that had nothing to say leave no gap."""
    first = against_target("store", "a", 100, 500)
    second = against_target("store", "b", 100, 120)
    assert telling([None, second, None, first], 5) == [first, second]
    assert telling([second, first], 1) == [first]
