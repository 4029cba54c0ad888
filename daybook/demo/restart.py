"""The demo's state after a restart: its broker begins empty, so the raw events say what was counted."""

from __future__ import annotations

from collections.abc import Callable

from daybook.ledger.calendar import Calendar
from daybook.ledger.state import PartitionLedger
from daybook.schemas import topics
from daybook.sinks.blocks import Block, dead_letter_blocks, outcome_blocks, read_told, totals_blocks
from daybook.sinks.raw_events import RawEvents, fold_raw
from daybook.sinks.store import Store

_DEAD = "SELECT count() FROM outcomes FINAL WHERE partition = {partition:UInt16} AND outcome = 'dead'"
_LAST_EPOCH = "SELECT greatest((SELECT max(epoch) FROM events), (SELECT max(epoch) FROM positions))"

# Offsets of a partition are written without a hole: what lies beyond the last event is half written.
_HALVES = """
SELECT l.epoch, l.partition, if(e.known = 0, -1, toInt64(e.last))
FROM (SELECT epoch, partition, max(offset) AS newest FROM lines GROUP BY epoch, partition) AS l
LEFT JOIN
    (SELECT epoch, partition, 1 AS known, max(offset) AS last FROM events GROUP BY epoch, partition) AS e
    ON e.epoch = l.epoch AND e.partition = l.partition
WHERE e.known = 0 OR l.newest > e.last
"""
_DROP = (
    "DELETE FROM lines WHERE epoch = {epoch:UInt32} AND partition = {partition:UInt16} "
    "AND toInt64(offset) > {last:Int64}"
)


def next_epoch(store: Store, now_epoch: int) -> int:
    """An epoch above all that the store has seen, and not below the present minute's."""
    return max(now_epoch, int(store.value(_LAST_EPOCH)) + 1)


def rebuilt(
    store: Store, calendar: Calendar, epoch: int, partitions: int, progress: Callable[[int], None]
) -> dict[int, PartitionLedger]:
    """The ledgers of all partitions, from the raw events; what they tell is written to the store.

    Events recorded as dead letters stay dead, though their store may be known by now: replaying is a person's
    decision. ``progress`` is called with the number of events folded so far.
    """
    _drop_halves(store)
    raw = RawEvents(store)
    ledgers: dict[int, PartitionLedger] = {}
    done = 0
    for partition in range(partitions):
        ledger = PartitionLedger(partition, epoch, calendar, forgetful=False)
        for chunk in raw.iterate(partition):
            done += fold_raw(ledger, [chunk])
            progress(done)
        ledger.forgetful = True
        _resume(store, ledger, epoch)
        ledgers[partition] = ledger
    return ledgers


def _drop_halves(store: Store) -> None:
    """Drop lines whose raw events were not written any more: those events come again at other positions."""
    for epoch, partition, last in store.rows(_HALVES):
        store.command(_DROP, {"epoch": epoch, "partition": partition, "last": last})


def _resume(store: Store, ledger: PartitionLedger, epoch: int) -> None:
    dead = int(store.value(_DEAD, {"partition": ledger.partition}))
    position = ledger.position
    ledger.position = position._replace(
        received=position.received + dead, dead=position.dead + dead, missing=0
    )
    told_before = ledger.changed
    ledger.adopt_epoch(epoch)
    if told_before:
        for block in _blocks(ledger, epoch):
            store.insert(block.table, block.columns, block.token)


def _blocks(ledger: PartitionLedger, epoch: int) -> list[Block]:
    """All that the sink may not have written before the end, as the sink would have written it."""
    taken = ledger.take_checkpoint()
    partition = ledger.partition
    blocks: list[Block] = []
    if taken.outcomes is not None:
        told = [read_told(topics.OUTCOMES, 0, None, taken.outcomes)]
        blocks += outcome_blocks(told, epoch, partition)
    if taken.dead_letters:
        letters = [read_told(topics.DEAD_LETTERS, i, None, v) for i, (_, v) in enumerate(taken.dead_letters)]
        blocks += dead_letter_blocks(letters, epoch, partition)
    states = [read_told(topics.TOTALS, i, key, value) for i, (key, value) in enumerate(taken.totals)]
    return blocks + totals_blocks(states, epoch, partition, {}).blocks
