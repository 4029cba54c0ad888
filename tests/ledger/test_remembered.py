"""Remembered identities: exact, however they are stored, and told in few records."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybook.ledger import remembered as module
from daybook.ledger.identities import SortedIdentities
from daybook.ledger.remembered import CHUNK, HOUR_MS, REMEMBER_HOURS, Remembered

# Few different bytes, so that first words are shared and whole identities are not.
identities = st.lists(st.sampled_from([b"\0", b"a", b"\xff"]), min_size=16, max_size=16).map(b"".join)


@given(
    st.lists(st.lists(identities, max_size=8), max_size=4),
    st.lists(identities, max_size=20),
    st.integers(0, 4),
)
def test_sorted_identities_are_a_set(parts: list[list[bytes]], asked: list[bytes], before: int) -> None:
    """Membership is that of a set of all 16 bytes, after every addition and after forgetting by the hour."""
    stored, right = SortedIdentities(), dict[bytes, int]()
    for hour, part in enumerate(parts):
        new = sorted(set(part) - set(right))
        stored.add(b"".join(new), np.full(len(new), hour, np.uint32))
        right |= dict.fromkeys(new, hour)
        assert stored.contains(asked).tolist() == [one in right for one in asked]
    stored.forget(before)
    right = {one: hour for one, hour in right.items() if hour >= before}
    assert len(stored) == len(right)
    assert stored.contains([*asked, *right]).tolist() == [one in right for one in [*asked, *right]]


@given(
    st.lists(st.tuples(st.lists(st.integers(0, 50), max_size=9), st.integers(0, 3)), max_size=12), st.data()
)
def test_repeats_are_found_wherever_the_first_is_stored(
    batches: list[tuple[list[int], int]], data: st.DataObject
) -> None:
    """Young, sorted in, or restored from what was told: an identity is new once."""
    made, seen = Remembered(), set[bytes]()
    told: dict[bytes, bytes] = {}
    for numbers, hour in batches:
        names = [b"%016d" % number for number in numbers]
        repeats = made.add_all(names, [hour * HOUR_MS] * len(names), range(1, len(names) + 1))
        right = []
        for place, name in enumerate(names):
            right += [place] if name in seen else []
            seen.add(name)
        assert repeats == right
        told |= dict(made.take_fresh())
        what = data.draw(st.sampled_from(["go on", "sort in", "restore"]))
        if what == "sort in":
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(module, "_YOUNG", -1)
                made.settle()
        elif what == "restore":
            made = Remembered()
            for key, value in told.items():
                made.restore(key, value)
        assert len(made) == len(seen)


def test_many_small_checkpoints_make_few_chunks() -> None:
    """A quiet shop's identities, told one by one, come back from few records, and are forgotten with them."""
    made, told = Remembered(), dict[bytes, bytes]()
    for number in range(3 * CHUNK):
        made.add(b"%016d" % number, 5 * HOUR_MS, number)
        told |= dict(made.take_fresh())
    assert len(told) == 3
    assert sorted(made.forget((5 + REMEMBER_HOURS + 1) * HOUR_MS)) == sorted(told)
    assert (len(made), made.forgotten_before) == (0, 3 * CHUNK)


def test_a_restored_chunk_goes_on() -> None:
    """What is added after a restart is told under the same key while the chunk is small."""
    first = Remembered()
    first.add(b"a" * 16, 0, 1)
    told = dict(first.take_fresh())
    second = Remembered()
    for key, value in told.items():
        second.restore(key, value)
    second.add(b"b" * 16, 0, 2)
    again = dict(second.take_fresh())
    assert again.keys() == told.keys()
    third = Remembered()
    for key, value in again.items():
        third.restore(key, value)
    assert b"a" * 16 in third
    assert b"b" * 16 in third
