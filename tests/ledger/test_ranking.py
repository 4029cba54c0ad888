"""What a change of a board that is kept costs as the board grows."""

from __future__ import annotations

from math import log2
from typing import ClassVar

import pytest

from daybook.ledger.board_measures import MEASURES, Contender
from daybook.ledger.measures import GROSS, ORDERS, WIDTH
from daybook.ledger.ranking import Ranking


class Counted(str):
    """A key that counts how often it is held against another."""

    __slots__ = ()
    comparisons: ClassVar[int] = 0

    def __lt__(self, other: str) -> bool:
        Counted.comparisons += 1
        return str.__lt__(self, other)

    def __eq__(self, other: object) -> bool:
        Counted.comparisons += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__


def contender(key: Counted, net: int) -> Contender:
    """One that has sold so much; all have done so at the same time, so that keys decide."""
    vector = [0] * WIDTH
    vector[GROSS], vector[ORDERS] = net, 1
    return Contender(key, vector, 0)


@pytest.mark.parametrize("size", [1_000, 10_000, 100_000])
def test_a_change_is_a_search_in_log_n(size: int) -> None:
    """Among equals, where every step has to compare keys, a move takes a small multiple of log n of them."""
    keys = [Counted(f"{number:06}") for number in range(size)]
    ranking = Ranking(MEASURES["net"])
    ranking.put_all(contender(key, 500) for key in keys)
    Counted.comparisons = 0
    moves = 20
    for key in keys[:: size // moves][:moves]:
        ranking.put(contender(key, 600))
        assert ranking.rank(key) == 1
        ranking.put(contender(key, 500))
    assert Counted.comparisons / moves < 8 * log2(size)
