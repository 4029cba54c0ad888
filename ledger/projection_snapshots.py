"""Projections to be kept: of each store, each region and all, as they are seen at a moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from daybook.ledger.adjustments import factor
from daybook.ledger.aims import Aims
from daybook.ledger.group_pace import Aim, GroupPace, group_paces, members_of, region_paces, shared_date
from daybook.ledger.pace import StorePace
from daybook.ledger.quantiles import PPM
from daybook.schemas.projections import ProjectionSnapshot
from daybook.schemas.rounding import divide


def snapshots(paces: Sequence[StorePace], aims: Aims) -> list[ProjectionSnapshot]:
    """Of each store, each region and all stores of each currency. ``aims`` are those of the same moment.

    A group is told of the date that most of its stores are at.
    """
    found = [_of_store(pace, aims.of_store(pace)) for pace in paces]
    for group in (*region_paces(paces), *group_paces(paces)):
        members = members_of(group, paces)
        found.append(_of_group(group, members, aims.of_group(group, members)))
    return found


def _of_store(pace: StorePace, aim: Aim | None) -> ProjectionSnapshot:
    held = factor(pace.adjustments)
    return ProjectionSnapshot(
        scope="store",
        key=pace.store_id,
        business_date=pace.business_date,
        second=pace.second,
        adjustment=divide(held.numerator * PPM, held.denominator),
        closed=pace.closed,
        **_figures(pace, aim),
    )


def _of_group(group: GroupPace, members: Sequence[StorePace], aim: Aim | None) -> ProjectionSnapshot:
    day = shared_date(members)
    return ProjectionSnapshot(
        scope="all" if group.region is None else "region",
        key=group.region or "",
        business_date=day,
        second=min(pace.second for pace in members if pace.business_date == day),
        adjustment=divide(group.typical_total * PPM, group.usual_total) if group.usual_total > 0 else PPM,
        closed=all(pace.closed for pace in members),
        **_figures(group, aim),
    )


def _figures(pace: StorePace | GroupPace, aim: Aim | None) -> dict[str, Any]:
    seen, usual = pace.projection, pace.unadjusted
    return {
        "currency": pace.currency,
        "actual": pace.actual,
        "expected": seen.expected if seen else None,
        "close": seen.close if seen else None,
        "low": seen.low if seen else None,
        "high": seen.high if seen else None,
        "usual_close": usual.close if usual else None,
        "target": aim.target if aim else None,
        "target_by_now": aim.by_now if aim else None,
        "chance": aim.chance if aim else None,
        "at_risk": aim.at_risk if aim else None,
    }
