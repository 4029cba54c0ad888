"""Holding totals against lines: two ways to the same figures, which must agree to the last minor unit.

ClickHouse adds up the counted lines by itself; nothing of the agent's own arithmetic is used.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from typing import Any, Final, NamedTuple

from daybook.ledger.measures import STORED
from daybook.sinks.columns import BELOW, KEYS, NOTHING, TOTAL_VECTOR, line_vectors
from daybook.sinks.errors import SinkBehind
from daybook.sinks.store import Store

FIRST_DAY: Final = date(1970, 1, 1)
LAST_DAY: Final = date(2149, 6, 6)
"""What ClickHouse's ``Date`` can hold."""
PATIENCE: Final = 10.0
_PAUSE: Final = 0.2
_MOST: Final = 10_000

_POSITIONS: Final = """
SELECT partition, version, duplicates + superseded + dead FROM positions FINAL ORDER BY partition
"""
_NEWEST: Final = """
SELECT partition, max(version), count() FROM totals FINAL
WHERE business_date BETWEEN {from:Date} AND {to:Date}
GROUP BY partition ORDER BY partition
"""


class Difference(NamedTuple):
    """A measure in which lines and totals differ, in minor units or counts."""

    book: str
    business_date: date
    currency: str
    dimension: str
    key: str
    measure: str
    lines: int
    totals: int


class _Snapshot(NamedTuple):
    """How far each partition was counted, and what tells whether the totals have moved since."""

    bounds: dict[int, int]
    uncounted: dict[int, int]
    newest: tuple[tuple[Any, ...], ...]

    @property
    def whole(self) -> bool:
        """Whether no total is newer than the position of its partition."""
        return all(row[1] < self.bounds.get(row[0], 0) for row in self.newest)


def reconcile(store: Store, day: date | None = None, *, patience: float = PATIENCE) -> list[Difference]:
    """Every measure of every total, in every dimension, against the lines that were counted.

    While totals are being written it looks again, for up to ``patience`` seconds, until all is at rest.

    Raises:
        SinkBehind: there was no such moment.
        StoreUnavailable, StoreRefused: ClickHouse gave no answer, or an error.
    """
    first, last = (FIRST_DAY, LAST_DAY) if day is None else (day, day)
    deadline = time.monotonic() + patience
    while True:
        with store.exclusive():
            before = _snapshot(store, first, last)
            differences = list(_differences(store, before, first, last))
            moved = _snapshot(store, first, last).newest != before.newest
            settled = not differences or (before.whole and not moved and _outcomes_in(store, before))
        if settled:
            return differences
        if time.monotonic() >= deadline:
            if moved:
                raise SinkBehind("The totals kept changing; reconcile a closed day, or when it is quieter.")
            return differences
        time.sleep(_PAUSE)


def uncounted_written(store: Store, bounds: dict[int, int], table: str = "outcomes") -> dict[int, int]:
    """How many records below each partition's bound (a version) are known not to count, by their table."""
    sql = (
        f"SELECT partition, count() FROM {table} FINAL"  # noqa: S608 - constants of ours
        f" WHERE outcome != 'replaced' AND {BELOW} GROUP BY partition"
    )
    rows = store.rows(sql, bounds_parameters(bounds))
    return {int(row[0]): int(row[1]) for row in rows}


def bounds_parameters(bounds: dict[int, int]) -> dict[str, list[int]]:
    """Parameters for ``BELOW``; partitions without a bound have nothing below it."""
    return {"partitions": list(bounds) or [0], "bounds": list(bounds.values()) or [0]}


def compare(left: str, right: str) -> str:
    """A query for the keys in which two queries of (book, business_date, currency, key, vector) differ."""
    names = "book, business_date, currency, key"
    return f"""
    SELECT {names}, sumForEach(a) AS left_sums, sumForEach(b) AS right_sums
    FROM (
        SELECT {names}, vector AS a, {NOTHING} AS b FROM ({left})
        UNION ALL
        SELECT {names}, {NOTHING} AS a, vector AS b FROM ({right})
    )
    GROUP BY {names}
    HAVING left_sums != right_sums
    ORDER BY {names}
    LIMIT {_MOST}
    """  # noqa: S608 - constants of ours


def total_vectors(dimension: str, source: str) -> str:
    """A query that gives (book, business_date, currency, key, vector) of stored totals."""
    return f"""
    SELECT book, business_date, currency, key, {TOTAL_VECTOR} AS vector FROM {source}
    WHERE dimension = '{dimension}' AND business_date BETWEEN {{from:Date}} AND {{to:Date}}
    """  # noqa: S608 - constants of ours


def differences_of(dimension: str, rows: list[tuple[Any, ...]]) -> Iterator[Difference]:
    """The answer of a ``compare`` query, measure by measure."""
    for book, day, currency, key, left, right in rows:
        for measure, a, b in zip(STORED, left, right, strict=True):
            if a != b:
                yield Difference(book, day, currency, dimension, key, measure, a, b)


def _snapshot(store: Store, first: date, last: date) -> _Snapshot:
    positions = store.rows(_POSITIONS)
    newest = store.rows(_NEWEST, {"from": first, "to": last})
    bounds = {int(row[0]): int(row[1]) for row in positions}
    return _Snapshot(bounds, {int(row[0]): int(row[2]) for row in positions}, tuple(newest))


def _outcomes_in(store: Store, snapshot: _Snapshot) -> bool:
    """Whether everything that was not counted is known by position; it travels on a topic of its own."""
    found = uncounted_written(store, snapshot.bounds)
    return all(found.get(partition, 0) == count for partition, count in snapshot.uncounted.items())


def _differences(store: Store, snapshot: _Snapshot, first: date, last: date) -> Iterator[Difference]:
    counted = f"(SELECT *, business_date AS lines_date FROM counted_lines WHERE {BELOW})"  # noqa: S608 - constants
    parameters = {"from": first, "to": last, **bounds_parameters(snapshot.bounds)}
    for dimension in KEYS:
        sql = compare(line_vectors(dimension, counted), total_vectors(dimension, "merged_totals"))
        yield from differences_of(dimension, store.rows(sql, parameters))
