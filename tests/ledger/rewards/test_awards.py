"""Who earns what under a programme, and how its ledger stands before and after the return window."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from daybook.ledger import measures as m
from daybook.ledger.leaderboards import MEASURES
from daybook.ledger.periods import Period
from daybook.ledger.rewards.awards import Award, earned
from daybook.ledger.rewards.book import AwardState, balance, is_closed, is_final, settle
from daybook.ledger.rewards.scores import Entrant, by_origin
from daybook.schemas.awards import AwardStatus
from daybook.schemas.rewards import Programme, RewardsFile

WEEK = Period(date(2026, 3, 2), date(2026, 3, 8))


def programme(give: dict[str, Any], **more: Any) -> Programme:
    """A weekly programme of people by net sales."""
    fields: dict[str, Any] = {
        "programme_id": "best-week",
        "title": "Best of the week",
        "who": "staff",
        "period": "week",
        "currency": "GBP",
        "first": "2026-01-01",
        "give": give,
    }
    if give["how"] != "points":
        fields["prize"] = {"kind": "money", "label": "bonus", "amount": 5_000, "budget": 20_000}
    return Programme.model_validate_json(orjson.dumps(fields | more))


def sold(net: int, orders: int = 1, back_here: int = 0, back_by_origin: int = 0) -> tuple[int, ...]:
    """Measures of sales, returns processed in the period, and returns of the period's own sales."""
    vector = [0] * m.WIDTH
    vector[m.GROSS], vector[m.ORDERS], vector[m.REVERSALS] = net, orders, -back_here
    vector[len(m.BASE)] = back_here - back_by_origin
    return by_origin(vector)


def _earned(rule: Programme, *entrants: Entrant) -> dict[str, int]:
    return {award.key: award.quantity for award in earned(rule, MEASURES["net"], WEEK, entrants)}


def test_the_first_places_win_and_equals_share_to_the_cent() -> None:
    """Of three places of 50.00 one goes to the best, and three equals behind share the other two."""
    rule = programme({"how": "ranking", "places": 3})
    entrants = [Entrant(key, sold(net)) for key, net in {"a": 900, "b": 500, "c": 500, "d": 500}.items()]
    assert _earned(rule, *entrants) == {"a": 5_000, "b": 3_334, "c": 3_333, "d": 3_333}


def test_a_budget_is_never_exceeded() -> None:
    """Six who reach a goal of 50.00 each share a budget of 200.00 exactly."""
    rule = programme({"how": "everyone", "at_least": "1"})
    given = _earned(rule, *(Entrant(key, sold(100)) for key in "abcdef"))
    assert sum(given.values()) == 20_000
    assert max(given.values()) - min(given.values()) <= 1


def test_a_goal_is_written_in_major_units() -> None:
    """1.50 pounds are reached with 150 pence and not with 149."""
    rule = programme({"how": "everyone", "at_least": "1.5"})
    assert set(_earned(rule, Entrant("a", sold(149)), Entrant("b", sold(150)))) == {"b"}


def test_a_return_takes_back_where_the_sale_was_made() -> None:
    """A return processed this week of an older sale costs no points; one of this week's sale does."""
    rule = programme({"how": "points", "per": "1"})
    here, origin = Entrant("a", sold(1_000, back_here=300)), Entrant("b", sold(1_000, back_by_origin=300))
    assert _earned(rule, here, origin) == {"a": 10, "b": 7}


def test_attainment_and_improvement_compare_with_the_own_target_and_past() -> None:
    """110 % of the own target, and of the mean of the own past, count, whatever others sell."""
    goal = {"how": "everyone", "at_least": "1.1"}
    small = Entrant("small", sold(110), [sold(90), sold(110)], 100)
    large = Entrant("large", sold(9_000), [sold(9_000)], 9_000)
    nobody = Entrant("new", sold(500))
    for basis in ("attainment", "improvement"):
        assert set(_earned(programme(goal, basis=basis), small, large, nobody)) == {"small"}


def test_a_streak_is_rewarded_when_it_is_complete() -> None:
    """Three weeks in a row complete a streak of three; two, a week below, or one counted twice do not."""
    rule = programme({"how": "streak", "at_least": "1", "periods": 3})
    good, bad = sold(100), sold(99)
    entrants = [
        Entrant("three", good, [good, good, bad]),
        Entrant("two", good, [good, bad, good]),
        Entrant("four", good, [good, good, good, bad], awarded_ago=1),
        Entrant("six", good, [good] * 5, awarded_ago=3),
        Entrant("broken", bad, [good, good, good]),
    ]
    assert set(_earned(rule, *entrants)) == {"three", "six"}


def test_below_the_minimum_volume_nothing_is_won() -> None:
    """One large order does not win where ten are asked for."""
    rule = programme({"how": "ranking"}, minimum_orders=10)
    assert set(_earned(rule, Entrant("lucky", sold(10_000, 1)), Entrant("steady", sold(900, 10)))) == {
        "steady"
    }


def test_a_period_outside_the_programme_is_refused() -> None:
    """Nobody earns anything before a programme begins."""
    with pytest.raises(ValueError, match="does not hold"):
        _earned(programme({"how": "ranking"}, first="2027-01-01"))


def _ledger(rule: Programme, *steps: tuple[dict[str, int], bool]) -> dict[str, AwardState]:
    """The ledger after each step's sales were looked at, final or not."""
    states: dict[str, AwardState] = {}
    settled = False
    for nets, final in steps:
        entrants = [Entrant(key, sold(net)) for key, net in nets.items()]
        now = earned(rule, MEASURES["net"], WEEK, entrants)
        for state in settle(rule, states, now, final=final, settled=settled):
            states[state.award.award_id] = state
        settled = settled or final
    return states


def test_a_prize_is_pending_then_confirmed_and_stays() -> None:
    """While returns may come the award moves; when the window is over it stays with whom it is confirmed."""
    rule = programme({"how": "ranking"})
    states = _ledger(
        rule, ({"a": 900, "b": 800}, False), ({"a": 700, "b": 800}, True), ({"a": 900, "b": 1}, True)
    )
    assert {s.award.key: s.status for s in states.values()} == {
        "a": AwardStatus.WITHDRAWN,
        "b": AwardStatus.CONFIRMED,
    }


def test_confirmed_points_are_corrected_by_what_comes_later() -> None:
    """A return after the window takes its points back, a late sale adds some, and the reason says so."""
    rule = programme({"how": "points", "per": "1"})
    states = _ledger(rule, ({"a": 1_000}, True), ({"a": 400}, True), ({"a": 400, "b": 200}, True))
    by_key = {state.award.key: state for state in states.values()}
    assert (by_key["a"].award.quantity, by_key["a"].confirmed) == (4, 10)
    assert by_key["a"].reason == "corrected by -6 since it was confirmed"
    assert balance(states.values(), "b") == (2, 0)


@given(
    st.lists(st.dictionaries(st.sampled_from("abc"), st.integers(0, 2_000)), min_size=1, max_size=6),
    st.integers(0, 5),
    st.sampled_from([{"how": "ranking", "places": 2}, {"how": "points", "per": "1"}]),
)
def test_looking_again_changes_nothing(
    weeks: list[dict[str, int]], final_from: int, give: dict[str, Any]
) -> None:
    """However often the same sales are looked at, after a crash or a replay, the ledger is the same."""
    rule = programme(give)
    steps = [(nets, number >= final_from) for number, nets in enumerate(weeks)]
    twice = [step for step in steps for _ in range(2)]
    assert _ledger(rule, *steps) == _ledger(rule, *twice)


def test_the_window_is_over_after_its_last_day() -> None:
    """Fourteen days after the week's end awards are still pending, and on the fifteenth they are not."""
    rule = programme({"how": "ranking"})
    assert not is_final(rule, WEEK, date(2026, 3, 22))
    assert is_final(rule, WEEK, date(2026, 3, 23))


def test_a_personal_best_needs_a_past() -> None:
    """More than in any of five weeks is a best; as much, or more than in four, is none."""
    rule = programme({"how": "best", "of_last": 6}, prize={"kind": "badge", "label": "personal best"})
    past = [sold(n) for n in (10, 20, 5, 5, 5)]
    entrants = [
        Entrant("best", sold(21), past),
        Entrant("equal", sold(20), past),
        Entrant("new", sold(99), past[:4]),
        Entrant("away", sold(99), [*past[:4], sold(0, 0)]),
        Entrant("long ago", sold(21), [*past, sold(1), sold(900)]),
    ]
    assert set(_earned(rule, *entrants)) == {"best", "long ago"}


def test_points_are_corrected_for_thirty_days_more() -> None:
    """A prize is done with when it is confirmed; points are a month later."""
    prize, points = programme({"how": "ranking"}), programme({"how": "points", "per": "1"})
    after = date(2026, 3, 23)
    assert is_closed(prize, WEEK, after)
    assert not is_closed(points, WEEK, date(2026, 4, 21))
    assert is_closed(points, WEEK, date(2026, 4, 22))


@pytest.mark.parametrize(
    "change",
    [
        {"prize": None},
        {"prize": {"kind": "praise", "label": "well done", "amount": 5, "budget": 5}},
        {"prize": {"kind": "money", "label": "bonus"}},
        {"last": "2025-01-01"},
    ],
)
def test_a_programme_that_makes_no_sense_is_refused(change: dict[str, Any]) -> None:
    """A prize without a budget, praise that costs, a programme that ends before it begins."""
    with pytest.raises(ValidationError):
        programme({"how": "ranking"}, **change)


def test_two_programmes_of_one_name_are_refused() -> None:
    """Awards are named after their programme, so its name is used once."""
    one = programme({"how": "ranking"})
    with pytest.raises(ValidationError):
        RewardsFile(programmes=[one, one])


def test_awards_have_the_same_name_whenever_they_are_worked_out() -> None:
    """An award's id hangs on programme, period and who, and on nothing else."""
    rule = programme({"how": "ranking"})

    def only(net: int) -> Award:
        return earned(rule, MEASURES["net"], WEEK, [Entrant("a", sold(net))])[0]

    assert only(5).award_id == only(50).award_id
