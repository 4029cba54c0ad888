"""Areas of opportunity: who reaches less than like ones do, each against its own usual."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from daybook.ledger.cases.opportunities import Member, below_like_ones, members_of, step_members

MONDAY = date(2026, 3, 9)
COUNTS = st.integers(0, 10**6)


def test_a_region_is_held_against_what_the_others_reach_of_their_usual() -> None:
    """The others reach 110 and 90 percent, so 100 is like them; at 60 percent of 2,000 it lacks 800."""
    members = [Member("North", 1_200, 2_000), Member("South", 1_100, 1_000), Member("West", 900, 1_000)]
    [north] = below_like_ones(members)
    assert (north.key, north.own, north.like, north.gap) == ("North", 600_000, 1_000_000, 800)


@given(st.lists(st.tuples(COUNTS, COUNTS), max_size=8), st.integers(1, 9))
def test_a_week_that_is_as_bad_for_all_is_nobodys_opportunity(rows: list[tuple[int, int]], part: int) -> None:
    """Where all reach the same part of their usual there is no gap; and no gap is ever below one."""
    same = [Member(str(n), base * part, base * 10) for n, (_, base) in enumerate(rows)]
    assert below_like_ones(same) == []
    mixed = [Member(str(n), actual, base) for n, (actual, base) in enumerate(rows)]
    assert all(one.gap > 0 for one in below_like_ones(mixed))


def test_two_have_nobody_to_be_held_against() -> None:
    """It takes two others."""
    assert below_like_ones([Member("a", 1, 10), Member("b", 9, 10)]) == []


def test_the_usual_week_is_the_median_of_those_before() -> None:
    """Four weeks before are needed; one that sold nothing this week counts with zero."""
    weeks = {MONDAY - timedelta(weeks=n): {"mug": 100 * n, "tea": 7} for n in range(1, 6)}
    weeks[MONDAY] = {"mug": 250}
    weeks[MONDAY - timedelta(weeks=1)].pop("tea")
    weeks[MONDAY - timedelta(weeks=2)].pop("tea")
    assert members_of(weeks, MONDAY) == [Member("mug", 250, 300)]


def test_steps_are_held_against_other_stores() -> None:
    """Of the sessions with a cart, how many came to the checkout."""
    stores = {"a": {"carts": 100, "checkouts": 50}, "b": {"carts": 10}, "c": {"checkouts": 3}}
    assert step_members(stores, ("carts", "checkouts")) == [
        Member("a", 50, 100),
        Member("b", 0, 10),
        Member("c", 3, 0),
    ]
