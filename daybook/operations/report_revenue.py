"""What a report tells of customers, campaigns, subscriptions and contracts, by the boards' own queries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Final

from daybook.dashboards import queries
from daybook.dashboards.queries.filling import ALL, Choice, filled
from daybook.ledger.periods import Period
from daybook.operations.base import Document
from daybook.schemas.rounding import divide
from daybook.sinks.store import Store

_MILLION: Final = 1_000_000
_CUSTOMERS: Final = {
    "customers": ("Customers of 28 days", "count"),
    "new_customers": ("Of these new", "count"),
    "returning_customers": ("Of these returning", "count"),
    "repeat_rate": ("Repeat rate", "share"),
    "days_between_orders": ("Days between two orders", "days"),
}
_MOVES: Final = {
    "mrr_new": "MRR, new",
    "mrr_reactivation": "MRR, reactivation",
    "mrr_expansion": "MRR, expansion",
    "mrr_contraction": "MRR, contraction",
    "mrr_churn": "MRR, churn",
}
_CONTRACTS: Final = {"won_value": "Contracts won", "recognised_revenue": "Contract revenue recognised"}
Row = dict[str, Any]


def customers_of(store: Store, period: Period, before: Period) -> list[Document]:
    """Customers of the 28 days up to the period's end, beside those up to the end of the one before."""
    ((now,), (then,)) = (_asked(store, "signals_customers", ALL, each.last) for each in (period, before))
    if not now["customers"]:
        return []
    known = then["customers"] > 0
    return [
        _figure(name, label, unit, _told(now[name], unit), _told(then[name], unit) if known else None)
        for name, (label, unit) in _CUSTOMERS.items()
        if now[name] is not None
    ]


def campaigns_of(store: Store, day: date) -> list[Document]:
    """Net sales by campaign on a business date, beside the median of the like days before it."""
    return [
        _figure("campaign_net", f"Campaign {row['campaign']}", "minor units", int(row["net"]), None)
        | {"currency": row["currency"], "of": int(row["orders"]), "usual": _minor(row["usual_net"])}
        for row in _asked(store, "signals_campaigns", ALL, day)
    ]


def revenue_of(store: Store, period: Period, before: Period) -> list[Document]:
    """Recurring revenue with what moved it, and contract revenue: by currency, in minor units."""
    found: list[Document] = []
    for (currency,) in store.rows(queries.load("signals_currencies"), {"every": True, "stores": []}):
        told = (*_recurring(store, currency, period, before), *_contracts(store, currency, period, before))
        found += [figure | {"currency": currency} for figure in told]
    return found


def _recurring(store: Store, currency: str, period: Period, before: Period) -> Iterator[Document]:
    days = {row["time"].date(): row for row in _asked(store, "signals_mrr", currency, period.last)}
    last = days.get(period.last)
    if last is None:
        return
    then = days.get(before.last)
    if last["mrr"] or (then is not None and then["mrr"]):
        yield _figure("mrr", "MRR", "minor units", int(last["mrr"]), _minor(then["mrr"] if then else None))
    moved = {move: sum(int(row[move]) for day, row in days.items() if day in period) for move in _MOVES}
    for move, label in _MOVES.items():
        if moved[move]:
            yield _figure(move, label, "minor units", moved[move], None)


def _contracts(store: Store, currency: str, period: Period, before: Period) -> Iterator[Document]:
    now, then = (
        [row for row in _asked(store, "signals_contracts", currency, each.last) if row["time"].date() in each]
        for each in (period, before)
    )
    for name, label in _CONTRACTS.items():
        value, earlier = (sum(int(row[name]) for row in rows) for rows in (now, then))
        if value:
            yield _figure(name, label, "minor units", value, earlier if then else None)


def _asked(store: Store, query: str, currency: str, day: date) -> list[Row]:
    choice = Choice(currency, date=day.isoformat())
    return store.records(filled(queries.load(query), choice.variables()))


def _figure(name: str, label: str, unit: str, value: int | None, before: int | None) -> Document:
    return {"name": name, "label": label, "unit": unit, "value": value, "before": before, "of": None}


def _told(value: float | None, unit: str) -> int | None:
    """A count as it is, anything else in millionths."""
    if value is None or unit == "count":
        return None if value is None else int(value)
    exact = Decimal(value) * _MILLION
    return divide(*exact.as_integer_ratio())


def _minor(value: Decimal | None) -> int | None:
    return None if value is None else int(value)
