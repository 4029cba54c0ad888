"""Who is where today: each store's sales so far against its usual, and where its day will close."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from daybook.ledger.calendar import QUARTER, Calendar, wall_time
from daybook.ledger.curves import DayCurve, QuarterAmount, day_curves
from daybook.ledger.curves import together as curves_together
from daybook.ledger.projection import (
    FEWEST,
    History,
    Miss,
    Projection,
    band,
    chance,
    like_days,
    misses,
    project,
    residuals,
    together,
    typical_day,
)

_SECOND: Final = timedelta(seconds=1)
Key = tuple[str, str]
"""Store id and currency."""


class StorePace(NamedTuple):
    """A store's day in one currency. ``projection`` is None for a store without any like day."""

    store_id: str
    region: str | None
    currency: str
    business_date: date
    actual: int
    projection: Projection | None
    typical_total: int
    missed: dict[date, Miss]


class GroupPace(NamedTuple):
    """The stores of one currency together. Those ``left_out`` have no like day: they add what they sold."""

    currency: str
    actual: int
    projection: Projection | None
    typical_total: int
    missed: dict[date, Miss]
    stores: int
    left_out: int


class Aim(NamedTuple):
    """How a day stands to its target; minor units. The chance (ppm) and what is at risk need a past."""

    target: int
    chance: int | None
    at_risk: int | None


def aim(pace: StorePace | GroupPace, target: int) -> Aim:
    """How likely a target will be reached, and how much the projected close falls short of it."""
    if pace.projection is None:
        return Aim(target, None, None)
    close = pace.projection.close
    reached = chance(close, target, pace.typical_total, residuals(pace.missed))
    return Aim(target, reached, max(target - close, 0))


def store_paces(
    amounts: Mapping[Key, Sequence[QuarterAmount]], calendar: Calendar, now: datetime
) -> list[StorePace]:
    """The pace of every store that sold anything, sorted by store and currency. ``now`` is aware.

    Sales after ``now`` do not count: a past moment is seen as it was.
    """
    seen = int(now.timestamp())
    histories = {
        key: day_curves((a for a in own if a.quarter <= seen), calendar.store(key[0]).days)
        for key, own in sorted(amounts.items())
        if key[0] in calendar
    }
    shapes = _Shapes(histories, calendar)
    return [_store_pace(key, histories[key], shapes, calendar, now) for key in histories]


def group_paces(stores: Sequence[StorePace]) -> list[GroupPace]:
    """All stores of each currency added up; their misses are added by date, and so make the band."""
    members: defaultdict[str, list[StorePace]] = defaultdict(list)
    for store in stores:
        members[store.currency].append(store)
    return [_group_pace(currency, of_currency) for currency, of_currency in sorted(members.items())]


def _store_pace(key: Key, history: History, shapes: _Shapes, calendar: Calendar, now: datetime) -> StorePace:
    store_id, currency = key
    store = calendar.store(store_id)
    wall = wall_time(now, store.days)
    today, second = wall.date(), (wall - datetime.combine(wall.date(), datetime.min.time())) // _SECOND
    curve = history.get(today)
    actual = curve.total if curve else 0
    like = like_days(history, today)
    typical = typical_day(like, [] if len(like) >= FEWEST else shapes.of(key, today))
    if typical is None:
        return StorePace(store_id, store.region, currency, today, actual, None, 0, {})
    missed = misses(history, today, second // QUARTER)
    projection = project(actual, typical.share(second), typical.total, residuals(missed))
    return StorePace(store_id, store.region, currency, today, actual, projection, typical.total, missed)


def _group_pace(currency: str, stores: Sequence[StorePace]) -> GroupPace:
    known = [store for store in stores if store.projection is not None]
    actual = sum(store.actual for store in stores)
    if not known:
        return GroupPace(currency, actual, None, 0, {}, 0, len(stores))
    projections = [store.projection for store in known if store.projection is not None]
    unknown = actual - sum(projection.actual for projection in projections)
    close = sum(projection.close for projection in projections) + unknown
    expected = sum(projection.expected for projection in projections)
    typical_total, missed = sum(s.typical_total for s in known), together(s.missed for s in known)
    projection = Projection(actual, expected, close, *band(close, typical_total, residuals(missed)))
    left_out = len(stores) - len(known)
    return GroupPace(currency, actual, projection, typical_total, missed, len(known), left_out)


class _Shapes:
    """The curves of regions and of all stores, for stores that have too few like days of their own."""

    def __init__(self, histories: Mapping[Key, dict[date, DayCurve]], calendar: Calendar) -> None:
        self._histories = histories
        self._calendar = calendar
        self._made: dict[tuple[str, str | None], dict[date, DayCurve]] = {}

    def of(self, key: Key, day: date) -> list[DayCurve]:
        """Like days of the store's region if there are enough, else of all stores of its currency."""
        region = self._calendar.store(key[0]).region
        for scope in (region, None) if region else (None,):
            like = like_days(self._together(key[1], scope), day)
            if len(like) >= FEWEST:
                return like
        return []

    def _together(self, currency: str, region: str | None) -> dict[date, DayCurve]:
        if (currency, region) not in self._made:
            self._made[currency, region] = curves_together(
                history
                for (store_id, own), history in self._histories.items()
                if own == currency and region in (None, self._calendar.store(store_id).region)
            )
        return self._made[currency, region]
