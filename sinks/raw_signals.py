"""The totals of signals: recomputed from the raw ones, and as they stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from daybook.ledger.calendar import Calendar
from daybook.ledger.signals.state import SignalLedger
from daybook.ledger.signals.totals import TotalName, merged
from daybook.schemas import topics
from daybook.sinks.raw_events import RawEvents, fold_raw
from daybook.sinks.refolding import refolded
from daybook.sinks.store import Store

_TOLD: Final = """
SELECT book, toString(business_date), currency, dimension, key, measure, value
FROM merged_signals WHERE value != 0
"""
_ALL: Final = 1 << 63
"""Above every version."""


def recomputed(store: Store, calendar: Calendar) -> dict[TotalName, dict[str, int]]:
    """All signal totals anew, from the raw signals. What was a dead letter stays one."""
    raw = RawEvents(store, topics.SIGNS)
    bounds = dict.fromkeys(raw.partitions(), _ALL)
    return merged(ledger.totals for ledger in refolded(raw, signal_ledgers(calendar), bounds))


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
