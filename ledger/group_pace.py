"""Stores together: where a region or the whole business is today, and how a day stands to its target."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from daybook.ledger.pace import StorePace
from daybook.ledger.projection import Miss, Projection, band, chance, residuals, sum_of_misses
from daybook.schemas.rounding import divide


class GroupPace(NamedTuple):
    """The stores of one currency together. Those ``left_out`` have nothing to go by: they add what they sold.

    ``past`` holds the misses (ppm) that make the band; ``unadjusted`` is the projection without adjustments.
    """

    currency: str
    actual: int
    projection: Projection | None
    typical_total: int
    missed: dict[date, Miss]
    stores: int
    left_out: int
    region: str | None = None
    past: Sequence[int] = ()
    unadjusted: Projection | None = None
    usual_total: int = 0


class Aim(NamedTuple):
    """How a day stands to its target; minor units. The chance (ppm) and what is at risk need a past.

    ``by_now`` is the part of the target that is made by now if the day goes as such days do.
    """

    target: int
    chance: int | None
    at_risk: int | None
    by_now: int | None = None


def aim(pace: StorePace | GroupPace, target: int) -> Aim:
    """How likely a target will be reached, and how much the projected close falls short of it."""
    if pace.projection is None:
        return Aim(target, None, None)
    close, total = pace.projection.close, pace.typical_total
    by_now = divide(target * pace.projection.expected, total) if total > 0 else None
    return Aim(target, chance(close, target, total, pace.past), max(target - close, 0), by_now)


def group_paces(stores: Sequence[StorePace]) -> list[GroupPace]:
    """All stores of each currency added up; their misses are added by date, and so make the band."""
    members: defaultdict[str, list[StorePace]] = defaultdict(list)
    for store in stores:
        members[store.currency].append(store)
    return [_group_pace(currency, of_currency) for currency, of_currency in sorted(members.items())]


def region_paces(stores: Sequence[StorePace]) -> list[GroupPace]:
    """The stores of each region and currency added up; those without a region are in none."""
    members: defaultdict[tuple[str, str], list[StorePace]] = defaultdict(list)
    for store in stores:
        if store.region is not None:
            members[store.region, store.currency].append(store)
    return [
        _group_pace(currency, own)._replace(region=region)
        for (region, currency), own in sorted(members.items())
    ]


def members_of(group: GroupPace, paces: Sequence[StorePace]) -> list[StorePace]:
    """The stores that a group is made of."""
    return [pace for pace in paces if pace.currency == group.currency and group.region in (None, pace.region)]


def shared_date(paces: Sequence[StorePace]) -> date:
    """The business date that most stores are at, of several the earliest: groups span time zones."""
    dates = Counter(pace.business_date for pace in paces)
    return min(dates, key=lambda day: (-dates[day], day))


def _group_pace(currency: str, stores: Sequence[StorePace]) -> GroupPace:
    known = [store for store in stores if store.projection is not None]
    actual = sum(store.actual for store in stores)
    if not known:
        return GroupPace(currency, actual, None, 0, {}, 0, len(stores))
    missed = sum_of_misses(store.missed for store in known)
    past = residuals(missed)
    typical = sum(store.typical_total for store in known)
    usual = sum(store.usual_total for store in known)
    return GroupPace(
        currency,
        actual,
        _added_up([store.projection for store in known], actual, typical, past),
        typical,
        missed,
        len(known),
        len(stores) - len(known),
        past=past,
        unadjusted=_added_up([store.unadjusted for store in known], actual, usual, past),
        usual_total=usual,
    )


def _added_up(
    projections: Sequence[Projection | None], actual: int, typical_total: int, past: Sequence[int]
) -> Projection:
    known = [projection for projection in projections if projection is not None]
    unknown = actual - sum(projection.actual for projection in known)
    close = sum(projection.close for projection in known) + unknown
    expected = sum(projection.expected for projection in known)
    return Projection(actual, expected, close, *band(close, typical_total, past))
