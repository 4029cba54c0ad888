"""The merged view of signals: whatever order partitions' states come in, and however often."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from daybook.ledger.messages import PartitionPosition
from daybook.ledger.positions import version as position
from daybook.ledger.signals.encoding import SignalBucket, decode_bucket, encode_bucket
from daybook.ledger.signals.merged import MergedSignals, SignalPlace

DAY = date(2026, 3, 2)
PLACE = SignalPlace(DAY, "store_quarter_label")


def bucket(partition: int, version: int, failures: int, day: date = DAY) -> SignalBucket:
    """A partition's state of one total, as it travels."""
    entries = {"web|1772442000|acme: timeout": (version, {"payment_failures": failures})}
    told = SignalBucket(7, partition, version, "sales", day.isoformat(), "", PLACE.dimension, entries)
    return decode_bucket(encode_bucket(told))


STATES = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 5)), min_size=1, max_size=12)


@given(STATES)
def test_the_view_is_the_sum_of_the_newest_states(states: list[tuple[int, int]]) -> None:
    """Of each partition the highest version counts, whatever comes late or again."""
    told = [bucket(partition, version, 10 * version) for partition, version in states]
    merged = MergedSignals()
    for one in [*told, *told[::-1]]:
        merged.take(one)
    newest = {partition: max(v for p, v in states if p == partition) for partition, _ in states}
    [measures] = merged.table(PLACE).values()
    assert measures["payment_failures"] == sum(10 * version for version in newest.values())
    assert merged.of_store(PLACE, "web") == {1772442000: {"acme: timeout": measures}}
    assert merged.of_store(PLACE, "quay") == {}


def test_days_that_are_forgotten_stay_so() -> None:
    """They are dropped, and what still comes for them is passed over; so are dimensions nobody wants."""
    merged = MergedSignals(dimensions={"store_quarter_label"})
    merged.take(bucket(0, 1, 10))
    merged.forget_before(date(2026, 3, 3))
    merged.take(bucket(0, 2, 20))
    assert list(merged.places()) == []
    assert not merged.wants(b"sales|2026-03-02||store_quarter_label|3")
    assert not merged.wants(b"sales|2026-03-04||staff|3")
    assert merged.wants(b"sales|2026-03-04||store_quarter_label|3")
    assert merged.wants(b"position|0")


def test_it_stands_at_positions_or_it_does_not() -> None:
    """Between a checkpoint's first bucket and its position it is not whole, nor while the past is put in."""
    merged, seen = MergedSignals(), list[bool]()

    def then(message: SignalBucket | PartitionPosition) -> None:
        merged.take(message)
        seen.append(merged.whole)

    assert merged.whole
    then(bucket(0, position(7, 3), 10))
    then(PartitionPosition(7, 0, 3, 0, 0, 0, 0, 0, 0))
    then(bucket(1, position(7, 1), 10))
    then(PartitionPosition(7, 1, 2, 0, 0, 0, 0, 0, 0))
    merged.filling = True
    then(PartitionPosition(7, 1, 2, 0, 0, 0, 0, 0, 0))
    assert seen == [False, True, False, True, False], "each partition has a position of its own"
