"""What is wrong with a rewards file that has the right form, and which periods a programme is looked at."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
import pytest

from daybook.ledger.board_measures import MEASURES
from daybook.ledger.calendar import Calendar
from daybook.ledger.rewards.checking import Known, problems
from daybook.ledger.rewards.spans import days_needed, moment, periods_before, periods_of
from daybook.schemas.rewards import RewardsFile
from daybook.schemas.stores import DayRule, StoreEntry
from tests.ledger.rewards.test_awards import programme

EVERYTHING = Known(
    measures=set(MEASURES), teams=True, stores={"leeds"}, receivers={"phone"}, targets={"staff"}, days=100
)
GOAL = {"how": "everyone", "at_least": "1"}
AT_MOST = {"how": "everyone", "at_most": "1"}


def found(known: Known = EVERYTHING, give: dict[str, Any] | None = None, **more: Any) -> list[str]:
    """What is wrong with a file of one programme."""
    return problems(RewardsFile(programmes=[programme(give or GOAL, **more)]), known)


@pytest.mark.parametrize(
    ("more", "known", "said"),
    [
        ({"measure": "smiles"}, EVERYTHING, "there is no measure smiles"),
        (
            {"who": "team"},
            EVERYTHING._replace(teams=False),
            "the staff file (DAYBOOK_STAFF_FILE) puts nobody",
        ),
        ({"basis": "attainment", "who": "store"}, EVERYTHING, "no store has a target"),
        (
            {"measure": "stock_outs", "give": {"how": "ranking"}},
            EVERYTHING,
            "stock_outs is counted of stores and of no person",
        ),
        ({"measure": "answer_minutes"}, EVERYTHING, "of answer_minutes less is better: say at_most"),
        ({"measure": "csat", "give": AT_MOST}, EVERYTHING, "of csat more is better: say at_least"),
        ({"give": AT_MOST}, EVERYTHING, "of net more is better: say at_least"),
        (
            {"measure": "deals_lost", "give": {"how": "points", "per": "1"}, "period": "day"},
            EVERYTHING,
            "points are given for more",
        ),
        ({"measure": "csat", "minimum_orders": 5}, EVERYTHING, "for csat say minimum_volume"),
        ({"minimum_volume": 5}, EVERYTHING, "for net say minimum_orders"),
        ({"stores": ["leeds", "hull"]}, EVERYTHING, "there is no store hull"),
        ({"tell": ["desk"]}, EVERYTHING, "there is no receiver desk"),
        (
            {"give": {"how": "best", "of_last": 20}},
            EVERYTHING,
            "it looks 163 days back; set DAYBOOK_WATCH_DAYS",
        ),
    ],
)
def test_what_there_is_not_is_named(more: dict[str, Any], known: Known, said: str) -> None:
    """Each problem in a sentence that says which programme, and what to do."""
    rest = {key: value for key, value in more.items() if key != "give"}
    [problem] = found(known, more.get("give"), **rest)
    assert problem.startswith("programme best-week: ")
    assert said in problem


def test_what_is_not_known_is_not_checked() -> None:
    """Without rules, targets and stores files nothing is said of them; a whole file has no problem."""
    unknown = Known(measures=MEASURES, teams=False)
    assert found(unknown, basis="attainment", stores=["hull"], tell=["desk"]) == []
    assert found() == []


def test_of_its_own_measure_a_business_knows_which_way_is_better() -> None:
    """A share of discounts may be asked to be small; a name of its own that a signal has, too, is its own."""
    known = EVERYTHING._replace(measures={*MEASURES, "discount_share", "deals_lost"})
    assert found(known, AT_MOST, measure="discount_share") == []
    assert found(known, measure="deals_lost", minimum_orders=5) == []
    assert found(known, measure="win_rate", minimum_volume=5) == []


def test_recognition_by_hand_names_receivers_too() -> None:
    """One that there is not is said."""
    file = RewardsFile.model_validate_json(orjson.dumps({"programmes": [], "by_hand": {"tell": ["desk"]}}))
    assert problems(file, EVERYTHING) == ["by_hand: there is no receiver desk"]


def test_a_programme_has_the_periods_that_have_begun() -> None:
    """From that in which it begins to that in which its last day lies, and none ahead of today."""
    rule = programme(GOAL, first="2026-03-04", last="2026-03-16")
    weeks = [period.first.day for period in periods_of(rule, date(2026, 4, 30))]
    assert weeks == [2, 9, 16]
    assert [period.first.day for period in periods_of(rule, date(2026, 3, 12))] == [2, 9]


def test_a_rule_reaches_as_far_back_as_it_says() -> None:
    """A streak of five days looks at four before; points need the days for which they are corrected."""
    streak = programme({"how": "streak", "at_least": "1", "periods": 5}, period="day")
    before = periods_before(streak, next(periods_of(streak, date(2026, 1, 1))))
    assert [period.first for period in before] == [date(2025, 12, 31) - timedelta(days=n) for n in range(4)]
    assert days_needed(streak) == 5 + 14 + 2
    assert days_needed(programme({"how": "points", "per": "1"}, period="day")) == 1 + 14 + 30 + 2


def test_a_day_is_over_when_the_last_store_has_closed_it() -> None:
    """At seven UTC, with six hours of grace, the ninth is closed in Tokyo and London, not in Los Angeles."""
    calendar = Calendar(
        [
            StoreEntry(store_id=zone, days=[DayRule(zone=zone)])
            for zone in ("Asia/Tokyo", "Europe/London", "America/Los_Angeles")
        ]
    )
    at = moment(calendar, datetime(2026, 3, 10, 7, tzinfo=UTC), timedelta(hours=6))
    assert (at.today, at.open_from) == (date(2026, 3, 10), date(2026, 3, 9))
    with pytest.raises(ValueError, match="no store"):
        moment(Calendar([]), at.at, timedelta(0))
