"""The written report of a day, a week or a month: figures that agree with the boards, and what stands out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, Literal

from pydantic import Field

from daybook.ledger.calendar import Calendar
from daybook.ledger.days import closes_at
from daybook.ledger.measures import Figures, figures
from daybook.ledger.periods import PERIODS, Period, period_before
from daybook.ledger.standouts import Standout, dates_of
from daybook.operations.base import Args, CannotAct, Document, Place
from daybook.operations.case_review import ReviewArgs, review_cases
from daybook.operations.report_measures import own_measures
from daybook.operations.report_revenue import campaigns_of, customers_of, revenue_of
from daybook.operations.report_signals import signals_of
from daybook.operations.report_standouts import Aims, net_by_date, standouts_of
from daybook.schemas.awards import Award
from daybook.schemas.measures import CustomMeasure
from daybook.schemas.rounding import divide
from daybook.schemas.targets import Target
from daybook.sinks.awards import public_awards
from daybook.sinks.contenders import contenders
from daybook.sinks.plans import stored_targets
from daybook.sinks.reading import StoreTotal, counts, store_totals
from daybook.sinks.store import Store

PAST: Final = timedelta(days=400)
"""How far back a report looks for what it compares with."""
BEST: Final = 10
PARTS: Final = ("store", "region", "channel", "product", "campaign")
_AMOUNTS: Final = ("net", "gross", "discounts", "reversals")
_PPM: Final = 1_000_000
_OF_AWARD: Final = {
    *("title", "how", "key", "name", "currency", "first", "last", "quantity", "status", "prize", "label"),
    *("given_by", "given_for"),
}


class NothingSold(CannotAct):
    """There is nothing to report."""


class ReportArgs(Args):
    """Which period: the one of a kind that holds a day; yesterday's day, or the last whole week or month."""

    kind: Literal["day", "week", "month"] = "day"
    day: date | None = Field(None, description="A day of the period; the last whole one, if left out.")
    grace_hours: float = Field(6.0, ge=0, le=24 * 31)
    at: datetime | None = Field(None, description="As of when days count as closed; now, if left out.")
    targets: list[Target] = Field(default_factory=list, description="Besides published ones.")
    custom: list[CustomMeasure] = Field(default_factory=list, description="Told beside our own figures.")


def report(place: Place, args: ReportArgs) -> Document:
    """The report as a document; amounts are integers in minor units.

    Raises:
        CannotAct: no stores are known, nothing was sold in the period, or a measure cannot be read.
    """
    if place.calendar is None or not place.calendar.stores:
        raise CannotAct("Name the stores file by --stores: which day it is depends on the store.")
    now = args.at or datetime.now(UTC)
    period, before = _periods(place.calendar, args, now)
    past = store_totals(place.store, period.first - PAST, period.last)
    names = {store.store_id: store.name or store.store_id for store in place.calendar.stores}
    parts = {name: _by_currency(place, name, period) for name in PARTS}
    earlier = {name: _by_currency(place, name, before) for name in PARTS}
    sold = sorted({row.currency for row in past if row.business_date in period})
    if not sold:
        raise NothingSold(f"Nothing was sold from {period.first} to {period.last}.")
    open_stores = _not_closed(place.calendar, period, timedelta(hours=args.grace_hours), now)
    as_of = counts(place.store).recorded_at
    targets = [*stored_targets(place.store), *args.targets]
    custom = own_measures(place, args.custom, period, before)
    reviewed = review_cases(place, ReviewArgs(day=period.first)) if args.kind == "week" else None
    return {
        "kind": args.kind,
        "review": reviewed,
        "first": period.first.isoformat(),
        "last": period.last.isoformat(),
        "before": {"first": before.first.isoformat(), "last": before.last.isoformat()},
        "as_of": as_of.isoformat() if as_of else None,
        "provisional": [names[store_id] for store_id in open_stores],
        "signals": _signals(place.store, args.kind, period, before),
        "names": {"store": names, "product": _product_names(place, period)},
        "awards": [_award(each) for each in public_awards(place.store, period.first, period.last, now)],
        "currencies": [
            _currency(
                [row for row in past if row.currency == currency],
                {name: parts[name].get(currency, {}) for name in PARTS},
                {name: earlier[name].get(currency, {}) for name in PARTS},
                period=period,
                before=before,
                kind=args.kind,
                aims=Aims(targets, currency, now),
            )
            | {"measures": custom.get(currency, [])}
            for currency in sold
        ],
    }


def _signals(store: Store, kind: str, period: Period, before: Period) -> list[Document]:
    return [
        *signals_of(store, period, before),
        *customers_of(store, period, before),
        *(campaigns_of(store, period.last) if kind == "day" else ()),
        *revenue_of(store, period, before),
    ]


def _periods(calendar: Calendar, args: ReportArgs, now: datetime) -> tuple[Period, Period]:
    day = args.day
    if day is None:
        # The last period that is over at every store.
        today = min(calendar.moment(store.store_id, now).business_date for store in calendar.stores)
        return period_before(args.kind, today), period_before(
            args.kind, period_before(args.kind, today).first
        )
    return PERIODS[args.kind](day), period_before(args.kind, day)


def _not_closed(calendar: Calendar, period: Period, grace: timedelta, now: datetime) -> list[str]:
    return [s.store_id for s in calendar.stores if now < closes_at(period.last, s.days, grace)]


def _by_currency(place: Place, dimension: str, period: Period) -> dict[str, dict[str, Figures]]:
    found = contenders(place.store, dimension, period, with_time=False)
    return {
        currency: {each.key: figures(list(each.vector)) for each in own if each.key}
        for currency, own in found.items()
    }


def _product_names(place: Place, period: Period) -> dict[str, str]:
    query = (
        "SELECT product_id, argMax(product_name, recorded_at) FROM lines "
        "WHERE business_date BETWEEN {first:Date} AND {last:Date} AND product_name != '' GROUP BY product_id"
    )
    rows = place.store.rows(query, {"first": period.first, "last": period.last})
    return {str(row[0]): str(row[1]) for row in rows}


def _currency(
    past: Sequence[StoreTotal],
    parts: dict[str, dict[str, Figures]],
    earlier: dict[str, dict[str, Figures]],
    *,
    period: Period,
    before: Period,
    kind: str,
    aims: Aims,
) -> Document:
    days = net_by_date(past)
    own = [row.figures for row in past if row.business_date in period]
    return {
        "currency": aims.currency,
        "figures": _figures(own),
        "target": aims.of("all", None, days, period),
        "before": _figures(row.figures for row in past if row.business_date in before),
        "last_year": _last_year(days, period),
        "days": [_day(day, days) for day in dates_of(period)],
        **{name: _parts(parts[name], earlier[name], BEST if name == "product" else None) for name in PARTS},
        "standouts": [
            _told(each) for each in standouts_of(past, parts, earlier, period=period, kind=kind, aims=aims)
        ],
    }


def _figures(rows: Iterable[Figures]) -> Document:
    found = list(rows)
    total = {
        name: sum(getattr(row, name) for row in found) for name in ("net", "gross", "discounts", "reversals")
    }
    orders = sum(row.orders for row in found)
    units = sum(row.units - row.returned_units for row in found)
    sold = total["gross"] + total["discounts"]
    return {
        **total,
        "orders": orders,
        "net_units": units,
        "average_order": divide(sold, orders) if orders > 0 else None,
        "units_per_order_ppm": divide(units * _PPM, orders) if orders > 0 else None,
    }


def _last_year(days: dict[date, int], period: Period) -> int | None:
    """Net sales 364 days before; None where one of the days with sales has none to compare with."""
    back = timedelta(days=364)
    compared = [day - back for day in dates_of(period) if day in days]
    return sum(days[day] for day in compared) if compared and all(day in days for day in compared) else None


def _day(day: date, days: dict[date, int]) -> Document:
    return {
        "date": day.isoformat(),
        "net": days.get(day),
        "last_week": days.get(day - timedelta(weeks=1)),
        "last_year": days.get(day - timedelta(days=364)),
    }


def _parts(now: dict[str, Figures], before: dict[str, Figures], most: int | None) -> list[dict[str, Any]]:
    ordered = sorted(now.items(), key=lambda item: (-item[1].net, item[0]))[:most]
    return [
        {
            "key": key,
            "net": own.net,
            "orders": own.orders,
            "net_units": own.units - own.returned_units,
            "reversals": own.reversals,
            "before": before[key].net if key in before else None,
        }
        for key, own in ordered
    ]


def _award(award: Award) -> Document:
    """An award that everyone may see, as far as a report tells of it."""
    fields = {
        "title",
        "how",
        "key",
        "name",
        "currency",
        "first",
        "last",
        "quantity",
        "status",
        "prize",
        "label",
    }
    return award.model_dump(mode="json", include=fields | {"given_by", "given_for"})


def _told(standout: Standout) -> Document:
    found = standout._asdict()
    return found | {"since": standout.since.isoformat() if standout.since else None}
