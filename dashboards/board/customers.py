"""Reads the view of customers: who comes again, what campaigns, subscriptions and contracts bring."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from daybook.dashboards.board.access import Scope
from daybook.dashboards.board.asking import Asking
from daybook.dashboards.board.days import store_day
from daybook.dashboards.queries.filling import ALL
from daybook.ledger.calendar import Calendar
from daybook.schemas.currencies import exponent
from daybook.sinks.store import Store

LATELY: Final = timedelta(days=28)
KEPT: Final = timedelta(minutes=1)
_MOVED_IN: Final = 30
"""Days over which the page says what moved recurring revenue; those of the churn rate."""
_MOVES: Final = ("mrr_new", "mrr_reactivation", "mrr_expansion", "mrr_contraction", "mrr_churn", "mrr_moved")
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Customers:
    """Customers of the 28 days that end today. The rate is a share of 1; None where too little is known."""

    customers: int
    new_customers: int
    returning_customers: int
    repeat_rate: float | None
    days_between_orders: float | None


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign today, beside its usual up to the same time of day; amounts in minor units."""

    currency: str
    campaign: str
    sales: int
    orders: int
    net: int
    usual_orders: float | None
    usual_net: int | None


@dataclass(frozen=True, slots=True)
class Recurring:
    """Monthly recurring revenue of a currency, in minor units; it was ``before`` thirty days ago.

    ``moves`` since then add up to the difference. ``days`` has each day's date and revenue at its end.
    """

    currency: str
    mrr: int
    before: int
    moves: dict[str, int]
    subscribers: int
    churn_rate: float | None
    days: list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Contracts:
    """Contract revenue of a currency, in minor units.

    ``won`` and ``recognised`` are those of 28 days, ``recognised_today`` that of the last of them, ``ahead``
    what contracts that are won already bring in the thirty days after. ``days`` has each day's date, the
    value that was won on it, and the share of all contracts that falls on it.
    """

    currency: str
    won: int
    recognised: int
    recognised_today: int
    ahead: int
    today: str
    days: list[tuple[str, int, int]]


@dataclass(frozen=True, slots=True)
class CustomersDocument:
    """The whole view."""

    as_of_ms: int
    newest_recorded_ms: int | None
    exponents: dict[str, int]
    customers: Customers
    campaigns: list[Campaign]
    recurring: list[Recurring]
    contracts: list[Contracts]


class CustomersReader:
    """Reads the view of customers, of the stores that a scope shows."""

    def __init__(self, store: Store, calendar: Calendar, clock: Callable[[], datetime], scope: Scope) -> None:
        self._asking = Asking(store, scope)
        self._scope = scope
        self._calendar = calendar
        self._clock = clock
        self._again: tuple[datetime, Customers] | None = None

    async def mark(self) -> tuple[Any, ...]:
        """Changes with every counted sale and signal."""
        (sales,) = await self._asking.rows("position")
        (signals,) = await self._asking.rows("signals_position")
        return (*sales, *signals)

    async def read(self) -> CustomersDocument:
        """The whole view. Raises what the store raises."""
        now = self._clock()
        (sales,) = await self._asking.rows("position")
        (signals,) = await self._asking.rows("signals_position")
        campaigns = [_campaign(row) for row in await self._asking.shared("signals_campaigns", ALL)]
        currencies = await self._currencies()
        recurring = [await self._recurring(each) for each in currencies]
        contracts = [await self._contracts(each, self._today(now)) for each in currencies]
        return CustomersDocument(
            as_of_ms=int(now.timestamp() * 1000),
            newest_recorded_ms=max(int(sales[-1] or 0), int(signals[1] or 0)) or None,
            exponents={each: exponent(each) for each in {*currencies, *(c.currency for c in campaigns)}},
            customers=await self._customers(now),
            campaigns=campaigns,
            recurring=[each for each in recurring if each is not None],
            contracts=[each for each in contracts if each is not None],
        )

    async def _customers(self, now: datetime) -> Customers:
        """As of up to a minute ago: they go over all that was ever sold, and 28 days hardly move in one."""
        if self._again is None or not timedelta(0) <= now - self._again[0] < KEPT:
            (row,) = await self._asking.shared("signals_customers")
            self._again = now, Customers(**row)
        return self._again[1]

    def _today(self, now: datetime) -> date:
        """The newest business date at a store that is shown."""
        shown = [store for store in self._calendar.stores if self._scope.shows(store.store_id)]
        return max((store_day(store, now).today for store in shown), default=now.date())

    async def _currencies(self) -> list[str]:
        """The currencies in which deals or subscriptions were told of."""
        stores = self._scope.stores
        asked = {"every": stores is None, "stores": sorted(stores or ())}
        return [row[0] for row in await self._asking.rows("signals_currencies", **asked)]

    async def _recurring(self, currency: str) -> Recurring | None:
        rows = await self._asking.shared("signals_mrr", currency)
        if not any(row["mrr"] or row["subscribers"] or row["mrr_churn"] for row in rows):
            return None
        lately, last = rows[-_MOVED_IN:], rows[-1]
        moves = {move: int(sum(row[move] for row in lately)) for move in _MOVES}
        return Recurring(
            currency=currency,
            mrr=int(last["mrr"]),
            before=int(last["mrr"]) - sum(moves.values()),
            moves=moves,
            subscribers=int(last["subscribers"]),
            churn_rate=last["churn_rate"],
            days=[(row["time"].date().isoformat(), int(row["mrr"])) for row in rows],
        )

    async def _contracts(self, currency: str, today: date) -> Contracts | None:
        rows = await self._asking.shared("signals_contracts", currency)
        days = [(row["time"].date(), int(row["won_value"]), int(row["recognised_revenue"])) for row in rows]
        if not any(won or recognised for _, won, recognised in days):
            return None
        lately = [day for day in days if today - LATELY < day[0] <= today]
        return Contracts(
            currency=currency,
            won=sum(won for _, won, _ in lately),
            recognised=sum(recognised for _, _, recognised in lately),
            recognised_today=sum(recognised for day, _, recognised in days if day == today),
            ahead=sum(recognised for day, _, recognised in days if day > today),
            today=today.isoformat(),
            days=[(day.isoformat(), won, recognised) for day, won, recognised in days],
        )


def _campaign(row: Row) -> Campaign:
    usual = row["usual_net"]
    return Campaign(
        currency=row["currency"],
        campaign=row["campaign"],
        sales=int(row["sales"]),
        orders=int(row["orders"]),
        net=int(row["net"]),
        usual_orders=row["usual_orders"],
        usual_net=None if usual is None else int(usual),
    )
