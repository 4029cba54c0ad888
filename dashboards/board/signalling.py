"""Reads the view of signals: what customers and systems say beside what is bought, in the same hours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from daybook.dashboards.board.access import Scope
from daybook.dashboards.board.asking import Asking
from daybook.dashboards.queries.filling import ALL
from daybook.ledger.calendar import Calendar
from daybook.schemas.currencies import exponent
from daybook.sinks.store import Store

_TILLS: Final = 12
_FIRST: Final = 3
"""Places of a ranking that are shown."""
_RANKED: Final = {
    "staff": ("deals_won", "csat"),
    "store": ("conversion", "csat", "nps", "answer_minutes"),
}
"""By what people and stores are ranked."""
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Revenue:
    """What deals and subscriptions of a currency promise; amounts in minor units, shares of 1."""

    currency: str
    pipeline: int
    deals_won: int
    win_rate: float | None
    days_to_close: float | None
    mrr: int
    mrr_before: int
    subscribers: int
    churn_rate: float | None


@dataclass(frozen=True, slots=True)
class Best:
    """A place among people or stores by a measure of signals, over 28 days. ``value`` is in its unit.

    ``made_of`` says of how many answers, sessions or the like a ratio is made; None of what is no ratio.
    """

    by: str
    measure: str
    rank: int
    key: str
    name: str
    value: float
    made_of: int | None
    movement: str


@dataclass(frozen=True, slots=True)
class SignalsDocument:
    """The whole view. ``now`` has a figure by name, None where too little is known; shares of 1."""

    as_of_ms: int
    newest_recorded_ms: int | None
    names: dict[str, str]
    exponents: dict[str, int]
    received: int | None
    """Signals in the log; None where some stores' only may be shown."""
    now: Row
    funnel: list[Row]
    topics: list[Row]
    technical: list[Row]
    tills: list[Row]
    best: list[Best]
    revenue: list[Revenue]


class SignalsReader:
    """Reads the view of signals."""

    def __init__(
        self,
        store: Store,
        calendar: Calendar,
        clock: Callable[[], datetime],
        scope: Scope,
        staff_names: Mapping[str, str],
    ) -> None:
        self._asking = Asking(store, scope)
        self._scope = scope
        self._calendar = calendar
        self._clock = clock
        self._names = {"store": scope.names_of(calendar.stores), "staff": staff_names}

    async def mark(self) -> tuple[Any, ...]:
        """Changes with every counted signal."""
        (row,) = await self._asking.rows("signals_position")
        return tuple(row)

    async def read(self) -> SignalsDocument:
        """The whole view. Raises what the store raises."""
        (position,) = await self._asking.rows("signals_position")
        (now,) = await self._asking.shared("signals_now")
        currencies = await self._currencies()
        revenue = [await self._revenue(currency) for currency in currencies]
        tills = await self._asking.shared("signals_tills")
        return SignalsDocument(
            as_of_ms=int(self._clock().timestamp() * 1000),
            newest_recorded_ms=int(position[1]) or None,
            names=self._scope.names_of(self._calendar.stores),
            exponents={each.currency: exponent(each.currency) for each in revenue},
            received=int(position[0]) if self._scope.stores is None else None,
            now=now,
            funnel=await self._asking.shared("signals_funnel"),
            topics=await self._asking.shared("signals_topics"),
            technical=await self._asking.shared("signals_technical"),
            tills=[{**till, "alive_until": till["alive_until"].isoformat()} for till in tills[:_TILLS]],
            best=[
                best
                for by, measures in _RANKED.items()
                for best in await self._best(by, measures, currencies)
            ],
            revenue=revenue,
        )

    async def _currencies(self) -> list[str]:
        """The currencies in which deals or subscriptions were told of."""
        stores = self._scope.stores
        asked = {"every": stores is None, "stores": sorted(stores or ())}
        return [row[0] for row in await self._asking.rows("signals_currencies", **asked)]

    async def _best(self, by: str, measures: Sequence[str], currencies: Sequence[str]) -> list[Best]:
        """The first of each ranking. A deal is a deal in any currency."""
        rows = await self._asking.shared("signals_ranked", currencies or ALL, by=by, measure=measures)
        names = self._names[by]
        return [
            Best(
                by=by,
                measure=row["measure"],
                rank=row["rank"],
                key=row["who"],
                name=names.get(row["who"], row["who"]),
                value=row["own_number"],
                made_of=row["made_of"],
                movement=row["movement"],
            )
            for row in sorted(rows, key=lambda row: measures.index(row["measure"]))
            if row["rank"] <= _FIRST
        ]

    async def _revenue(self, currency: str) -> Revenue:
        (deals,) = await self._asking.shared("signals_deals", currency)
        days = await self._asking.shared("signals_mrr", currency)
        last: Row = days[-1] if days else {"mrr": 0, "subscribers": 0, "churn_rate": None}
        before = days[-31]["mrr"] if len(days) > 30 else 0
        return Revenue(
            currency=currency,
            pipeline=int(deals["pipeline_value"]),
            deals_won=int(deals["deals_won"]),
            win_rate=deals["win_rate"],
            days_to_close=deals["days_to_close"],
            mrr=int(last["mrr"]),
            mrr_before=int(before),
            subscribers=int(last["subscribers"]),
            churn_rate=last["churn_rate"],
        )
