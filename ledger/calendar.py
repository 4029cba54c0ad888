"""The business day: which date an instant counts on, by each store's zone and cutoff."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from daybook.schemas.stores import DayRule, StoreEntry

QUARTER: Final = 900
"""Seconds in a quarter hour, the finest grain of the totals."""


class UnknownStoreError(KeyError):
    """An event names a store that the stores file does not hold."""


class BusinessMoment(NamedTuple):
    """Where an instant falls: the business date, and the start of its UTC quarter hour (epoch seconds)."""

    business_date: date
    quarter: int


def business_date(instant: datetime, rules: list[DayRule]) -> date:
    """The business date of an instant, by the day rule in force; see :func:`wall_time`."""
    return wall_time(instant, rules).date()


def wall_time(instant: datetime, rules: list[DayRule]) -> datetime:
    """Naive wall time in the store's zone since its cutoff; the date is the business date.

    A day has 23, 24 or 25 hours where the zone changes its offset. ``rules`` are sorted by ``valid_from``.
    """
    for rule in reversed(rules[1:]):
        wall = _wall_time_under(instant, rule)
        if wall.date() >= rule.valid_from:
            return wall
    return _wall_time_under(instant, rules[0])


def _wall_time_under(instant: datetime, rule: DayRule) -> datetime:
    hours, minutes = rule.cutoff.split(":")
    local = instant.astimezone(ZoneInfo(rule.zone)).replace(tzinfo=None)
    return local - timedelta(hours=int(hours), minutes=int(minutes))


def rule_on(day: date, rules: list[DayRule]) -> DayRule:
    """The rule in force on a business date."""
    return next((rule for rule in reversed(rules[1:]) if day >= rule.valid_from), rules[0])


def day_start(day: date, rules: list[DayRule]) -> int:
    """The instant (epoch seconds) at which a business date begins."""
    rule = rule_on(day, rules)
    hours, minutes = rule.cutoff.split(":")
    wall = datetime(day.year, day.month, day.day, int(hours), int(minutes), tzinfo=ZoneInfo(rule.zone))
    return int(wall.timestamp())


class Calendar:
    """All stores' business days, remembered by quarter hour: offsets and cutoffs change only there."""

    _REMEMBERED: Final = 200_000

    def __init__(self, stores: Iterable[StoreEntry]) -> None:
        self._stores: dict[str, StoreEntry] = {}
        self._alike: dict[str, str] = {}
        """To each store the first that has the same days: what holds for one of them holds for all."""
        self._moments: dict[tuple[str, int], BusinessMoment] = {}
        self.edition = 0
        """Rises with every other set of stores: what was remembered of the calendar holds no longer."""
        self.replace(stores)

    @property
    def names(self) -> dict[str, str]:
        """What stores are called, by their ids, as far as they have names."""
        return {store_id: store.name for store_id, store in self._stores.items() if store.name}

    def replace(self, stores: Iterable[StoreEntry]) -> None:
        """Go on with another set of stores; what was counted before stays where it is."""
        self._stores = {store.store_id: store for store in stores}
        first: dict[bytes, str] = {}
        self._alike = {
            name: first.setdefault(b"".join(rule.model_dump_json().encode() for rule in store.days), name)
            for name, store in self._stores.items()
        }
        self._moments.clear()
        self.edition += 1

    def __contains__(self, store_id: str) -> bool:
        return store_id in self._stores

    @property
    def stores(self) -> list[StoreEntry]:
        """The stores, in the order of their file."""
        return list(self._stores.values())

    def store(self, store_id: str) -> StoreEntry:
        """A store by its id.

        Raises:
            UnknownStoreError: there is none.
        """
        try:
            return self._stores[store_id]
        except KeyError:
            raise UnknownStoreError(store_id) from None

    def moment(self, store_id: str, instant: datetime) -> BusinessMoment:
        """Business date and UTC quarter hour of an instant at a store.

        Raises:
            UnknownStoreError: there is no such store.
        """
        return self.moment_of(store_id, int(instant.timestamp()) // QUARTER)

    def moment_of(self, store_id: str, number: int) -> BusinessMoment:
        """The same for the quarter hour of a number, counted since 1970.

        Raises:
            UnknownStoreError: there is no such store.
        """
        alike = self._alike.get(store_id)
        if alike is None:
            raise UnknownStoreError(store_id)
        key = (alike, number)
        found = self._moments.get(key)
        if found is None:
            if len(self._moments) >= self._REMEMBERED:
                self._moments.clear()
            quarter = key[1] * QUARTER
            day = business_date(datetime.fromtimestamp(quarter, UTC), self.store(alike).days)
            found = self._moments[key] = BusinessMoment(day, quarter)
        return found
