"""The raw events and signals as they were written: from them totals are recomputed and late repeats found."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from daybook.ledger.arrivals import LateArrival, Record
from daybook.ledger.counting import AnyLedger
from daybook.ledger.positions import epoch_of, offset_of, version
from daybook.schemas import topics
from daybook.sinks.errors import StoreError
from daybook.sinks.rows import milliseconds
from daybook.sinks.store import Store

_LOG: Final = logging.getLogger(__name__)
_CHUNK: Final = 5_000
_ASKED_AT_ONCE: Final = 1_000

_NEXT: Final = """
SELECT epoch, offset, recorded_at, {received_at}, raw
FROM {events} FINAL
WHERE partition = {partition:UInt16}
  AND (epoch, offset) > ({epoch:UInt32}, {offset:UInt64})
  AND (epoch, offset) < ({end_epoch:UInt32}, {end_offset:UInt64})
  AND ({dead:Bool} OR (epoch, offset) NOT IN (
      SELECT epoch, offset FROM {outcomes} WHERE partition = {partition:UInt16} AND outcome = 'dead'))
ORDER BY epoch, offset
LIMIT {limit:UInt32}
"""
_FIRST: Final = _NEXT.replace("(epoch, offset) > (", "(epoch, offset) >= (")
_KNOWN: Final = """
SELECT DISTINCT hex(identity), epoch, partition, offset
FROM {events}
WHERE identity IN (SELECT unhex(arrayJoin({identities:Array(String)})))
  AND (epoch, partition, offset) NOT IN (
      SELECT epoch, partition, offset FROM {outcomes} WHERE outcome = 'dead')
"""
_COVERED: Final = """
SELECT max(offset), count() FROM {events} WHERE epoch = {epoch:UInt32} AND partition = {partition:UInt16}
"""
_PARTITIONS: Final = "SELECT DISTINCT partition FROM {events} ORDER BY 1"
_BY_EPOCH: Final = "SELECT epoch, max(partition) + 1 FROM {events} GROUP BY epoch ORDER BY epoch"
_TABLES: Final = {
    topics.SALES: {"{events}": "events", "{outcomes}": "outcomes", "{received_at}": "received_at"},
    topics.SIGNS: {"{events}": "signal_events", "{outcomes}": "signal_outcomes", "{received_at}": "NULL"},
}
_LAST: Final = ((1 << 32) - 1, (1 << 63) - 1)


class RawEvent(NamedTuple):
    """A raw event at its position. ``recorded_at`` in epoch milliseconds, ``received_at`` ISO 8601 in UTC."""

    epoch: int
    offset: int
    recorded_at: int
    received_at: str | None
    raw: bytes


class RawEvents:
    """Questions to the table of raw events. Each blocks; they raise ``StoreError`` if they get no answer.

    Args:
        store: where they are.
        counted: sales, or signals.
    """

    def __init__(self, store: Store, counted: topics.Counted = topics.SALES) -> None:
        self._store = store
        self._tables = _TABLES[counted]

    def _sql(self, text: str) -> str:
        for name, table in self._tables.items():
            text = text.replace(name, table)
        return text

    def covered(self, epoch: int, partition: int) -> int | None:
        """The highest offset written, below which all are; None if there is none."""
        row = self._store.rows(self._sql(_COVERED), {"epoch": epoch, "partition": partition})[0]
        return int(row[0]) if row[1] else None

    def partitions(self) -> list[int]:
        """The partitions of which there are raw events."""
        return [int(row[0]) for row in self._store.rows(self._sql(_PARTITIONS))]

    def known(self, before: Mapping[bytes, int], partition: int) -> set[bytes]:
        """Which identities stand in the log before a position of theirs, other than as a dead letter.

        Args:
            before: by identity, the version of the position before which to look.
            partition: the partition of those positions. Another partition's events count if they are of an
                earlier epoch: within one, all events of an order are on one partition.
        """
        found: set[bytes] = set()
        asked = list(before)
        for start in range(0, len(asked), _ASKED_AT_ONCE):
            names = [identity.hex() for identity in asked[start : start + _ASKED_AT_ONCE]]
            for hexed, epoch, at_partition, offset in self._store.rows(
                self._sql(_KNOWN), {"identities": names}
            ):
                identity = bytes.fromhex(hexed)
                own = before[identity]
                if at_partition == partition:
                    earlier = version(epoch, offset) < own
                else:
                    earlier = epoch < epoch_of(own)
                if earlier:
                    found.add(identity)
        return found

    def partitions_by_epoch(self) -> dict[int, int]:
        """How many partitions each epoch had, as far as its events tell; in the order of the epochs."""
        rows = self._store.rows(self._sql(_BY_EPOCH))
        return {int(epoch): int(count) for epoch, count in rows}

    def iterate(
        self,
        partition: int,
        *,
        start: int = 0,
        below: int | None = None,
        dead: bool = False,
        chunk: int = _CHUNK,
    ) -> Iterator[list[RawEvent]]:
        """All raw events of a partition in the order of (epoch, offset), a chunk at a time.

        Args:
            partition: which.
            start: a version; events before it are left out.
            below: a version; events from there on are left out.
            dead: whether those recorded as dead letters are given too.
            chunk: events in a chunk, at most.
        """
        end = _LAST if below is None else (epoch_of(below), offset_of(below))
        at, sql = (epoch_of(start), offset_of(start)), _FIRST
        while True:
            parameters = {
                "partition": partition,
                "epoch": at[0],
                "offset": at[1],
                "end_epoch": end[0],
                "end_offset": end[1],
                "limit": chunk,
                "dead": dead,
            }
            rows = self._store.rows(self._sql(sql), parameters, binary=("raw",))
            if rows:
                yield [_raw_event(row) for row in rows]
            if len(rows) < chunk:
                return
            at, sql = (int(rows[-1][0]), int(rows[-1][1])), _NEXT


class RawLookup:
    """Answers a worker whether late arrivals were seen before.

    Args:
        store: where the raw events are.
        counted: what the worker counts.
    """

    def __init__(self, store: Store, counted: topics.Counted = topics.SALES) -> None:
        self._raw = RawEvents(store, counted)

    async def known(self, ledger: AnyLedger, arrivals: Sequence[LateArrival]) -> Collection[bytes] | None:
        """Identities of arrivals that stand in the log before them; None if that cannot be told now."""
        before: dict[bytes, int] = {}
        for arrival in arrivals:
            before.setdefault(arrival.identity, version(ledger.epoch, arrival.record.offset))
        try:
            return await asyncio.to_thread(self._ask, ledger, before)
        except StoreError:
            _LOG.warning("Late events of partition %d cannot be looked up", ledger.partition, exc_info=True)
            return None

    def _ask(self, ledger: AnyLedger, before: Mapping[bytes, int]) -> set[bytes] | None:
        # What the ledger still remembers it knows itself; only what it forgot has to be written by now.
        forgotten = ledger.remembered.forgotten_before
        if epoch_of(forgotten) == ledger.epoch:
            covered = self._raw.covered(ledger.epoch, ledger.partition)
            if covered is None or covered + 1 < offset_of(forgotten):
                return None
        return self._raw.known(before, ledger.partition)


def fold_raw(ledger: AnyLedger, chunks: Iterable[list[RawEvent]]) -> int:
    """Fold raw events into a ledger, through their epochs and over holes; how many there were.

    The ledger must not be forgetful. Its position counts as missing what the chunks leave out.
    """
    folded = 0
    for chunk in chunks:
        for event in chunk:
            if event.epoch != ledger.epoch:
                ledger.adopt_epoch(event.epoch)
            if event.offset > ledger.next_offset:
                ledger.skip_missing(event.offset)
            ledger.fold([Record(event.offset, event.recorded_at, event.raw, event.received_at)])
        folded += len(chunk)
    return folded


def _raw_event(row: Sequence[object]) -> RawEvent:
    epoch, offset, recorded_at, received_at, raw = row
    assert isinstance(epoch, int)
    assert isinstance(offset, int)
    assert isinstance(recorded_at, datetime)
    assert isinstance(raw, bytes)
    received = received_at.isoformat() if isinstance(received_at, datetime) else None
    return RawEvent(epoch, offset, milliseconds(recorded_at), received, raw)
