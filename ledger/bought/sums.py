"""What campaigns and customers bought, added up by store, business date and quarter hour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple

import orjson

from daybook.ledger.signals.merged import Quarters, SignalPlace

_NOTHING: Final[Quarters] = {}
_KNOWN: Final[Quarters] = {0: {}}
"""Of a day on which the store has sold, though nothing of this."""


class Day(NamedTuple):
    """A store's business date."""

    store_id: str
    business_date: date


class Cell(NamedTuple):
    """A quarter hour (its beginning, epoch seconds), a currency and a campaign; '' for what has none."""

    quarter: int
    currency: str
    campaign: str


class BoughtSums:
    """Measures by day and cell, which rules read as they read the totals of signals."""

    def __init__(self) -> None:
        self._days: dict[Day, dict[str, dict[int, dict[str, Counter[str]]]]] = {}
        self._currencies: set[str] = {""}

    def __contains__(self, day: Day) -> bool:
        return day in self._days

    @property
    def days(self) -> list[Day]:
        """All days on which a store has sold anything, whatever of it is counted here."""
        return list(self._days)

    @property
    def currencies(self) -> list[str]:
        """All currencies in which something was bought, sorted; '' is that of customers' orders."""
        return sorted(self._currencies)

    def begin(self, day: Day) -> None:
        """The store has sold on that day."""
        self._days.setdefault(day, {})

    def add(self, day: Day, cell: Cell, measures: Mapping[str, int], sign: int) -> None:
        """Add measures, or with ``sign`` -1 take them back."""
        self._currencies.add(cell.currency)
        quarters = self._days.setdefault(day, {}).setdefault(cell.currency, {})
        own = quarters.setdefault(cell.quarter, {}).setdefault(cell.campaign, Counter())
        for name, value in measures.items():
            own[name] += sign * value

    def of_store(self, place: SignalPlace, store_id: str) -> Quarters:
        """What a store has of a business date in a currency: by quarter hour and campaign."""
        known = self._days.get(Day(store_id, place.business_date))
        if known is None:
            return _NOTHING
        return known.get(place.currency) or (_NOTHING if place.currency else _KNOWN)

    def drop(self, day: Day) -> None:
        """Forget a day."""
        del self._days[day]

    def encode(self, day: Day) -> bytes:
        """A day as it is kept."""
        return orjson.dumps(
            [
                [quarter, currency, campaign, {name: value for name, value in own.items() if value}]
                for currency, quarters in self._days[day].items()
                for quarter, campaigns in quarters.items()
                for campaign, own in campaigns.items()
            ]
        )

    def decode(self, day: Day, value: bytes) -> None:
        """Know a day as it was kept."""
        self.begin(day)
        for quarter, currency, campaign, measures in orjson.loads(value):
            self.add(day, Cell(quarter, currency, campaign), measures, 1)
