"""Asks the queries of boards and page; those that Grafana's boards hold are filled in as Grafana does it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from daybook.dashboards import queries
from daybook.dashboards.board.access import Scope
from daybook.dashboards.queries.filling import ALL, Choice, Value, Window, filled
from daybook.sinks.store import Store


class Asking:
    """Asks for what a scope shows. Asking raises what the store raises."""

    def __init__(self, store: Store, scope: Scope) -> None:
        self._store = store
        self._scope = scope

    async def rows(self, query: str, **parameters: Any) -> Sequence[Any]:
        """The rows of a query that takes ClickHouse's own parameters."""
        return await self._store.arows(queries.load(query), parameters)

    async def shared(
        self,
        query: str,
        currency: Value = ALL,
        *,
        date: str = "today",
        window: Window | None = None,
        **others: Value,
    ) -> list[dict[str, Any]]:
        """The rows of a query that Grafana's boards show too, of the scope's stores.

        ``others`` are a board's variables of its own. Amounts are exact decimals without digits after the
        point: minor units. Not to be asked of a scope without any store.
        """
        stores: Value = ALL if self._scope.stores is None else sorted(self._scope.stores)
        choice = Choice(currency, date=date, store=stores, others=others)
        return await self._store.arecords(filled(queries.load(query), choice.variables(), window))
