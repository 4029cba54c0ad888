"""Who is where today, against the usual day and the target."""

from __future__ import annotations

from daybook.ledger.aims import Aims
from daybook.ledger.group_pace import Aim, GroupPace, group_paces, members_of, region_paces
from daybook.ledger.pace import Paces, StorePace
from daybook.operations.base import Document, Place
from daybook.operations.known_plans import PlanArgs, known


class PaceArgs(PlanArgs):
    """The same as for all plans."""


def pace(place: Place, args: PaceArgs) -> Document:
    """Sales so far, expected by now, projected close with band, target: per store, region and currency.

    Raises:
        CannotAct: no stores are known, so nobody can say which day it is there.
    """
    found = known(place, args)
    stores = Paces(found.sold).at(found.now, found.plans.adjustments)
    aims = Aims(found.plans.targets, found.sold, found.now)
    return {
        "as_of": found.now.isoformat(),
        "measure": args.measure,
        "groups": [_group(group, stores, aims) for group in group_paces(stores)],
        "regions": [_group(group, stores, aims) for group in region_paces(stores)],
        "stores": [_store(store, aims) for store in stores],
    }


def _group(group: GroupPace, stores: list[StorePace], aims: Aims) -> Document:
    name = {} if group.region is None else {"region": group.region}
    return {
        **name,
        "currency": group.currency,
        **_told(group),
        **_aimed(aims.of_group(group, members_of(group, stores))),
        "stores": group.stores,
        "left_out": group.left_out,
    }


def _store(store: StorePace, aims: Aims) -> Document:
    return {
        "store_id": store.store_id,
        "currency": store.currency,
        "business_date": store.business_date.isoformat(),
        "closed": store.closed,
        **_told(store),
        **_aimed(aims.of_store(store)),
        "adjustments": [
            each.model_dump(mode="json", include={"adjustment_id", "factor", "source", "reason"})
            for each in store.adjustments
        ],
    }


def _told(pace: StorePace | GroupPace) -> Document:
    seen, usual = pace.projection, pace.unadjusted
    return {
        "actual": pace.actual,
        "expected": seen.expected if seen else None,
        "projected_close": seen.close if seen else None,
        "low": seen.low if seen else None,
        "high": seen.high if seen else None,
        "expected_unadjusted": usual.expected if usual else None,
        "projected_close_unadjusted": usual.close if usual else None,
    }


def _aimed(aim: Aim | None) -> Document:
    return {
        "target": aim.target if aim else None,
        "target_by_now": aim.by_now if aim else None,
        "chance_ppm": aim.chance if aim else None,
        "at_risk": aim.at_risk if aim else None,
    }
