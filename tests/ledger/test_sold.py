"""Amounts kept up to date: the same as if all were read anew."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from daybook.ledger.calendar import Calendar
from daybook.ledger.curves import QuarterAmount, day_curves
from daybook.ledger.sold import SoldByQuarter
from daybook.schemas.stores import DayRule, StoreEntry

STORE = StoreEntry(store_id="leeds", days=[DayRule(zone="Europe/London")])
CALENDAR = Calendar([STORE])
KEY = ("leeds", "GBP")
DAY = date(2026, 11, 23)
START = int(datetime(2026, 11, 23, tzinfo=UTC).timestamp())
EVER = START + 10**9


def at(day: int, quarter: int, amount: int) -> QuarterAmount:
    """An amount on one of some days."""
    return QuarterAmount(DAY + timedelta(days=day), START + 86_400 * day + 900 * quarter, amount)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 95), st.integers(-500, 500)), max_size=40), st.data()
)
def test_a_history_kept_up_equals_one_made_at_once(
    told: list[tuple[int, int, int]], data: st.DataObject
) -> None:
    """However often it is asked in between, the newest state of every quarter hour counts once."""
    sold, newest = SoldByQuarter(CALENDAR), {}
    for entry in told:
        amount = at(*entry)
        sold.put(KEY, amount)
        newest[amount.business_date, amount.quarter] = amount
        if data.draw(st.booleans()):
            sold.history(KEY, EVER)
    assert dict(sold.history(KEY, EVER)) == day_curves(newest.values(), STORE.days)


def test_what_is_yet_to_come_counts_when_its_time_has_come() -> None:
    """A quarter hour after the instant is left out, and is in when asked again later."""
    sold = SoldByQuarter(CALENDAR)
    sold.put(KEY, at(0, 40, 100))
    sold.put(KEY, at(0, 60, 7))
    assert sold.history(KEY, START + 50 * 900)[DAY].total == 100
    assert sold.history(KEY, START + 60 * 900)[DAY].total == 107


def test_old_days_are_let_go() -> None:
    """What lies before a date is forgotten, in the history too."""
    sold = SoldByQuarter(CALENDAR)
    for day in range(3):
        sold.put(KEY, at(day, 40, 100))
    sold.history(KEY, EVER)
    sold.forget_before(DAY + timedelta(days=2))
    assert set(sold.history(KEY, EVER)) == {DAY + timedelta(days=2)}
