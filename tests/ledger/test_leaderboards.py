"""Ranks, ties, minimum volume, movement."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from daybook.ledger import measures as m
from daybook.ledger.leaderboards import MEASURES, Board, Contender, leaderboard, shown
from daybook.ledger.ranking import Ranking

NET = MEASURES["net"]


def who(key: str, gross: int, reached_at: int = 0, **more: int) -> Contender:
    """Somebody with a gross and perhaps other measures."""
    vector = [0] * m.WIDTH
    vector[m.GROSS], vector[m.ORDERS] = gross, 1
    for name, value in more.items():
        vector[m.BASE.index(name)] = value
    return Contender(key, vector, reached_at)


def places(board: Board) -> list[tuple[int, str]]:
    """Rank and key of each."""
    return [(standing.rank, standing.key) for standing in board.standings]


def test_equal_values_share_a_rank_and_the_earlier_stands_first() -> None:
    """Two with the same net are both second, first who got there first; the next is fourth."""
    board = leaderboard([who("a", 5, 30), who("b", 9), who("c", 5, 20), who("d", 1)], NET)
    assert places(board) == [(1, "b"), (2, "c"), (2, "a"), (4, "d")]
    assert [standing.key for standing in board.bottom(2)] == ["d", "a"]


def test_a_return_takes_from_its_seller() -> None:
    """Net is what is left after discounts and reversals."""
    board = leaderboard([who("a", 900), who("b", 1_000, discounts=-50, reversals=-100)], NET)
    assert places(board) == [(1, "a"), (2, "b")]


def test_ratios_are_compared_exactly() -> None:
    """333.33... is more than 333 although both are shown as 333."""
    board = leaderboard(
        [who("a", 999, orders=3, reached_at=1), who("b", 1_000, orders=3, reached_at=2)], MEASURES["aov"]
    )
    assert places(board) == [(1, "b"), (2, "a")]
    assert [shown(standing.value, "minor units") for standing in board.standings] == [333, 333]
    assert shown(Fraction(5, 3), "millionths") == 1_666_667


def test_few_orders_are_left_out_and_counted() -> None:
    """Below the minimum, or without an order where a ratio is asked for, nobody is ranked."""
    contenders = [who("a", 10, orders=3), who("b", 90, orders=2), who("c", 0, orders=0)]
    board = leaderboard(contenders, NET, minimum_orders=3)
    assert (places(board), board.left_out) == ([(1, "a")], 2)
    assert leaderboard(contenders, MEASURES["upt"]).left_out == 1


def test_movement_counts_ranks_since_the_period_before() -> None:
    """From third to first is +2; who was not there is new."""
    board = leaderboard([who("a", 3), who("b", 2), who("c", 1)], NET, before={"a": 3, "b": 1})
    assert [standing.moved for standing in board.standings] == [2, -1, None]
    own = board.own("b")
    assert own is not None
    assert own.rank == 2
    assert board.own("nobody") is None


CHANGES = st.lists(
    st.tuples(st.sampled_from("abcdefg"), st.integers(-3, 3), st.integers(0, 4), st.integers(0, 3)),
    max_size=40,
)


@given(CHANGES, st.sampled_from(["net", "aov"]), st.integers(0, 2))
def test_a_kept_ranking_is_the_board_made_anew(
    changes: list[tuple[str, int, int, int]], measure: str, minimum: int
) -> None:
    """After any changes a kept board has the places, ranks and movements of one made from its contenders."""
    earlier = Ranking(MEASURES[measure])
    earlier.put_all([who("a", 3), who("b", 3), who("c", 1)])
    before = {key: rank for key in "abc" if (rank := earlier.rank(key)) is not None}
    kept, now = Ranking(MEASURES[measure], minimum), dict[str, Contender]()
    for key, gross, orders, reached in changes:
        if orders == 4:
            assert kept.drop(key) == (now.pop(key, None) is not None)
            continue
        changed = kept.put(who(key, gross, reached, orders=orders))
        assert changed or key in now
        now[key] = who(key, gross, reached, orders=orders)
    anew = leaderboard(now.values(), MEASURES[measure], minimum_orders=minimum, before=before)
    assert kept.top(100, earlier) == anew.standings
    assert kept.bottom(2, earlier) == anew.bottom(2)
    assert (len(kept), kept.left_out) == (len(anew.standings), anew.left_out)
    for key in now:
        assert kept.own(key, earlier) == anew.own(key)
    at_once = Ranking(MEASURES[measure], minimum)
    at_once.put_all(now.values())
    assert at_once.top(100, earlier) == anew.standings


@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(0, 3)), max_size=30))
def test_a_rank_is_one_more_than_those_who_are_better(values: list[tuple[int, int]]) -> None:
    """For any values: rank = 1 + number of strictly greater values, and nobody is lost."""
    contenders = [who(str(place), gross, reached) for place, (gross, reached) in enumerate(values)]
    board = leaderboard(contenders, NET)
    assert len(board.standings) == len(values)
    for standing in board.standings:
        assert standing.rank == 1 + sum(gross > standing.value for gross, _ in values)
