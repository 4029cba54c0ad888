"""Rolling windows over totals that are there anyway: by quarter hour and by business date.

The short windows go by the quarter hour: the last 60 minutes are the last four full quarter hours and the
running one, 60 to 75 minutes, and labelled so. The long ones go by each store's business date.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Final, NamedTuple

from daybook.ledger.calendar import QUARTER
from daybook.ledger.measures import Figures, figures

QUARTERS: Final = {"last_60_minutes": 4, "last_24_hours": 96}
"""Full quarter hours of a window, to which the running one comes."""
DAYS: Final = {"last_7_days": 7, "last_28_days": 28}
"""Business dates of a window, today's included."""
LABELS: Final = {
    "last_60_minutes": "last four quarter hours and the running one",
    "last_24_hours": "last 96 quarter hours and the running one",
    "last_7_days": "last 7 business dates, today included",
    "last_28_days": "last 28 business dates, today included",
}


class QuarterTotal(NamedTuple):
    """Stored measures of a store's UTC quarter hour, which begins at ``quarter`` (epoch seconds)."""

    store_id: str
    currency: str
    quarter: int
    vector: list[int]


class DayTotal(NamedTuple):
    """Stored measures of a store's business date."""

    store_id: str
    currency: str
    business_date: date
    vector: list[int]


def first_quarter(now: int, full: int) -> int:
    """Start of the earliest of ``full`` quarter hours before the running one; all in epoch seconds."""
    return now // QUARTER * QUARTER - full * QUARTER


def rolling(
    quarters: Iterable[QuarterTotal], days: Iterable[DayTotal], now: int, today: Mapping[str, date]
) -> dict[tuple[str, str], dict[str, Figures]]:
    """Figures of each window by (store, currency).

    Args:
        quarters: totals by quarter hour, at least of the last day; others do no harm.
        days: totals by business date, at least of the last 28.
        now: epoch seconds.
        today: each store's running business date.
    """
    sums: dict[tuple[str, str], dict[str, list[int]]] = {}
    for total in quarters:
        for name, full in QUARTERS.items():
            if first_quarter(now, full) <= total.quarter <= now:
                _add(sums, total.store_id, total.currency, name, total.vector)
    for day in days:
        last = today.get(day.store_id)
        for name, count in DAYS.items():
            if last is not None and last - timedelta(days=count) < day.business_date <= last:
                _add(sums, day.store_id, day.currency, name, day.vector)
    return {key: {name: figures(vector) for name, vector in found.items()} for key, found in sums.items()}


def _add(
    sums: dict[tuple[str, str], dict[str, list[int]]],
    store: str,
    currency: str,
    window: str,
    vector: list[int],
) -> None:
    windows = sums.setdefault((store, currency), {})
    known = windows.get(window)
    windows[window] = vector if known is None else [a + b for a, b in zip(known, vector, strict=True)]
