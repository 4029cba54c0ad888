"""Recomputing days from the raw events, with the agent's own rules.

What comes out is staged first, then compared with what is stored, and only rows that differ are replaced.
Nothing at or above a partition's position is touched: that is still on its way.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final, NamedTuple

from daybook.ledger import measures
from daybook.ledger.calendar import Calendar
from daybook.ledger.state import PartitionLedger
from daybook.ledger.totals import bucket_message
from daybook.schemas import topics
from daybook.sinks import rows
from daybook.sinks.columns import BELOW, KEYS
from daybook.sinks.errors import RawEventsGone, SinkBehind
from daybook.sinks.raw_events import RawEvent
from daybook.sinks.reconcile import Difference, bounds_parameters, compare, differences_of, total_vectors
from daybook.sinks.refolding import refold
from daybook.sinks.store import Store, transposed, unique_token

_BLOCK: Final = 20_000
_STAGED: Final = {"totals": "rebuilt_totals", "lines": "rebuilt_lines"}
_WRITTEN: Final = """
SELECT partition, max(bitOr(bitShiftLeft(toUInt64(epoch), 40), offset)) + 1 FROM {events} GROUP BY partition
"""
_GONE: Final = """
SELECT count()
FROM (SELECT epoch, partition, min(offset) AS first FROM lines GROUP BY epoch, partition) AS counted
LEFT JOIN
    (SELECT epoch, partition, min(offset) AS oldest, 1 AS any FROM events GROUP BY epoch, partition) AS kept
USING (epoch, partition)
WHERE any = 0 OR oldest > first
"""
_POSITIONS: Final = "SELECT partition, version, next_offset FROM {positions} FINAL"
_TABLES: Final = {
    topics.SALES: {"events": "events", "positions": "positions"},
    topics.SIGNS: {"events": "signal_events", "positions": "signal_positions"},
}
_DAYS: Final = "business_date BETWEEN {from:Date} AND {to:Date}"
_TOTALS_BELOW: Final = (
    "version < transform(partition, {partitions:Array(UInt16)}, {bounds:Array(UInt64)}, toUInt64(0))"
)
_MEASURED: Final = ", ".join((*rows.TOTAL_COLUMNS[:7], *measures.STORED))
_NAME: Final = ", ".join(rows.TOTAL_COLUMNS[:6])
_LINE: Final = ", ".join(rows.LINE_COLUMNS)

Progress = Callable[[int], None]
"""Called with the number of raw events done so far."""


class Rebuilt(NamedTuple):
    """What a rebuild found and did. ``replaced_lines`` counts stored lines that were wrong or missing."""

    events: int
    totals: int
    lines: int
    replaced_lines: int
    differences: list[Difference]
    """Stored totals (``totals``) that differed from the recomputed ones (``lines``)."""


def rebuild(
    store: Store, calendar: Calendar, first: date, last: date, *, progress: Progress | None = None
) -> Rebuilt:
    """Recompute the totals and lines of the days from ``first`` to ``last``, both inclusive.

    Where a store's zone or cutoff has changed, take all days between the old and the new ones.

    Raises:
        RawEventsGone: some are no longer kept (``daybook.sinks.retention``).
        SinkBehind: ClickHouse does not hold all raw events that were counted.
        StoreUnavailable, StoreRefused: ClickHouse gave no answer, or an error.
    """
    _check_raw_events(store)
    bounds = recomputed_below(store)
    days = {"from": first, "to": last}
    _drop_staging(store)
    try:
        for table, staged in _STAGED.items():
            store.command(f"CREATE TABLE {staged} AS {table}")
        events = _stage(store, calendar, bounds, (first, last), progress or _silent)
        with store.exclusive():
            parameters = {**days, **bounds_parameters(bounds)}
            differences = _total_differences(store, parameters)
            replaced = _replace_lines(store, parameters)
            _replace_totals(store, parameters)
        return Rebuilt(
            events,
            int(store.value("SELECT count() FROM rebuilt_totals FINAL")),
            int(store.value("SELECT count() FROM rebuilt_lines FINAL")),
            replaced,
            differences,
        )
    finally:
        _drop_staging(store)


def _check_raw_events(store: Store) -> None:
    """What was counted of an event that is gone could not be counted again, nor what refers to it."""
    if store.value(_GONE):
        raise RawEventsGone("Raw events are no longer kept that were counted: days cannot be counted anew.")


def _silent(_done: int) -> None:
    """No progress to show."""


def recomputed_below(store: Store, counted: topics.Counted = topics.SALES) -> dict[int, int]:
    """By partition the version below which all is recomputed: its position, or whatever was written."""
    tables = _TABLES[counted]
    bounds = {int(row[0]): int(row[1]) for row in store.rows(_WRITTEN.format(**tables))}
    for partition, position, next_offset in store.rows(_POSITIONS.format(**tables)):
        if next_offset and bounds.get(partition, 0) < position:
            raise SinkBehind("ClickHouse does not hold all raw events that were counted; try again shortly.")
        bounds[int(partition)] = int(position)
    return bounds


def _stage(
    store: Store, calendar: Calendar, bounds: dict[int, int], days: tuple[date, date], progress: Progress
) -> int:
    done = 0

    def stage_lines(partition: int, chunk: list[RawEvent]) -> None:
        nonlocal done
        store.insert(
            _STAGED["lines"], transposed(rows.LINE_COLUMNS, _lines(partition, chunk, calendar, days))
        )
        done += len(chunk)
        progress(done)

    for ledger in refold(store, calendar, bounds, stage_lines):
        _stage_totals(store, ledger, days)
    return done


def _lines(
    partition: int, chunk: list[RawEvent], calendar: Calendar, days: tuple[date, date]
) -> list[rows.Row]:
    where = rows.LINE_COLUMNS.index("business_date")
    return [
        line
        for event in chunk
        for line in rows.event_rows(_source_record(partition, event), event.epoch, calendar).lines
        if days[0] <= line[where] <= days[1]
    ]


def _source_record(partition: int, event: RawEvent) -> rows.SourceRecord:
    return rows.SourceRecord(partition, event.offset, event.recorded_at, event.raw, event.received_at)


def _stage_totals(store: Store, ledger: PartitionLedger, days: tuple[date, date]) -> None:
    ledger.totals.mark_all()
    made: list[rows.Row] = []
    for bucket in ledger.totals.take_changed(0):
        if days[0].isoformat() <= bucket.name[1] <= days[1].isoformat():
            made += rows.total_rows(bucket_message(bucket, ledger.partition))
        if len(made) >= _BLOCK:
            store.insert(_STAGED["totals"], transposed(rows.TOTAL_COLUMNS, made))
            made = []
    store.insert(_STAGED["totals"], transposed(rows.TOTAL_COLUMNS, made))


def _total_differences(store: Store, parameters: dict[str, Any]) -> list[Difference]:
    stored = f"(SELECT * FROM totals FINAL WHERE {_TOTALS_BELOW})"  # noqa: S608 - constants of ours
    # A total that has moved on since the positions were read cannot be compared; it is right by itself.
    moved = f"SELECT {_NAME} FROM totals FINAL WHERE NOT ({_TOTALS_BELOW})"  # noqa: S608 - constants of ours
    rebuilt = f"(SELECT * FROM rebuilt_totals FINAL WHERE ({_NAME}) NOT IN ({moved}))"  # noqa: S608 - constants
    found: list[Difference] = []
    for dimension in KEYS:
        sql = compare(total_vectors(dimension, rebuilt), total_vectors(dimension, stored))
        found += differences_of(dimension, store.rows(sql, parameters))
    return found


def _replace_totals(store: Store, parameters: dict[str, Any]) -> None:
    store.command(
        f"DELETE FROM totals WHERE {_DAYS} AND {_TOTALS_BELOW}"  # noqa: S608 - constants of ours
        f" AND ({_MEASURED}) NOT IN (SELECT {_MEASURED} FROM rebuilt_totals)",
        parameters,
    )
    store.command(
        f"INSERT INTO totals SELECT * FROM rebuilt_totals WHERE ({_MEASURED}) NOT IN"  # noqa: S608 - constants of ours
        f" (SELECT {_MEASURED} FROM totals FINAL WHERE {_DAYS}) {_once()}",
        parameters,
    )


def _replace_lines(store: Store, parameters: dict[str, Any]) -> int:
    """Replace what differs among the lines of events that are no dead letters; how many did."""
    stored = f"{_DAYS} AND {BELOW} AND ({_LINE}) NOT IN (SELECT {_LINE} FROM rebuilt_lines)"  # noqa: S608 - constants
    missing = f"({_LINE}) NOT IN (SELECT {_LINE} FROM lines FINAL WHERE {_DAYS})"  # noqa: S608 - constants of ours
    wrong = _count(store, f"lines FINAL WHERE {stored} AND {_ALIVE}", parameters)
    absent = _count(store, f"rebuilt_lines FINAL WHERE {missing}", parameters)
    if wrong:
        # A line with a null is never found among others here: right ones go with the wrong, and come again.
        store.command(f"DELETE FROM lines WHERE {stored} AND {_ALIVE}", parameters)  # noqa: S608 - constants of ours
    if wrong or absent:
        store.command(
            f"INSERT INTO lines SELECT * FROM rebuilt_lines WHERE {missing} {_once()}",  # noqa: S608
            parameters,
        )
    return max(wrong, absent)


def _count(store: Store, rows_of: str, parameters: dict[str, Any]) -> int:
    """How many rows there are; a null is equal to a null."""
    return int(store.value(f"SELECT count() FROM {rows_of} SETTINGS transform_null_in = 1", parameters))  # noqa: S608


def _once() -> str:
    return f"SETTINGS insert_deduplication_token = '{unique_token()}'"


_ALIVE: Final = (
    "(epoch, partition, offset) NOT IN (SELECT epoch, partition, offset FROM outcomes WHERE outcome = 'dead')"
)


def _drop_staging(store: Store) -> None:
    for staged in _STAGED.values():
        store.command(f"DROP TABLE IF EXISTS {staged}")
