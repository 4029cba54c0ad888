"""Leaderboards over signals: the ranks of sales, over what signals count."""

from __future__ import annotations

from daybook.ledger.leaderboards import Board, Contender, leaderboard, shown
from daybook.ledger.signals.boards import SIGNAL_BOARDS, signal_vector
from daybook.ledger.signals.measures import SIGNAL_MEASURES


def board(measure: str, minimum: int = 0, /, **members: dict[str, int]) -> Board:
    """The board of some people's measures."""
    contenders = [Contender(key, signal_vector(measures)) for key, measures in members.items()]
    return leaderboard(contenders, SIGNAL_BOARDS[measure], minimum_orders=minimum)


def places(of: Board) -> list[tuple[int, str]]:
    """Rank and key of each."""
    return [(standing.rank, standing.key) for standing in of.standings]


def test_who_closed_most_deals_is_first() -> None:
    """Equal numbers share a rank; who closed none is not ranked."""
    two, five, none = {"deals_won": 2}, {"deals_won": 5}, {"deals_created": 3}
    won = board("deals_won", kim=two, lee=five, ola=two, sam=none)
    assert (places(won), won.left_out) == ([(1, "lee"), (2, "kim"), (2, "ola")], 1)


def test_a_score_of_few_answers_has_no_rank() -> None:
    """Four of four satisfied say less than eight of nine: below five answers there is no score."""
    csat = board(
        "csat",
        kim={"csat_answers": 4, "csat_satisfied": 4},
        lee={"csat_answers": 9, "csat_satisfied": 8},
        ola={"csat_answers": 9, "csat_satisfied": 7},
    )
    assert places(csat) == [(1, "lee"), (2, "ola")]
    assert shown(csat.standings[0].value, SIGNAL_BOARDS["csat"].unit) == 888_889


def test_less_is_better_of_what_goes_wrong() -> None:
    """A store without a failure is first, and the fastest answer."""
    assert places(board("payment_failures", a={"payment_failures": 7}, b={"heartbeats": 90})) == [
        (1, "b"), (2, "a")
    ]  # fmt: skip
    slow, fast = ({"answer_seconds": seconds, "enquiries_answered": 2} for seconds in (900, 300))
    assert places(board("answer_minutes", slow=slow, fast=fast)) == [(1, "fast"), (2, "slow")]


def test_the_minimum_is_of_what_a_measure_is_made_of() -> None:
    """A win rate of one deal is left out where three are wanted."""
    rate = board("win_rate", 3, kim={"deals_won": 1}, lee={"deals_won": 2, "deals_lost": 2})
    assert (places(rate), rate.left_out) == ([(1, "lee")], 1)


def test_everything_that_is_counted_can_be_ranked() -> None:
    """Each measure by itself, money by currency and the rest as counts; the standard figures as ratios."""
    assert set(SIGNAL_MEASURES) < set(SIGNAL_BOARDS)
    assert {SIGNAL_BOARDS[name].unit for name in ("won_value", "mrr_new")} == {"minor units"}
    assert SIGNAL_BOARDS["deals_won"].unit == "count"
