"""Programmes that go by signals: deals, answers, scores and enquiries, of people, teams and stores."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from daybook.ledger.board_measures import MEASURES
from daybook.ledger.board_rankings import Surroundings
from daybook.ledger.calendar import Calendar
from daybook.ledger.merged import MergedTotals
from daybook.ledger.rewards.awards import earned
from daybook.ledger.rewards.gathering import Gathering
from daybook.ledger.rewards.scores import Entrant
from daybook.ledger.signals.boards import SIGNAL_BOARDS, signal_vector
from daybook.ledger.signals.encoding import SignalBucket
from daybook.ledger.signals.merged import MergedSignals
from daybook.ledger.teams import Staff
from daybook.ledger.yardsticks import Yardsticks
from daybook.schemas.rewards import Programme
from daybook.schemas.staff import StaffEntry, TeamFrom
from daybook.schemas.stores import DayRule, StoreEntry
from tests.ledger.rewards.test_awards import WEEK, programme

BADGE = {"kind": "badge", "label": "well answered"}
AT = datetime(2026, 3, 20, tzinfo=UTC)


def has(**measures: int) -> list[int]:
    """What signals count of somebody in a period."""
    return signal_vector(measures)


def answered(minutes: int, enquiries: int = 1) -> list[int]:
    """So many enquiries, each answered after so many minutes."""
    return has(answer_seconds=60 * minutes * enquiries, enquiries_answered=enquiries)


def given_to(rule: Programme, *entrants: Entrant) -> dict[str, int | None]:
    """Who is given something, with their place."""
    return {award.key: award.place for award in earned(rule, SIGNAL_BOARDS[rule.measure], WEEK, entrants)}


def test_who_closed_most_deals_wins_and_equals_share() -> None:
    """Two who closed five each stand first together; who closed none is given nothing."""
    rule = programme({"how": "ranking", "places": 2}, measure="deals_won")
    entrants = [
        Entrant("kim", has(deals_won=5)),
        Entrant("lee", has(deals_won=2)),
        Entrant("ola", has(deals_won=5)),
        Entrant("sam", has(deals_created=9, deals_lost=9)),
    ]
    assert given_to(rule, *entrants) == {"kim": 1, "ola": 1}
    alone = programme({"how": "ranking", "places": 9}, measure="deals_won")
    assert "sam" not in given_to(alone, *entrants)


def test_of_few_answers_there_is_no_score_to_win_by() -> None:
    """Four of four satisfied do not beat eight of nine; a programme may ask for more answers still."""
    entrants = [
        Entrant("kim", has(csat_answers=4, csat_satisfied=4)),
        Entrant("lee", has(csat_answers=9, csat_satisfied=8)),
        Entrant("ola", has(csat_answers=30, csat_satisfied=24)),
    ]
    assert given_to(programme({"how": "ranking"}, measure="csat"), *entrants) == {"lee": 1}
    rule = programme({"how": "ranking"}, measure="csat", minimum_volume=10)
    assert given_to(rule, *entrants) == {"ola": 1}


def test_the_fastest_answer_wins_and_is_a_goal_of_at_most() -> None:
    """Less is better of minutes to an answer: in a ranking, as a goal, and against the own past."""
    fast, slow = Entrant("fast", answered(10), [answered(12)]), Entrant("slow", answered(31), [answered(62)])
    assert given_to(programme({"how": "ranking"}, measure="answer_minutes"), slow, fast) == {"fast": 1}
    goal = programme({"how": "everyone", "at_most": "30"}, measure="answer_minutes", prize=BADGE)
    assert set(given_to(goal, slow, fast)) == {"fast"}
    half = {"how": "everyone", "at_most": "0.5"}
    better = programme(half, measure="answer_minutes", basis="improvement", prize=BADGE)
    assert set(given_to(better, slow, fast)) == {"slow"}
    most = programme({"how": "ranking"}, measure="answer_minutes", basis="improvement")
    assert given_to(most, slow, fast) == {"slow": 1}


def test_a_streak_of_what_goes_well_ends_with_a_week_of_nothing() -> None:
    """Three weeks without a stock-out are three good weeks; one in which the store was shut is none."""
    good, shut, bad = has(heartbeats=90), has(), has(heartbeats=90, stock_outs=2)
    rule = programme(
        {"how": "streak", "at_most": "1", "periods": 3}, measure="stock_outs", who="store", prize=BADGE
    )
    entrants = [
        Entrant("leeds", good, [good, good]),
        Entrant("york", good, [shut, good]),
        Entrant("hull", good, [good, bad]),
    ]
    assert set(given_to(rule, *entrants)) == {"leeds"}


def test_a_best_of_less_is_the_least() -> None:
    """Faster than in each of five weeks is a personal best; so is more than ever, of what is better so."""
    past = [answered(minutes) for minutes in (20, 15, 40, 30, 30)]
    rule = programme({"how": "best", "of_last": 5}, measure="answer_minutes", prize=BADGE)
    entrants = [Entrant("best", answered(14), past), Entrant("equal", answered(15), past)]
    assert set(given_to(rule, *entrants)) == {"best"}
    won = programme({"how": "best", "of_last": 5}, measure="deals_won", prize=BADGE)
    five = [has(deals_won=number) for number in (3, 1, 2, 2, 1)]
    assert set(given_to(won, Entrant("kim", has(deals_won=4), five))) == {"kim"}


def test_points_come_for_counts_and_for_money_in_major_units() -> None:
    """A point for every deal, and one for every 100 pounds of what was won."""
    deals = programme({"how": "points", "per": "1"}, measure="deals_won")
    value = programme({"how": "points", "per": "100"}, measure="won_value")
    kim = Entrant("kim", has(deals_won=3, won_value=25_999))
    assert [earned(r, SIGNAL_BOARDS[r.measure], WEEK, [kim])[0].quantity for r in (deals, value)] == [3, 2]


@pytest.mark.parametrize("goal", [{}, {"at_least": "1", "at_most": "2"}])
def test_a_goal_is_one_or_the_other(goal: dict[str, str]) -> None:
    """At least or at most: neither, or both, is refused."""
    with pytest.raises(ValidationError, match="either it or at_most"):
        programme({"how": "everyone"} | goal)


WIN_RATES = st.dictionaries(
    st.sampled_from("abcdef"), st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1
)


@given(WIN_RATES, st.integers(1, 6), st.integers(1, 4), st.sampled_from(["win_rate", "days_to_win"]))
def test_nobody_left_out_had_a_better_figure(
    deals: dict[str, tuple[int, int]], minimum: int, places: int, measure: str
) -> None:
    """Of those with the minimum, exactly the best are given something, whichever way is better."""
    rule = programme({"how": "ranking", "places": places}, measure=measure, minimum_volume=minimum)
    entrants = [
        Entrant(key, has(deals_won=won, deals_lost=lost, won_seconds=won * lost * 86_400))
        for key, (won, lost) in deals.items()
    ]
    if measure == "win_rate":
        goodness = {k: Fraction(won, won + lost) for k, (won, lost) in deals.items() if won + lost >= minimum}
    else:
        goodness = {k: Fraction(-lost) for k, (won, lost) in deals.items() if won >= minimum}
    better = {key: sum(other > value for other in goodness.values()) for key, value in goodness.items()}
    expected = {key: count + 1 for key, count in better.items() if count < places}
    assert given_to(rule, *entrants) == expected


MONDAY = WEEK.first
STAFF = Staff(
    [
        StaffEntry(staff_id="kim", home_store="leeds", teams=[TeamFrom(team="red")]),
        StaffEntry(
            staff_id="lee",
            home_store="york",
            teams=[TeamFrom(team="red"), TeamFrom(team="blue", valid_from=MONDAY + timedelta(days=2))],
        ),
    ]
)
CALENDAR = Calendar([StoreEntry(store_id="leeds", days=[DayRule(zone="UTC")])])


def view(*told: tuple[int, str, str, str, dict[str, int]]) -> MergedSignals:
    """Signals of days of the week, by dimension, currency and key."""
    merged = MergedSignals()
    for number, (day, dimension, currency, key, measures) in enumerate(told):
        on = (MONDAY + timedelta(days=day)).isoformat()
        merged.take(SignalBucket(1, number, 1, "sales", on, currency, dimension, {key: (1, measures)}))
    return merged


def gathering(signals: MergedSignals) -> Gathering:
    """What programmes see of them."""
    around = Surroundings(CALENDAR, STAFF, MEASURES, Yardsticks(CALENDAR, STAFF), timedelta(hours=6))
    return Gathering(MergedTotals(), around, signals)


WON = view(
    (0, "staff", "GBP", "kim", {"deals_won": 1, "won_value": 500}),
    (1, "staff", "GBP", "lee", {"deals_won": 2, "won_value": 700}),
    (2, "staff", "EUR", "lee", {"deals_won": 4, "won_value": 900}),
    (2, "staff", "", "lee", {"csat_answers": 6, "csat_satisfied": 6}),
    (7, "staff", "GBP", "kim", {"deals_won": 9}),
    (0, "store", "GBP", "leeds", {"deals_won": 7}),
)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"measure": "deals_won"}, {"kim": 1, "lee": 6}),
        ({"measure": "won_value"}, {"kim": 500, "lee": 700}),
        ({"measure": "won_value", "currency": "EUR"}, {"lee": 900}),
        ({"measure": "deals_won", "who": "team"}, {"red": 3, "blue": 4}),
        ({"measure": "deals_won", "who": "store"}, {"leeds": 7}),
        ({"measure": "deals_won", "stores": ["york"]}, {"lee": 6}),
        ({"measure": "csat"}, {"lee": 1}),
    ],
)
def test_who_takes_part_with_what(more: dict[str, Any], expected: dict[str, int]) -> None:
    """Counts in all currencies, money in the programme's; a team has what its members had while in it."""
    rule = programme({"how": "ranking", "places": 9}, **more)
    seen = gathering(WON)
    found = earned(rule, seen.measure(rule), WEEK, seen.entrants(rule, WEEK, AT))
    assert {award.key: award.value for award in found} == expected


def test_a_period_has_changed_when_one_of_its_signals_has() -> None:
    """Its own days and those of the past it looks at count, and no others; of sales nothing does."""
    signals = view(
        (0, "staff", "GBP", "kim", {"deals_won": 1}), (-7, "staff", "", "lee", {"csat_answers": 1})
    )
    rule = programme({"how": "everyone", "at_least": "1"}, measure="deals_won", prize=BADGE)
    improved = programme(
        {"how": "everyone", "at_least": "1"}, measure="deals_won", basis="improvement", prize=BADGE
    )
    before = [gathering(signals).changes(each, WEEK) for each in (rule, improved)]
    assert before == [1, 2]
    for day in (3, 8):
        on = (MONDAY + timedelta(days=day)).isoformat()
        signals.take(SignalBucket(1, 0, 2, "sales", on, "", "staff", {"kim": (2, {"deals_won": 1})}))
    assert [gathering(signals).changes(each, WEEK) for each in (rule, improved)] == [2, 3]
