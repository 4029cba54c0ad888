"""Writing the stores of the stores file to ClickHouse, with their clocks: boards know them from there."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from daybook.ledger.clocks import ClockChange, clock_changes
from daybook.schemas.stores import DayRule, StoreEntry
from daybook.sinks.store import Store

FIRST: Final = date(2009, 1, 1)
"""Wall times before it are told by the clock of that day."""
YEARS_AHEAD: Final = 5
_COLUMNS: Final = ("store_id", "starts_at", "offset_seconds", "cutoff_seconds", "name", "region")
_KNOWN: Final = f"SELECT {', '.join(_COLUMNS)} FROM clocks"  # noqa: S608 - constants of ours


def write_clocks(store: Store, stores: Iterable[StoreEntry], version: int) -> int:
    """Write the stores whose clock, name or region differs from what is there; how many those are.

    Args:
        store: its migrations must have been applied.
        stores: of the stores file. A store that is missing there keeps what was written of it.
        version: of what is written, in epoch milliseconds; of two versions the higher one holds.

    Raises:
        StoreUnavailable, StoreRefused: ClickHouse did not take it.
    """
    known: dict[str, set[tuple[Any, ...]]] = {}
    for store_id, starts_at, *others in store.rows(_KNOWN):
        known.setdefault(store_id, set()).add((int(starts_at.timestamp()), *others))
    last = date(1970 + version // 31_556_952_000 + YEARS_AHEAD, 12, 31)
    changed = [
        (entry, rows) for entry in stores if set(rows := _rows(entry, last)) != known.get(entry.store_id)
    ]
    columns: dict[str, list[Any]] = {name: [] for name in (*_COLUMNS, "version")}
    for entry, rows in changed:
        for row in rows:
            for name, value in zip(columns, (entry.store_id, *row, version), strict=True):
                columns[name].append(value)
    store.insert("store_clocks", columns)
    return len(changed)


def _rows(entry: StoreEntry, last: date) -> list[tuple[int, int, int, str, str]]:
    name, region = entry.name or entry.store_id, entry.region or ""
    rules = tuple(rule.model_dump_json() for rule in entry.days)
    return [(*change, name, region) for change in _changes(rules, last)]


@functools.lru_cache(maxsize=256)
def _changes(rules: tuple[str, ...], last: date) -> list[ClockChange]:
    """Stores of one zone and cutoff share their changes: they take some hundredths of a second to find."""
    first, *others = clock_changes([DayRule.model_validate_json(rule) for rule in rules], FIRST, last)
    return [first._replace(starts_at=0), *others]
