"""Blocks: what a flush inserts, under which name, and what it leaves out or holds back."""

from __future__ import annotations

import logging

import pytest

from daybook.ledger.positions import version
from daybook.schemas import topics
from daybook.sinks.blocks import needs, read_told, totals_blocks
from daybook.sinks.pending import PendingTold
from tests.sinks.world import EPOCH, World, busy_day, sale


def test_a_block_is_named_by_what_it_was_made_from() -> None:
    """Topic, epoch, partition, first and last offset: the same records give the same name."""
    world = busy_day()
    batch = world.events_batch(0, 2, 5)
    assert {block.token for block in batch.blocks} == {f"sales.events/{EPOCH}/0/2/4"}
    assert [block.table for block in batch.blocks] == ["lines", "events"]
    assert batch == world.events_batch(0, 2, 5)
    tokens = {block.token for b in world.batches() for block in b.blocks}
    assert len(tokens) == len(world.batches())


def test_only_the_newest_state_of_a_bucket_is_written() -> None:
    """A bucket that was told three times in a flush is written once, as it stood last; positions too."""
    world = World()
    for number in range(3):
        world.publish(sale(number))
        world.count()
    totals, positions = world.told_batch(topics.TOTALS, 0).blocks
    keys = list(zip(totals.columns["dimension"], totals.columns["key"], strict=True))
    assert len(keys) == len(set(keys))
    assert dict(zip(keys, totals.columns["orders"], strict=True))["store", "high-street"] == 3
    assert list(positions.columns["next_offset"]) == [3]


def test_what_was_written_is_not_written_again() -> None:
    """After a flush only entries that have changed since go into the next; a new process writes all."""
    world = World()
    world.publish(sale(1))
    world.count()
    written: dict[bytes, int] = {}
    pending = PendingTold(topics.TOTALS, 0, EPOCH, written)
    end = version(EPOCH, 1 << 39)
    for told in world.told[topics.TOTALS, 0]:
        pending.add(told)
    first = pending.batch(end, 1000)
    assert first is not None
    pending.drop(first)
    world.publish(sale(2, staff=[{"staff_id": "cleo"}]))
    world.count()
    later = world.told[topics.TOTALS, 0][first.records :]
    for told in later:
        pending.add(told)
    second = pending.batch(end, 1000)
    assert second is not None
    staff = {
        key
        for key, dimension in zip(
            second.blocks[0].columns["key"], second.blocks[0].columns["dimension"], strict=True
        )
        if dimension == "staff"
    }
    assert staff == {"cleo"}
    assert written
    fresh = totals_blocks(world.told[topics.TOTALS, 0], EPOCH, 0, {}).blocks[0]
    assert {"ann", "bob", "cleo"} <= set(fresh.columns["key"])


def test_nothing_goes_before_the_raw_events_behind_it() -> None:
    """Totals, outcomes and dead letters wait until the offsets that they speak of are covered."""
    world = World()
    world.publish(sale(1))
    world.publish(sale(1))
    world.publish(b"{}")
    world.count()
    for topic in (topics.TOTALS, topics.OUTCOMES, topics.DEAD_LETTERS):
        pending = PendingTold(topic, 0, EPOCH, {})
        for told in world.told[topic, 0]:
            pending.add(told)
        assert pending.batch(version(EPOCH, 2), 1000) is None
        assert pending.first_offset == 0
        assert pending.batch(version(EPOCH, 3), 1000) is not None


def test_an_older_epoch_waits_for_nothing() -> None:
    """What was counted before the source topic was created anew has its raw events already."""
    world = busy_day()
    for (topic, _), log in world.told.items():
        if topic != topics.EVENTS:
            assert all(needs(told.message) < version(EPOCH + 1, 0) for told in log)


@pytest.mark.parametrize("value", [b"", b"\x00\x01", b"[]", b"7", b"{}", b'{"entries":1}'])
@pytest.mark.parametrize("topic", [topics.TOTALS, topics.OUTCOMES, topics.DEAD_LETTERS])
def test_a_foreign_record_is_passed_over(topic: str, value: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """A record that is not ours is reported and counts as read; it stops nothing."""
    with caplog.at_level(logging.ERROR):
        told = read_told(topic, 5, None, value)
    assert (told.offset, told.message) == (5, None)
    assert bool(caplog.records) == bool(value)
    assert needs(told.message) == 0
