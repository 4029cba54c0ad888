"""The totals of signals: recomputed from the raw ones, and as they stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from daybook.ledger.calendar import Calendar
from daybook.ledger.signals.state import SignalLedger
from daybook.ledger.signals.totals import TotalName, merged
from daybook.schemas import topics
from daybook.sinks.errors import RawEventsGone
from daybook.sinks.raw_events import RawEvents, fold_raw
from daybook.sinks.rebuild import recomputed_below
from daybook.sinks.refolding import refolded
from daybook.sinks.store import Store

_TOLD: Final = """
SELECT book, toString(business_date), currency, dimension, key, measure, value
FROM merged_signals WHERE value != 0
"""
_GONE: Final = """
SELECT counted.partition
FROM (SELECT partition, version, received FROM signal_positions FINAL) AS counted
LEFT JOIN (
    SELECT e.partition AS partition, count() AS kept
    FROM (SELECT DISTINCT epoch, partition, offset FROM signal_events) AS e
    INNER JOIN (SELECT partition, version FROM signal_positions FINAL) AS p ON p.partition = e.partition
    WHERE bitOr(bitShiftLeft(toUInt64(e.epoch), 40), e.offset) < p.version
    GROUP BY e.partition
) AS raw ON raw.partition = counted.partition
WHERE kept < received
"""
_ALL: Final = 1 << 63
"""Above every version."""


def recomputed(store: Store, calendar: Calendar) -> dict[TotalName, dict[str, int]]:
    """All signal totals anew, from the raw signals. What was a dead letter stays one."""
    raw = RawEvents(store, topics.SIGNS)
    bounds = dict.fromkeys(raw.partitions(), _ALL)
    return merged(ledger.totals for ledger in refolded(raw, signal_ledgers(calendar), bounds))


def signals_below(store: Store) -> dict[int, int]:
    """By partition the version below which signals can be counted again.

    Raises:
        RawEventsGone: some of them are no longer kept.
        SinkBehind: ClickHouse does not hold all raw signals that were counted.
    """
    below = recomputed_below(store, topics.SIGNS)
    if store.rows(_GONE):
        raise RawEventsGone(
            "Raw signals are no longer kept that were counted: awards cannot go by them anew."
        )
    return below


def told(store: Store) -> dict[TotalName, dict[str, int]]:
    """All signal totals as they stand."""
    found: dict[TotalName, dict[str, int]] = {}
    for *name, measure, value in store.rows(_TOLD):
        found.setdefault(TotalName(*name), {})[measure] = int(value)
    return found


def folded(store: Store, calendar: Calendar, partition: int) -> SignalLedger:
    """A partition's ledger from its raw signals, with all identities remembered."""
    ledger = signal_ledgers(calendar)(partition, 0)
    fold_raw(ledger, RawEvents(store, topics.SIGNS).iterate(partition))
    return ledger


def signal_ledgers(calendar: Calendar) -> Callable[[int, int], SignalLedger]:
    """Makes ledgers of signals, by partition and epoch, that forget nothing."""
    return lambda partition, epoch: SignalLedger(partition, epoch, calendar, forgetful=False)
