"""By how much a day is expected to differ from the usual: the factors that hold, multiplied exactly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from fractions import Fraction
from math import prod

from daybook.schemas.adjustments import Adjustment
from daybook.schemas.stores import StoreEntry


def newest(adjustments: Iterable[Adjustment], now: datetime) -> list[Adjustment]:
    """Of each adjustment what was set last by an aware time, by id; withdrawn ones are left out."""
    found: dict[str, Adjustment] = {}
    for each in adjustments:
        known = found.get(each.adjustment_id)
        if each.set_at <= now and (known is None or each.set_at >= known.set_at):
            found[each.adjustment_id] = each
    return [found[name] for name in sorted(found) if not found[name].withdrawn]


def in_force(adjustments: Sequence[Adjustment], store: StoreEntry, day: date) -> list[Adjustment]:
    """Those that hold for a store on a business date; ``adjustments`` is what ``newest`` gave."""
    return [
        each
        for each in adjustments
        if each.first <= day
        and (each.last is None or day <= each.last)
        and (each.scope == "all" or each.key == (store.region if each.scope == "region" else store.store_id))
    ]


def factor(adjustments: Iterable[Adjustment]) -> Fraction:
    """All factors multiplied; 1 without any."""
    return prod((each.exact_factor for each in adjustments), start=Fraction(1))
