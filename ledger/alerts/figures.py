"""How the days of stores, regions and all stand, as alerts tell it: the same figures as boards show."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from daybook.ledger.group_pace import GroupPace, aim, group_paces, region_paces
from daybook.ledger.pace import StorePace
from daybook.schemas.alerts import DayFigures, Dimension, Scope

ScopeName = tuple[Dimension, str | None, str | None]
"""Dimension, key and currency of a scope."""
Figures = Mapping[ScopeName, DayFigures]
TargetOf = Callable[[ScopeName, date], int | None]
"""The target of a scope on a business date, in minor units; None where none is set."""


def name_of(scope: Scope) -> ScopeName:
    """A scope by which figures are looked up."""
    return scope.dimension, scope.key, scope.currency


def day_figures(stores: Sequence[StorePace], target_of: TargetOf) -> dict[ScopeName, DayFigures]:
    """The figures of every store, region and currency, out of the stores' paces."""
    found: dict[ScopeName, DayFigures] = {}
    for store in stores:
        name: ScopeName = (Dimension.STORE, store.store_id, store.currency)
        found[name] = _of(store, target_of(name, store.business_date))
    days = {store.currency: store.business_date for store in sorted(stores, key=lambda s: s.business_date)}
    for group in (*region_paces(stores), *group_paces(stores)):
        dimension = Dimension.ALL if group.region is None else Dimension.REGION
        name = (dimension, group.region, group.currency)
        found[name] = _of(group, target_of(name, days[group.currency]))
    return found


def _of(pace: StorePace | GroupPace, target: int | None) -> DayFigures:
    """At risk is what the projected close lacks of the target, or of the usual day where none is set."""
    projection = pace.projection
    if projection is None:
        return DayFigures(actual=pace.actual, target=target)
    stood = None if target is None else aim(pace, target)
    wanted = pace.typical_total if target is None else target
    return DayFigures(
        actual=pace.actual,
        expected=projection.expected,
        projected_close=projection.close,
        low=projection.low,
        high=projection.high,
        target=target,
        chance=stood.chance if stood else None,
        at_risk=max(wanted - projection.close, 0),
    )
