"""The targets of stores, regions and all for a business date, as far as any are set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from daybook.ledger.alerts.figures import ScopeName, TargetOf
from daybook.ledger.calendar import Calendar
from daybook.ledger.sold import SoldByQuarter
from daybook.ledger.targets import Holder, Weights, day_amount, target_in_force, weekday_weights
from daybook.schemas.alerts import Dimension
from daybook.schemas.targets import Target


def targets_of(targets: Iterable[Target], sold: SoldByQuarter, now: datetime) -> TargetOf:
    """Looks targets up as they hold at an aware moment; a period's is spread by how its days usually sell."""
    known = list(targets)

    def of(name: ScopeName, day: date) -> int | None:
        dimension, key, currency = name
        holder = Holder(dimension.value, key, currency or "")
        target = target_in_force(known, holder, day, now) if known else None
        if target is None:
            return None

        def weights(before: date) -> Weights:
            return weekday_weights(_totals(sold, name, int(now.timestamp())), before)

        return day_amount(target, day, weights)

    return of


def _totals(sold: SoldByQuarter, name: ScopeName, now: int) -> dict[date, int]:
    """What a scope sold on each day that is known."""
    found: defaultdict[date, int] = defaultdict(int)
    for store_id, currency in sold.stores():
        if currency == name[2] and _within(sold.calendar, store_id, name):
            for day, curve in sold.history((store_id, currency), now).items():
                found[day] += curve.total
    return found


def _within(calendar: Calendar, store_id: str, name: ScopeName) -> bool:
    dimension, key, _ = name
    if dimension is Dimension.REGION:
        return calendar.store(store_id).region == key
    return dimension is Dimension.ALL or store_id == key
