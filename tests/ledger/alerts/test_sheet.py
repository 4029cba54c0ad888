"""What is usual, and how far silences go, by arrays of all stores at once."""

from __future__ import annotations

from datetime import date, timedelta
from statistics import median

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from daybook.ledger import measures as m
from daybook.ledger.alerts.evaluate import evaluate
from daybook.ledger.alerts.findings import Answer
from daybook.ledger.alerts.gaps import longest_usual, order_days, silences
from daybook.ledger.alerts.robust import medians, quantiles
from daybook.ledger.alerts.sheet import NET, ORDERS, Row, Sheet
from daybook.ledger.alerts.windows import Moment, Parts, by_course, parts, together, usual
from daybook.ledger.quantiles import quantile
from daybook.schemas.rounding import divide
from tests.ledger.alerts.world import NOON, rule, selling_less

TODAY = date(2026, 3, 10)
A, B = Row("a", "GBP"), Row("b", "GBP")
VALUES = st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=12)


def sold(net: int, orders: int = 1) -> list[int]:
    """A vector of stored measures."""
    vector = [0] * m.WIDTH
    vector[m.GROSS], vector[m.ORDERS] = net, orders
    return vector


def sheet(rows: tuple[Row, ...] = (A,), amount: int = 100, days: int = 56) -> Sheet:
    """Stores that sold the same in each quarter hour from nine to six on so many days before today."""
    made = Sheet()
    for row in rows:
        for back in range(1, days + 1):
            for quarter in range(36, 72):
                made.put(row, TODAY - timedelta(days=back), quarter, sold(amount))
    return made


def moment(of: Sheet, quarters: int) -> Moment:
    """All rows at a quarter hour of today."""
    today = np.full(len(of.rows), TODAY.toordinal())
    ones = np.full(len(of.rows), 1_000_000)
    return Moment(today, np.full(len(of.rows), quarters), ones, of.past(today))


@given(VALUES, st.integers(0, 1_000_000))
def test_medians_and_quantiles_are_those_of_the_projection(values: list[int], part: int) -> None:
    """Arrays give the same exact values as the plain rules, whatever is not there beside them."""
    padded = np.array([[*values, 7, 7]])
    there = np.array([[True] * len(values) + [False, False]])
    ordered = sorted(values)
    middle = len(values) // 2
    exact = ordered[middle] if len(values) % 2 else divide(ordered[middle - 1] + ordered[middle], 2)
    assert medians(padded, there)[0].tolist() == [exact]
    assert medians(padded, there)[1].tolist() == [len(values)]
    assert abs(exact - median(values)) <= 0.5
    assert quantiles(padded, there, part).tolist() == [quantile(ordered, part)]


def test_what_is_told_again_replaces_what_was_known() -> None:
    """A quarter hour told twice counts once, and told differently counts as told last, in any order."""
    made = Sheet()
    for net in (500, 500, 300):
        made.put(A, TODAY, 40, sold(net))
    made.put(A, TODAY, 38, sold(20))
    today = np.array([TODAY.toordinal()])
    assert made.of_day(today, NET)[0, [38, 39, 40, 41, 96]].tolist() == [0, 20, 20, 320, 320]
    assert made.of_day(today, ORDERS)[0, 96] == 2


def test_a_day_makes_room_and_older_ones_are_passed_over() -> None:
    """Sixty days on the place of a day is another's; what still comes for the old one changes nothing."""
    made = Sheet()
    made.put(A, TODAY - timedelta(days=60), 40, sold(900))
    made.put(A, TODAY, 40, sold(100))
    made.put(A, TODAY - timedelta(days=60), 41, sold(50))
    assert made.of_day(np.array([TODAY.toordinal()]), NET)[0, 96] == 100
    assert made.past(np.array([TODAY.toordinal()])).curves[NET].sum() == 0


def test_usual_is_the_median_of_like_days() -> None:
    """The window of today stands beside the median of the same weekday's; its spread beside all days'."""
    made = sheet()
    made.put(A, TODAY - timedelta(days=7), 40, sold(100_000))
    made.put(A, TODAY, 40, sold(60))
    now = moment(made, 44)
    found = parts(made, now, NET, np.array([40]), np.array([44]))
    stated = usual(found)
    assert (found.actual.tolist(), stated.amount.tolist(), stated.like_days.tolist()) == ([60], [400], [8])
    assert stated.spread.tolist() == [0]


def test_before_the_first_sale_nothing_is_usual() -> None:
    """An installation without any row is asked as well, from its first minute on."""
    none, days = np.zeros(0, np.int64), np.zeros((0, 56), np.int64)
    found = usual(Parts(none, days, days.astype(np.bool_)))
    assert [len(part) for part in found] == [0, 0, 0]


def test_an_expected_factor_lifts_what_is_usual() -> None:
    """Where half as much again is expected, the usual of today is half as much again."""
    made = sheet()
    now = moment(made, 44)._replace(factors=np.array([1_500_000]))
    stated = usual(parts(made, now, NET, np.array([40]), np.array([44])))
    assert stated.amount.tolist() == [600]


def test_several_stores_as_one() -> None:
    """Stores are added up; a day that one lacks is taken to have been usual there; a new one is left out."""
    made = sheet((A, B))
    made.put(Row("new", "GBP"), TODAY, 40, sold(5_000))
    made.put(B, TODAY - timedelta(days=7), 36, sold(100), ordinary=False)
    now = moment(made, 44)
    first, last = np.full(3, 40), np.full(3, 44)
    of = together(parts(made, now, NET, first, last), np.arange(3))
    assert of.actual.tolist() == [0]
    assert usual(of).amount.tolist() == [800]


def test_a_silence_is_told_in_orders_of_like_days() -> None:
    """From the last quarter hour with an order on; an hour without any at night misses nothing."""
    made = sheet()
    made.put(A, TODAY, 40, sold(100))
    today = np.array([TODAY.toordinal()])
    days = order_days(made.past(today))
    at_noon = silences(made.of_day(today, ORDERS), np.array([48]), days.curve)
    assert (at_noon.quarters.tolist(), at_noon.seconds.tolist()) == ([7], [6_300])
    # Five orders are taken for given: one of five so far is not a slow day by much.
    assert at_noon.orders.tolist() == [7 * 1_000_000 * 600_000 // 1_000_000]
    assert silences(made.of_day(today, ORDERS), np.array([96]), days.curve).orders[0] == 31 * 600_000
    assert longest_usual(days).tolist() == [0]


def test_an_outage_last_month_is_no_usual_silence() -> None:
    """One day of 56 with a long silence does not make it usual; four do."""
    made = sheet()
    for back, expected in ((9, 0), (10, 0), (11, 10), (12, 10)):
        for quarter in range(40, 50):
            made.put(A, TODAY - timedelta(days=back), quarter, sold(0, 0))
        days = order_days(made.past(np.array([TODAY.toordinal()])))
        assert bool(longest_usual(days)[0] > 4_000_000) is bool(expected)


def test_a_day_is_held_against_its_own_beginning() -> None:
    """Days sell from half to twice as much throughout: a noon of today's own size is just as expected."""
    made = Sheet()
    for back in range(1, 57):
        for quarter in range(36, 72):
            made.put(A, TODAY - timedelta(days=back), quarter, sold(50 + 5 * (back * 7 % 31)))
    for quarter in range(36, 48):
        made.put(A, TODAY, quarter, sold(150))
    at = moment(made, 48)
    begun, noon = (
        parts(made, at, NET, np.array([first]), np.array([last])) for first, last in ((0, 44), (44, 48))
    )
    alone, known = usual(noon), by_course(noon, begun)
    assert abs(known.amount[0] - 600) <= 1
    assert known.spread[0] <= 1 < alone.spread[0]
    assert abs(alone.amount[0] - 600) > 50


def test_a_drop_within_the_day_is_beyond_chance_by_the_days_own_course() -> None:
    """A fall of a quarter is chance where days stray by a fifth, unless the day itself says otherwise."""
    facts = selling_less(25)._replace(spread=2_000)
    wanted = rule("recent", drop_percent=18, clears_at_drop_percent=10)
    answers = [
        evaluate(wanted, facts._replace(course=course), NOON).answer
        for course in (None, (10_000, 300), (7_500, 300))
    ]
    assert answers == [Answer.CLEAR, Answer.FOUND, Answer.BETWEEN]
