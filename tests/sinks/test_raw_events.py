from __future__ import annotations

import orjson
import pytest

from daybook.ledger.identity import identity
from daybook.ledger.positions import version
from daybook.ledger.state import PartitionLedger, Record
from daybook.sinks.errors import StoreUnavailable
from daybook.sinks.raw_events import RawEvents, RawLookup, fold_raw
from daybook.sinks.store import Store
from tests.sinks.world import EPOCH, World, busy_day, insert, sale


def name(number: int) -> bytes:
    """The identity of a sale of the world."""
    return identity("till-7", f"event-{number}")


def test_covered_is_the_highest_offset(store: Store) -> None:
    """By epoch and partition; None where nothing is written."""
    world = busy_day()
    world.write(store)
    raw = RawEvents(store)
    assert raw.covered(EPOCH, 0) == len(world.records[0]) - 1
    assert raw.covered(EPOCH, 9) is None
    assert raw.covered(EPOCH + 1, 0) is None
    assert raw.partitions() == [0, 1]


def test_known_looks_before_the_position_only(store: Store) -> None:
    """Of two equal events the first is not known by the second, or both would be lost as duplicates."""
    world = World()
    for number in (1, 2, 1):
        world.publish(sale(number))
    world.count()
    world.write(store)
    raw = RawEvents(store)
    assert raw.known({name(1): version(EPOCH, 0)}, 0) == set()
    assert raw.known({name(1): version(EPOCH, 2)}, 0) == {name(1)}
    assert raw.known({name(2): version(EPOCH, 2), name(7): version(EPOCH, 2)}, 0) == {name(2)}
    assert raw.known({name(1): version(EPOCH + 1, 0)}, 1) == {name(1)}
    assert raw.known({name(1): version(EPOCH, 2)}, 1) == set()


def test_known_leaves_dead_letters_out(store: Store) -> None:
    """An event that was a dead letter was never counted: its replay is no repeat."""
    world = World()
    world.publish(sale(1, store_id="new"))
    world.count()
    world.write(store)
    assert RawEvents(store).known({name(1): version(EPOCH, 5)}, 0) == set()


@pytest.mark.parametrize("chunk", [1, 2, 3, 100])
def test_iterates_in_the_order_of_the_log(store: Store, chunk: int) -> None:
    """Every event once, in order over the epochs, whatever the chunk, with its bytes and times."""
    world = busy_day()
    world.write(store)
    later = World(world.calendar, EPOCH + 1)
    later.publish(b"\xff")
    insert(store, later.events_batch(0))
    chunks = list(RawEvents(store).iterate(0, dead=True, chunk=chunk))
    assert all(len(part) <= chunk for part in chunks)
    got = [(e.epoch, e.offset, e.recorded_at, e.raw) for part in chunks for e in part]
    expected = [(w.epoch, r.offset, r.recorded_at, r.value) for w in (world, later) for r in w.records[0]]
    assert got == expected


def test_iterates_without_the_dead_and_below_a_bound(embedded: Store) -> None:
    """Dead letters are left out unless asked for, and so is what stands at the bound or after it."""
    world = busy_day()
    world.write(embedded)
    raw = RawEvents(embedded)
    offsets = [e.offset for part in raw.iterate(0) for e in part]
    assert offsets == [0, 1, 2, 3, 4, 5, 7]
    bound = version(EPOCH, 3)
    assert [e.offset for part in raw.iterate(0, below=bound) for e in part] == [0, 1, 2]


def test_folding_raw_events_gives_the_ledger_again(embedded: Store) -> None:
    """A ledger that is folded from what was written has the totals of the one that counted."""
    world = busy_day()
    world.write(embedded)
    for partition, ledger in world.ledgers.items():
        again = PartitionLedger(partition, 0, world.calendar, forgetful=False)
        fold_raw(again, RawEvents(embedded).iterate(partition, chunk=2))
        assert dict(again.totals.items()) == dict(ledger.totals.items())


async def test_a_late_event_is_looked_up(embedded: Store) -> None:
    """A repeat that the ledger no longer remembers is found among the raw events, a new one is not."""
    world = World()
    world.publish(sale(1))
    world.publish(sale(2))
    world.count()
    world.write(embedded)
    ledger = PartitionLedger(0, EPOCH, world.calendar)
    ledger.skip_missing(2)
    ledger.remembered.forgotten_before = version(EPOCH, 2)
    late = 1_800_000_000_000
    values = [world.records[0][0].value, orjson.dumps(sale(3))]
    batch = ledger.decode([Record(2 + place, late, value) for place, value in enumerate(values)])
    arrivals = batch.others
    assert all(arrival.late for arrival in arrivals)
    assert ledger.unverified(batch) == arrivals
    assert await RawLookup(embedded).known(ledger, arrivals) == {name(1)}


async def test_a_late_event_cannot_be_told_while_the_sink_is_behind(
    embedded: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None, not "unknown", where what was forgotten is not all written yet, or nobody answers."""
    world = World()
    world.publish(sale(1))
    world.count()
    world.write(embedded)
    ledger = PartitionLedger(0, EPOCH, world.calendar)
    ledger.skip_missing(5)
    arrivals = ledger.decode([Record(5, 1_800_000_000_000, world.records[0][0].value)]).others
    ledger.remembered.forgotten_before = version(EPOCH, 5)
    assert await RawLookup(embedded).known(ledger, arrivals) is None
    ledger.remembered.forgotten_before = version(EPOCH, 1)
    assert await RawLookup(embedded).known(ledger, arrivals) == {name(1)}

    def away(*_: object, **__: object) -> None:
        raise StoreUnavailable("away")

    monkeypatch.setattr(embedded, "rows", away)
    assert await RawLookup(embedded).known(ledger, arrivals) is None
