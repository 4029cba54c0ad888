"""Watching whether partitions come forward."""

from __future__ import annotations

from daybook.streams.progress import ProgressWatch


def test_a_partition_that_comes_forward_is_left_alone() -> None:
    """However slowly it moves, a partition whose position changes is neither read again nor stalled."""
    watch = ProgressWatch(10.0)
    for second in range(0, 60, 3):
        assert watch.look(second, {0: 1000}, {0: second}) == ([], [])


def test_a_partition_with_nothing_to_read_is_left_alone() -> None:
    """Standing at the end of the log is no standstill; what comes then gets its full time."""
    watch = ProgressWatch(10.0)
    for second in range(0, 60, 3):
        assert watch.look(second, {0: 40}, {0: 40}) == ([], [])
    assert watch.look(60, {0: 41}, {0: 40}) == ([], [])
    assert watch.look(61, {0: 41}, {0: 40}) == ([], [])


def test_is_read_again_once_and_then_given_up() -> None:
    """Half-way to the limit a partition is read again, once; at the limit it counts as stalled."""
    watch = ProgressWatch(10.0)
    seen = [watch.look(second, {0: 50, 1: 50}, {0: 20, 1: second}) for second in range(12)]
    assert [second for second, standing in enumerate(seen) if standing.again] == [5]
    assert [second for second, standing in enumerate(seen) if standing.stalled] == [10, 11]
    assert seen[10].stalled == [0]


def test_a_state_that_never_comes_is_stalled() -> None:
    """A partition that has events, but whose state is not restored, stalls without being read again."""
    watch = ProgressWatch(10.0)
    seen = [watch.look(second, {0: 50, 1: 0}, {0: None, 1: None}) for second in range(12)]
    assert all(not standing.again for standing in seen)
    assert seen[10].stalled == [0]


def test_time_without_brokers_does_not_count() -> None:
    """After an outage every partition gets its full time again."""
    watch = ProgressWatch(10.0)
    watch.look(0, {0: 50}, {0: 20})
    watch.forget()
    assert watch.look(11, {0: 50}, {0: 20}) == ([], [])
    assert watch.look(21, {0: 50}, {0: 20}).stalled == [0]
