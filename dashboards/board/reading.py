"""Reads the view of today from ClickHouse, of what a scope shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from daybook.dashboards.board.access import Scope
from daybook.dashboards.board.asking import Asking
from daybook.dashboards.board.curves import StoreQuarters, Typical, group_curve, store_curve
from daybook.dashboards.board.days import StoreDay, store_day
from daybook.dashboards.board.document import Curve, Part, Position, Product, TodayDocument
from daybook.dashboards.board.pacing import Pacing
from daybook.dashboards.board.rows import ProductRow, QuarterRow, SaleRow, TotalRow
from daybook.dashboards.board.today import (
    groups_today,
    main_dates,
    named,
    quarters_by_store,
    ranked,
    regions_today,
    stores_today,
    with_paces,
)
from daybook.dashboards.board.told import Told, told_paces
from daybook.ledger.calendar import Calendar
from daybook.ledger.pace import StorePace
from daybook.ledger.sold import Key
from daybook.schemas.currencies import exponent
from daybook.sinks.store import Store

LAST_SALES: Final = 12
NONE_STATED: Final = "none stated"
"""What the queries call the part of a day that states no channel or revenue stream."""
_PARTS: Final = {"channel": "today_by_channel", "revenue_stream": "today_by_stream"}
"""The queries that take a day apart, by dimension."""
STORE_CURVES: Final = 60
"""Up to so many stores each has a curve of its own: more would outgrow a push a second."""

Mark = tuple[Any, ...]
"""Something that differs when what the board shows has changed."""


class TodayReader:
    """Reads today as it stands at one instant.

    Args:
        store: where the totals are.
        calendar: which stores there are.
        clock: gives aware times.
        scope: what the viewer may see.
        pacing: where each store stands; shared by all viewers.
        filling: whether a past is still being published.
    """

    def __init__(
        self,
        store: Store,
        calendar: Calendar,
        clock: Callable[[], datetime],
        scope: Scope | None = None,
        pacing: Pacing | None = None,
        *,
        filling: Callable[[], bool] = lambda: False,
    ) -> None:
        self._filling = filling
        self._calendar = calendar
        self._clock = clock
        self._scope = scope or Scope()
        self._pacing = pacing or Pacing(store, calendar)
        self._asking = Asking(store, self._scope)

    async def mark(self) -> Mark:
        """A mark that changes with every figure on the board: cheap enough to ask several times a second."""
        days = self._days(self._clock())
        rows = await self._asking.rows("changes", dates=_both_dates(days))
        return (*rows[0], tuple(day.today for day in days.values()), self._pacing.version, self._filling())

    async def read(self) -> TodayDocument:
        """The whole view. Raises what the store raises."""
        now = self._clock()
        days = self._days(now)
        position = await self._position()
        quarters = await self._quarters(days)
        paces = await self._pacing.paces(quarters, now)
        stores = stores_today(days, await self._totals(days), quarters)
        regions = regions_today(days, stores)
        dates = main_dates(stores)
        told = await self._told(days, now)
        stores, groups = with_paces(stores, groups_today(days, stores), paces, told, dates)
        return TodayDocument(
            as_of_ms=int(now.timestamp() * 1000),
            exponents={group.currency: exponent(group.currency) for group in groups},
            newest_recorded_ms=position.newest_recorded_ms,
            filling=self._filling(),
            position=position if self._scope.stores is None else None,
            groups=groups,
            regions=regions,
            stores=stores,
            curves=_curves([group.currency for group in groups], quarters, _typical(paces)),
            parts=await self._parts(dates),
            products=await self._products(dates),
            sales=named(days, await self._sales(days)),
        )

    def _days(self, now: datetime) -> dict[str, StoreDay]:
        return {
            store.store_id: store_day(store, now)
            for store in self._calendar.stores
            if self._scope.shows(store.store_id)
        }

    async def _position(self) -> Position:
        return Position(*(await self._asking.rows("position"))[0])

    async def _totals(self, days: Mapping[str, StoreDay]) -> list[TotalRow]:
        if not days:
            return []
        return [TotalRow(*row) for row in await self._asking.rows("store_totals", **_pairs(days))]

    async def _quarters(self, days: Mapping[str, StoreDay]) -> list[StoreQuarters]:
        if not days:
            return []
        rows = await self._asking.rows("store_quarters", **_pairs(days))
        return quarters_by_store(days, (QuarterRow(*row) for row in rows))

    async def _told(self, days: Mapping[str, StoreDay], now: datetime) -> Told:
        """What the watcher told of these days. That of all stores is not for those who may see some."""
        if not days:
            return {}
        dates = [day.today for day in days.values()]
        rows = await self._asking.rows("projections_now", **{"from": min(dates), "to": max(dates)})
        told = told_paces(rows, now)
        everything = self._scope.stores is None
        return {of: pace for of, pace in told.items() if everything or of.scope == "store"}

    async def _parts(self, dates: Mapping[str, date]) -> list[Part]:
        return [
            Part(dimension, row["currency"], row[dimension], int(row["net"]), int(row["orders"]))
            for dimension, query in _PARTS.items()
            for day, currencies in _by_date(dates)
            for row in await self._asking.shared(query, currencies, date=day.isoformat())
            if row[dimension] != NONE_STATED
        ]

    async def _products(self, dates: Mapping[str, date]) -> list[Product]:
        rows = [
            ProductRow(
                row["currency"], day, row["product"], row["product_name"], int(row["net"]),
                int(row["net_units"]),
            )
            for day, currencies in _by_date(dates)
            for row in await self._asking.shared("today_best_products", currencies, date=day.isoformat())
        ]  # fmt: skip
        return ranked(sorted(rows, key=lambda row: (row.currency, -row.net, row.product_id)))

    async def _sales(self, days: Mapping[str, StoreDay]) -> list[SaleRow]:
        if not days:
            return []
        today = {"stores": list(days), "dates": [day.today for day in days.values()]}
        return [SaleRow(*row) for row in await self._asking.rows("last_sales", **today, limit=LAST_SALES)]


def _by_date(dates: Mapping[str, date]) -> list[tuple[date, list[str]]]:
    """The currencies that are at each date: one question for all of them."""
    found = sorted(set(dates.values()))
    return [(day, sorted(each for each, own in dates.items() if own == day)) for day in found]


def _typical(paces: Mapping[Key, StorePace]) -> Typical:
    return {key: pace.typical for key, pace in paces.items() if pace.typical is not None}


def _curves(currencies: Sequence[str], quarters: Sequence[StoreQuarters], typical: Typical) -> list[Curve]:
    curves = []
    for currency in currencies:
        members = [member for member in quarters if member.currency == currency]
        if members:
            curves.append(group_curve(members, typical))
        if len(members) > 1 and len(quarters) <= STORE_CURVES:
            curves.extend(store_curve(member, typical) for member in members)
    return curves


def _both_dates(days: Mapping[str, StoreDay]) -> list[date]:
    return sorted({date for day in days.values() for date in (day.today, day.yesterday)})


def _pairs(days: Mapping[str, StoreDay]) -> dict[str, list[Any]]:
    return {
        "stores": [day.store_id for day in days.values() for _ in range(2)],
        "dates": [date for day in days.values() for date in (day.today, day.yesterday)],
    }
