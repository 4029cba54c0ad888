"""The raw signals as they were written: late repeats are found among them, and totals recomputed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from daybook.ledger.arrivals import LateArrival, Record
from daybook.ledger.calendar import Calendar
from daybook.ledger.counting import AnyLedger
from daybook.ledger.positions import epoch_of, offset_of, version
from daybook.ledger.signals.state import SignalLedger
from daybook.ledger.signals.totals import TotalName, merged
from daybook.sinks.errors import StoreError
from daybook.sinks.rows import milliseconds
from daybook.sinks.store import Store

_LOG: Final = logging.getLogger(__name__)
_CHUNK: Final = 5_000
_KNOWN: Final = """
SELECT hex(identity), epoch, partition, offset
FROM signal_events
WHERE identity IN (SELECT unhex(arrayJoin({identities:Array(String)})))
  AND (epoch, partition, offset) NOT IN (
      SELECT epoch, partition, offset FROM signal_outcomes WHERE outcome = 'dead')
"""
_COVERED: Final = """
SELECT max(offset), count() FROM signal_events
WHERE epoch = {epoch:UInt32} AND partition = {partition:UInt16}
"""
_NEXT: Final = """
SELECT epoch, offset, recorded_at, raw
FROM signal_events FINAL
WHERE partition = {partition:UInt16} AND (epoch, offset) >= ({epoch:UInt32}, {offset:UInt64})
  AND (epoch, partition, offset) NOT IN (
      SELECT epoch, partition, offset FROM signal_outcomes WHERE outcome = 'dead')
ORDER BY epoch, offset
LIMIT {limit:UInt32}
"""
_TOLD: Final = """
SELECT book, toString(business_date), currency, dimension, key, measure, value
FROM merged_signals WHERE value != 0
"""


class SignalLookup:
    """Answers the worker that counts signals whether late ones were seen before."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def known(self, ledger: AnyLedger, arrivals: Sequence[LateArrival]) -> Collection[bytes] | None:
        """Identities that stand in the log before these arrivals; None if that cannot be told now."""
        try:
            return await asyncio.to_thread(self._ask, ledger, arrivals)
        except StoreError:
            _LOG.warning("Late signals of partition %d cannot be looked up", ledger.partition, exc_info=True)
            return None

    def _ask(self, ledger: AnyLedger, arrivals: Sequence[LateArrival]) -> set[bytes] | None:
        forgotten = ledger.remembered.forgotten_before
        place = {"epoch": ledger.epoch, "partition": ledger.partition}
        if epoch_of(forgotten) == ledger.epoch:
            last, count = self._store.rows(_COVERED, place)[0]
            if not count or int(last) + 1 < offset_of(forgotten):
                return None
        own = {a.identity: version(ledger.epoch, a.record.offset) for a in reversed(arrivals)}
        found = set()
        names = [name.hex() for name in own]
        for hexed, epoch, partition, offset in self._store.rows(_KNOWN, {"identities": names}):
            name = bytes.fromhex(hexed)
            # Within an epoch all signals of a subject are on one partition.
            here = partition == ledger.partition and version(epoch, offset) < own[name]
            if here or epoch < ledger.epoch:
                found.add(name)
        return found


def recomputed(store: Store, calendar: Calendar) -> dict[TotalName, dict[str, int]]:
    """All signal totals anew, from the raw signals. What was a dead letter stays one."""
    parts = [row[0] for row in store.rows("SELECT DISTINCT partition FROM signal_events ORDER BY 1")]
    return merged(folded(store, calendar, int(partition)).totals for partition in parts)


def told(store: Store) -> dict[TotalName, dict[str, int]]:
    """All signal totals as they stand."""
    found: dict[TotalName, dict[str, int]] = {}
    for *name, measure, value in store.rows(_TOLD):
        found.setdefault(TotalName(*name), {})[measure] = int(value)
    return found


def folded(store: Store, calendar: Calendar, partition: int) -> SignalLedger:
    """A partition's ledger from its raw signals, with all identities remembered."""
    ledger = SignalLedger(partition, 0, calendar, forgetful=False)
    for epoch, record in _records(store, partition):
        if epoch != ledger.epoch:
            ledger.adopt_epoch(epoch)
        if record.offset > ledger.next_offset:
            ledger.skip_missing(record.offset)
        ledger.fold([record])
    return ledger


def _records(store: Store, partition: int) -> Iterator[tuple[int, Record]]:
    at = (0, 0)
    while True:
        asked = {"partition": partition, "epoch": at[0], "offset": at[1], "limit": _CHUNK}
        rows = store.rows(_NEXT, asked, binary=("raw",))
        for epoch, offset, recorded_at, raw in rows:
            yield int(epoch), Record(int(offset), milliseconds(recorded_at), raw)
        if len(rows) < _CHUNK:
            return
        at = (int(rows[-1][0]), int(rows[-1][1]) + 1)
