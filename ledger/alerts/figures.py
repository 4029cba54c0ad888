"""How the days of stores, regions and all stand, as alerts tell it: the same figures as boards show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from daybook.ledger.aims import Aims
from daybook.ledger.group_pace import Aim, GroupPace, group_paces, members_of, region_paces
from daybook.ledger.pace import StorePace
from daybook.schemas.alerts import DayFigures, Dimension, Scope

ScopeName = tuple[Dimension, str | None, str | None]
"""Dimension, key and currency of a scope."""
Figures = Mapping[ScopeName, DayFigures]


def name_of(scope: Scope) -> ScopeName:
    """A scope by which figures are looked up."""
    return scope.dimension, scope.key, scope.currency


def day_figures(stores: Sequence[StorePace], aims: Aims) -> dict[ScopeName, DayFigures]:
    """The figures of every store, region and currency, out of the stores' paces and their targets."""
    found: dict[ScopeName, DayFigures] = {}
    for store in stores:
        found[Dimension.STORE, store.store_id, store.currency] = _of(store, aims.of_store(store))
    for group in (*region_paces(stores), *group_paces(stores)):
        dimension = Dimension.ALL if group.region is None else Dimension.REGION
        found[dimension, group.region, group.currency] = _of(
            group, aims.of_group(group, members_of(group, stores))
        )
    return found


def _of(pace: StorePace | GroupPace, stood: Aim | None) -> DayFigures:
    """At risk is what the projected close lacks of the target, or of the usual day where none is set."""
    projection = pace.projection
    target = stood.target if stood else None
    if projection is None:
        return DayFigures(actual=pace.actual, target=target)
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
