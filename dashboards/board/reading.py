"""Reads the board's document from ClickHouse."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from daybook.dashboards import queries
from daybook.dashboards.board.curves import StoreQuarters, group_curve, store_curve
from daybook.dashboards.board.days import StoreDay, store_day
from daybook.dashboards.board.document import BoardDocument, Curve, Position, Product, StoreToday
from daybook.dashboards.board.rows import ProductRow, QuarterRow, SaleRow, TotalRow
from daybook.dashboards.board.today import (
    groups_today,
    main_dates,
    named,
    quarters_by_store,
    ranked,
    stores_today,
)
from daybook.ledger.calendar import Calendar
from daybook.schemas.currencies import exponent
from daybook.sinks.store import Store

BEST_PRODUCTS: Final = 10
LAST_SALES: Final = 12
STORE_CURVES: Final = 60
"""Up to so many stores each has a curve of its own: more would outgrow a push a second."""

Mark = tuple[Any, ...]
"""Something that differs when what the board shows has changed."""


class BoardReader:
    """Reads the board as it stands at one instant. ``clock`` gives aware times."""

    def __init__(self, store: Store, calendar: Calendar, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._calendar = calendar
        self._clock = clock
        self._names: dict[str, str] = {}

    async def mark(self) -> Mark:
        """A mark that changes with every figure on the board: cheap enough to ask several times a second."""
        days = self._days(self._clock())
        rows = await self._ask("changes", dates=_both_dates(days))
        return (*rows[0], tuple(day.today for day in days.values()))

    async def read(self) -> BoardDocument:
        """The whole board. Raises what the store raises."""
        now = self._clock()
        days = self._days(now)
        position = await self._position()
        quarters = await self._quarters(days)
        stores = stores_today(days, await self._totals(days), quarters)
        groups = groups_today(days, stores)
        return BoardDocument(
            as_of_ms=int(now.timestamp() * 1000),
            exponents={group.currency: exponent(group.currency) for group in groups},
            position=position,
            groups=groups,
            stores=stores,
            curves=_curves([group.currency for group in groups], quarters),
            products=await self._products(stores),
            sales=named(days, await self._sales(days)),
        )

    def _days(self, now: datetime) -> dict[str, StoreDay]:
        return {store.store_id: store_day(store, now) for store in self._calendar.stores}

    async def _ask(self, query: str, **parameters: Any) -> Sequence[Sequence[Any]]:
        return await self._store.arows(queries.load(query), parameters)

    async def _position(self) -> Position:
        return Position(*(await self._ask("position"))[0])

    async def _totals(self, days: Mapping[str, StoreDay]) -> list[TotalRow]:
        if not days:
            return []
        return [TotalRow(*row) for row in await self._ask("store_totals", **_pairs(days))]

    async def _quarters(self, days: Mapping[str, StoreDay]) -> list[StoreQuarters]:
        if not days:
            return []
        rows = await self._ask("store_quarters", **_pairs(days))
        return quarters_by_store(days, (QuarterRow(*row) for row in rows))

    async def _products(self, stores: Sequence[StoreToday]) -> list[Product]:
        dates = main_dates(stores)
        if not dates:
            return []
        boards = {"currencies": list(dates), "dates": list(dates.values())}
        rows = [ProductRow(*row) for row in await self._ask("best_products", **boards, limit=BEST_PRODUCTS)]
        unknown = sorted({row.product_id for row in rows} - self._names.keys())
        if unknown:
            found = await self._ask("product_names", dates=boards["dates"], products=unknown)
            self._names.update((product_id, name) for product_id, name in found)
        return ranked(rows, self._names)

    async def _sales(self, days: Mapping[str, StoreDay]) -> list[SaleRow]:
        if not days:
            return []
        today = {"stores": list(days), "dates": [day.today for day in days.values()]}
        return [SaleRow(*row) for row in await self._ask("last_sales", **today, limit=LAST_SALES)]


def _curves(currencies: Sequence[str], quarters: Sequence[StoreQuarters]) -> list[Curve]:
    curves = []
    for currency in currencies:
        members = [member for member in quarters if member.currency == currency]
        if members:
            curves.append(group_curve(members))
        if len(members) > 1 and len(quarters) <= STORE_CURVES:
            curves.extend(store_curve(member) for member in members)
    return curves


def _both_dates(days: Mapping[str, StoreDay]) -> list[date]:
    return sorted({date for day in days.values() for date in (day.today, day.yesterday)})


def _pairs(days: Mapping[str, StoreDay]) -> dict[str, list[Any]]:
    return {
        "stores": [day.store_id for day in days.values() for _ in range(2)],
        "dates": [date for day in days.values() for date in (day.today, day.yesterday)],
    }
