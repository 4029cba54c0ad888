"""Targets and adjustments: setting, listing, and proposing them."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Final, Literal

from pydantic import Field

from daybook.ledger.adjustments import newest
from daybook.ledger.group_pace import shared_date
from daybook.ledger.outlook import DayOutlook, day_outlooks
from daybook.ledger.pace import Paces
from daybook.ledger.proposals import next_periods, proposals
from daybook.ledger.targets import Holder
from daybook.ledger.typical import TypicalDays
from daybook.operations.base import Args, CannotAct, Document, Place
from daybook.operations.known_plans import Known, PlanArgs, known, plans
from daybook.operations.standings import standings
from daybook.producers.records import OutgoingRecord
from daybook.schemas import topics
from daybook.schemas.adjustments import Adjustment
from daybook.schemas.plans import encode_adjustment, encode_target
from daybook.schemas.targets import Target, TargetPeriod

_LONGEST: Final = 400
"""Days ahead that can be proposed for."""


class PublishArgs(Args):
    """What is to be set."""

    targets: list[Target] = Field(default_factory=list)
    adjustments: list[Adjustment] = Field(default_factory=list)


def publish_plans(place: Place, args: PublishArgs) -> Document:
    """Publish targets and adjustments. Doing it again changes nothing.

    Raises:
        CannotAct: no broker is known.
    """
    if place.publish_to is None:
        raise CannotAct("Say where to publish: --kafka for a broker, or --data-dir of a running demo.")
    targets = [OutgoingRecord(*encode_target(target)) for target in args.targets]
    adjustments = [OutgoingRecord(*encode_adjustment(each)) for each in args.adjustments]
    for topic, records in ((topics.TARGETS, targets), (topics.ADJUSTMENTS, adjustments)):
        if records:
            place.publish_to(topic, records)
    return {"targets": len(targets), "adjustments": len(adjustments)}


def list_targets(place: Place, args: PlanArgs) -> Document:
    """Every target that was ever set, with its time and reason, and how its holders stand today.

    Raises:
        CannotAct: no stores are known, so nobody can say which day it is there.
    """
    found = known(place, args)
    targets = found.plans.targets
    return {
        "as_of": found.now.isoformat(),
        "targets": [
            target.model_dump(mode="json")
            for holder in targets.holders()
            for target in targets.changes(holder)
        ],
        "today": [
            {
                "scope": each.holder.scope,
                "key": each.holder.key,
                "currency": each.holder.currency,
                "business_date": each.business_date.isoformat(),
                "period": each.target.period.value,
                "period_amount": each.target.amount,
                "reason": each.target.reason,
                "target": each.day_target,
                "target_by_now": each.by_now,
                "actual": each.actual,
                "attainment_ppm": each.attainment,
            }
            for each in standings(place.store, found, args.book, args.measure)
        ],
    }


def list_adjustments(place: Place, args: PlanArgs) -> Document:
    """Every adjustment that was ever set, and whether it is the newest of its id and not withdrawn."""
    made = plans(place, args).adjustments
    valid = newest(made, args.now)
    return {
        "as_of": args.now.isoformat(),
        "adjustments": [
            {**each.model_dump(mode="json"), "in_force": each in valid}
            for each in sorted(made, key=lambda each: (each.adjustment_id, each.set_at))
        ],
    }


class ProposeArgs(PlanArgs):
    """For whom, over which periods, and how much above what is expected."""

    scope: Literal["store", "all"] = "store"
    store_id: str | None = None
    period: TargetPeriod = TargetPeriod.WEEK
    count: int = Field(4, ge=1, le=_LONGEST)
    uplift_percent: str = Field("0", pattern=r"^[+-]?[0-9]{1,3}(\.[0-9]{1,2})?$")


def propose_targets(place: Place, args: ProposeArgs) -> Document:
    """A targets file with a target for each of the next periods.

    Raises:
        CannotAct: no stores are known, or the periods reach too far ahead.
    """
    found = known(place, args)
    uplift = Fraction(args.uplift_percent) / 100
    made: list[Target] = []
    for holder, today, days in _outlooks(found, args):
        periods = next_periods(args.period, today, args.count)
        made += proposals(holder, args.period, periods, days, uplift=uplift, now=found.now)
    return {"targets": [target.model_dump(mode="json", exclude_defaults=True) for target in made]}


def _outlooks(found: Known, args: ProposeArgs) -> list[tuple[Holder, date, list[DayOutlook]]]:
    paces = [
        pace
        for pace in Paces(found.sold).at(found.now, found.plans.adjustments)
        if pace.projection is not None and args.store_id in (None, pace.store_id)
    ]
    if not paces:
        return []
    today = shared_date(paces)
    ahead = (next_periods(args.period, today, args.count)[-1].last - today).days + 1
    if ahead > _LONGEST:
        raise CannotAct(f"Proposals reach no further than {_LONGEST} days ahead; ask for fewer periods.")
    seen = int(found.now.timestamp())
    typical = TypicalDays({key: found.sold.history(key, seen) for key in found.sold.stores()}, found.calendar)
    held = newest(found.plans.adjustments, found.now)
    per_store = [
        (
            Holder("store", pace.store_id, pace.currency),
            pace.business_date,
            day_outlooks(typical, (pace.store_id, pace.currency), pace.business_date, ahead, held),
        )
        for pace in paces
    ]
    return per_store if args.scope == "store" else _in_all(per_store)


def _in_all(
    per_store: list[tuple[Holder, date, list[DayOutlook]]],
) -> list[tuple[Holder, date, list[DayOutlook]]]:
    currencies = sorted({holder.currency for holder, _, _ in per_store})
    found = []
    for currency in currencies:
        own = [entry for entry in per_store if entry[0].currency == currency]
        days = [day for _, _, outlooks in own for day in outlooks]
        found.append((Holder("all", None, currency), min(today for _, today, _ in own), days))
    return found
