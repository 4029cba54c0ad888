"""Days as curves over the wall clock."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from daybook.ledger.calendar import QUARTER, business_date
from daybook.ledger.curves import QUARTERS, QuarterAmount, day_curves, sum_of_curves, wall_quarter
from daybook.schemas.stores import DayRule

LONDON = [DayRule(zone="Europe/London")]
BAR = [DayRule(zone="Europe/London", cutoff="04:00")]


def at(text: str) -> int:
    """Epoch seconds of an instant."""
    return int(datetime.fromisoformat(text).timestamp())


def test_quarter_hours_are_counted_from_the_cutoff() -> None:
    """Nine in the morning is the 36th quarter hour of a shop's day and the 20th of a bar's."""
    nine = at("2026-11-24T09:00:00Z")
    assert wall_quarter(nine, date(2026, 11, 24), LONDON) == 36
    assert wall_quarter(nine, date(2026, 11, 24), BAR) == 20


def test_nine_is_nine_when_the_clock_has_changed() -> None:
    """On the Sundays of 23 and 25 hours, nine in the morning has the same place as on any day."""
    for day, instant in (
        (date(2026, 3, 29), "2026-03-29T08:00:00Z"),
        (date(2026, 10, 25), "2026-10-25T09:00:00Z"),
    ):
        assert wall_quarter(at(instant), day, LONDON) == 36


def test_sales_that_a_till_put_on_another_date_stand_at_its_ends() -> None:
    """A till's own date is believed: what fell before it stands at its start, after it at its end."""
    noon = at("2026-11-24T12:00:00Z")
    assert wall_quarter(noon, date(2026, 11, 25), LONDON) == 0
    assert wall_quarter(noon, date(2026, 11, 23), LONDON) == QUARTERS - 1


def test_stores_are_added_up_by_their_own_wall_clocks() -> None:
    """What London and New York sold at their own nine o'clock stands at nine o'clock of both together."""
    day = date(2026, 11, 24)
    london = day_curves([QuarterAmount(day, at("2026-11-24T09:00:00Z"), 100)], LONDON)
    york = day_curves(
        [QuarterAmount(day, at("2026-11-24T14:00:00Z"), 50)], [DayRule(zone="America/New_York")]
    )
    both = sum_of_curves([london, york])[day]
    assert (both.by(36), both.by(37), both.total) == (0, 150, 150)


@given(
    st.lists(
        st.tuples(st.integers(min_value=0, max_value=3_000_000_000), st.integers(-(10**6), 10**6)),
        max_size=50,
    ),
    st.sampled_from(["00:00", "04:00", "23:45"]),
    st.sampled_from(["Europe/London", "America/St_Johns", "Australia/Lord_Howe"]),
)
def test_no_amount_is_lost_between_quarter_hours(
    sales: list[tuple[int, int]], cutoff: str, zone: str
) -> None:
    """In any zone, with any cutoff, a curve is the sum of the quarter hours until then by the wall clock."""
    rules = [DayRule(zone=zone, cutoff=cutoff)]
    amounts = [
        QuarterAmount(
            business_date(datetime.fromtimestamp(second, UTC), rules), second // QUARTER * QUARTER, m
        )
        for second, m in sales
    ]
    curves = day_curves(amounts, rules)
    for day, curve in curves.items():
        own = [amount for amount in amounts if amount.business_date == day]
        assert curve.total == sum(amount for _, _, amount in own)
        by_quarter = Counter[int]()
        for _, second, amount in own:
            by_quarter[wall_quarter(second, day, rules)] += amount
        assert curve.added_up == tuple(accumulate(by_quarter[quarter] for quarter in range(QUARTERS)))
    assert set(curves) == {day for day, _, _ in amounts}
