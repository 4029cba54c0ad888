"""Reads what the views of alerts and of cases share: published documents, as far as a scope shows them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import orjson

from daybook.dashboards.board.access import Scope
from daybook.dashboards.board.asking import Asking
from daybook.dashboards.board.document import Position
from daybook.ledger.calendar import Calendar
from daybook.schemas.currencies import exponent
from daybook.sinks.store import Store

_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Published:
    """How things stand, and the documents of one kind."""

    as_of_ms: int
    newest_recorded_ms: int | None
    exponents: dict[str, int]
    names: dict[str, str]
    documents: list[dict[str, Any]]


class PublishedReader:
    """Reads the documents of one kind: all, or those that are about a scope's stores alone.

    Args:
        query: gives the documents; ``<query>_mark`` a row that differs whenever one has changed.
        recent: how long a document that is over is shown.
    """

    def __init__(
        self,
        store: Store,
        calendar: Calendar,
        clock: Callable[[], datetime],
        scope: Scope,
        *,
        query: str,
        recent: timedelta,
    ) -> None:
        self._asking = Asking(store, scope)
        self._calendar = calendar
        self._clock = clock
        self._scope = scope
        self._query = query
        self._recent = recent

    async def mark(self) -> tuple[Any, ...]:
        """Changes with every document, and with every counted event."""
        rows = [*await self._asking.rows(f"{self._query}_mark"), *await self._asking.rows("position")]
        return tuple(tuple(row) for row in rows)

    async def published(self) -> Published:
        """All of it. Raises what the store raises."""
        now = self._clock()
        position = Position(*(await self._asking.rows("position"))[0])
        asked = {
            "since_ms": int((now - self._recent).timestamp() * 1000),
            "every": self._scope.stores is None,
            "stores": sorted(self._scope.stores or ()),
            "limit": _MOST,
        }
        documents = [orjson.loads(row[0]) for row in await self._asking.rows(self._query, **asked)]
        currencies = {each["scope"].get("currency") for each in documents} - {None}
        return Published(
            as_of_ms=int(now.timestamp() * 1000),
            newest_recorded_ms=position.newest_recorded_ms,
            exponents={currency: exponent(currency) for currency in sorted(currencies)},
            names=self._scope.names_of(self._calendar.stores),
            documents=documents,
        )

    async def has(self, name: str, value: str) -> bool:
        """Whether one of the documents that the scope shows has this value under a name."""
        return any(each[name] == value for each in (await self.published()).documents)
