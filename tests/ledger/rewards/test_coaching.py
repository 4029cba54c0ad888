"""Who is behind their own past or target, for how long and in what."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from daybook.ledger import measures as m
from daybook.ledger.rewards.coaching import LONGEST, behind
from daybook.schemas.coaching import Behind

MONDAY = date(2026, 3, 2)


def week(net: int, orders: int = 10, discounts: int = 0, returned: int = 0) -> tuple[int, ...]:
    """A week's stored measures; ``returned`` are returns, made later, of what was sold in it."""
    vector = [0] * m.WIDTH
    vector[m.GROSS], vector[m.DISCOUNTS] = net - discounts, discounts
    vector[m.ORDERS], vector[m.UNITS] = orders, orders
    vector[len(m.BASE)] = -returned
    return tuple(vector)


def look(weeks: list[tuple[int, ...]], *targets: int | None) -> Behind | None:
    """As of the last of some weeks, newest first."""
    return behind(weeks, list(targets), MONDAY)


def test_a_week_below_nine_tenths_of_the_usual_is_behind() -> None:
    """900 of a usual 1,000 is not behind, 899 is; one great week does not move the median."""
    past = [week(1_000)] * 7 + [week(90_000)]
    assert look([week(900), *past]) is None
    found = look([week(899), *past])
    assert found is not None
    assert (found.actual, found.usual, found.weeks) == (899, 1_000, 1)


def test_it_says_for_how_long() -> None:
    """Three weeks in a row, each against the eight before it; six are as far as it looks."""
    three = look([week(500), week(500), week(500), *[week(1_000)] * 9])
    assert three is not None
    assert three.weeks == 3
    falling = [week(1_000 * 2**number) for number in range(14)]
    long = look(falling)
    assert long is not None
    assert long.weeks == LONGEST


def test_who_is_new_or_was_away_is_not_behind() -> None:
    """With three weeks nobody has a usual; a week in which nothing was sold is a holiday, not a weakness."""
    assert look([week(1), *[week(1_000)] * 3]) is None
    assert look([week(0, 0), *[week(1_000)] * 8]) is None


def test_a_target_counts_where_there_is_no_usual() -> None:
    """Who is new is held against the own target alone; at nine tenths of it they are not behind."""
    found = look([week(899), week(950)], 1_000, None)
    assert found is not None
    assert (found.target, found.usual, found.weeks) == (1_000, None, 1)
    assert found.orders == found.basket == found.discounts == found.returns == 0
    assert look([week(900), week(950)], 1_000, None) is None


def test_a_return_counts_in_the_week_of_its_sale() -> None:
    """What was sold and came back weeks later was not sold: the week it was sold in is behind, by returns."""
    found = look([week(1_000, returned=400), *[week(1_000)] * 8])
    assert found is not None
    assert (found.actual, found.returns, found.orders) == (600, -400, 0)


@given(
    st.lists(
        st.builds(
            week, st.integers(1, 50_000), st.integers(1, 90), st.integers(-900, 0), st.integers(0, 300)
        ),
        min_size=5,
        max_size=14,
    )
)
def test_what_made_the_difference_adds_up(weeks: list[tuple[int, ...]]) -> None:
    """Orders, basket, discounts and returns together are what is missing to the usual, to the minor unit."""
    found = look(weeks)
    if found is not None and found.usual is not None:
        parts = found.orders + found.basket + found.discounts + found.returns
        assert parts == found.actual - found.usual
