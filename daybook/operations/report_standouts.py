"""Which rules a report's figures are held against: the whole, each store, and who moved it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from daybook.ledger.measures import Figures
from daybook.ledger.periods import Period
from daybook.ledger.standouts import (
    Standout,
    against_before,
    against_target,
    against_usual,
    dates_of,
    movers,
    record,
    reversals,
    telling,
)
from daybook.ledger.targets import Holder, day_amount, target_in_force, weekday_weights
from daybook.schemas.targets import Target
from daybook.sinks.reading import StoreTotal

MOST: Final = 12
"""Sentences of one currency."""


class Aims:
    """Targets of one currency as they hold at an aware time, spread by what each holder has usually sold."""

    def __init__(self, targets: Sequence[Target], currency: str, now: datetime) -> None:
        self.currency = currency
        self._targets = targets
        self._now = now

    def of(self, scope: str, key: str | None, days: Mapping[date, int], period: Period) -> int | None:
        """The target of a whole period; None where one of its days has none. ``days`` are net sales."""
        holder, found = Holder(scope, key, self.currency), 0
        for day in dates_of(period):
            target = target_in_force(self._targets, holder, day, self._now)
            if target is None:
                return None
            found += day_amount(target, day, lambda first: weekday_weights(days, first))
        return found


def standouts_of(
    past: Sequence[StoreTotal],
    parts: Mapping[str, Mapping[str, Figures]],
    earlier: Mapping[str, Mapping[str, Figures]],
    *,
    period: Period,
    kind: str,
    aims: Aims,
) -> list[Standout]:
    """What stands out in a period of one currency, about most money first.

    Args:
        past: totals of all stores up to the period's end, of this currency alone.
        parts: figures by dimension and key in the period.
        earlier: the same for the period before.
        period: the period.
        kind: ``day``, ``week`` or ``month``: a day is held against its like days.
        aims: the targets.
    """
    whole = list(_of_one("all", "", past, period=period, kind=kind, aims=aims))
    stores = defaultdict(list)
    for row in past:
        stores[row.store_id].append(row)
    each = [
        found
        for key, own in stores.items()
        for found in _of_one("store", key, own, period=period, kind=kind, aims=aims)
    ]
    return telling([*whole, *each, *_movers(parts, earlier)], MOST)


def _of_one(
    dimension: str, key: str, past: Sequence[StoreTotal], *, period: Period, kind: str, aims: Aims
) -> Iterator[Standout | None]:
    days = net_by_date(past)
    if kind == "day":
        yield against_usual(dimension, key, days, period.first)
    if dimension == "all":
        if kind != "day":
            yield against_before("last_week", dimension, key, days, period)
        yield against_before("last_year", dimension, key, days, period)
    own = [row.figures for row in past if row.business_date in period]
    target = aims.of(dimension, key or None, days, period)
    yield against_target(dimension, key, sum(row.net for row in own), target)
    yield record(dimension, key, days, period)
    sold = sum(row.gross + row.discounts for row in own)
    yield reversals(dimension, key, sum(row.reversals for row in own), sold, _usual_reversals(past, period))


def _movers(
    parts: Mapping[str, Mapping[str, Figures]], earlier: Mapping[str, Mapping[str, Figures]]
) -> Iterator[Standout]:
    whole = sum(own.net for own in earlier["store"].values())
    for dimension in ("store", "product"):
        now, before = ({key: own.net for key, own in side[dimension].items()} for side in (parts, earlier))
        if len(now.keys() | before.keys()) > 1:
            yield from movers(dimension, now, before, whole)


def net_by_date(past: Iterable[StoreTotal]) -> dict[date, int]:
    """Net sales of all given totals by business date."""
    days: defaultdict[date, int] = defaultdict(int)
    for row in past:
        days[row.business_date] += row.figures.net
    return dict(days)


def _usual_reversals(past: Iterable[StoreTotal], period: Period) -> list[tuple[int, int]]:
    days: defaultdict[date, list[int]] = defaultdict(lambda: [0, 0])
    for row in past:
        if row.business_date < period.first:
            pair = days[row.business_date]
            pair[0] += row.figures.reversals
            pair[1] += row.figures.gross + row.figures.discounts
    return [(reversed_, sold) for _, (reversed_, sold) in sorted(days.items())[-56:]]
