"""The curve of the day: net sales added up by quarter hour, today's against yesterday's. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import NamedTuple

from daybook.dashboards.board.days import StoreDay, moved
from daybook.dashboards.board.document import Curve
from daybook.ledger.calendar import QUARTER


class StoreQuarters(NamedTuple):
    """A store's net sales in one currency by start of the UTC quarter hour, on its two days."""

    day: StoreDay
    currency: str
    today: Mapping[int, int]
    yesterday: Mapping[int, int]


def store_curve(quarters: StoreQuarters) -> Curve:
    """One store's curve."""
    return _curve([quarters], store_id=quarters.day.store_id)


def group_curve(members: list[StoreQuarters]) -> Curve:
    """The curve of all stores of a currency, each with its own wall clock's yesterday.

    Raises:
        ValueError: there is none, or they differ in currency.
    """
    if len({member.currency for member in members}) != 1:
        raise ValueError("a curve needs stores of exactly one currency")
    return _curve(members, store_id=None)


def shared_zone(days: Iterable[StoreDay]) -> str | None:
    """The zone that all of them are in, or None."""
    zones = {day.zone for day in days}
    return zones.pop() if len(zones) == 1 else None


def _curve(members: list[StoreQuarters], store_id: str | None) -> Curve:
    today: dict[int, int] = defaultdict(int)
    yesterday: dict[int, int] = defaultdict(int)
    for member in members:
        for start, amount in member.today.items():
            # The running quarter hour ends now: its sum is complete only then, and the line ends there.
            today[min(start + QUARTER, max(member.day.now, start))] += amount
        for start, amount in member.yesterday.items():
            yesterday[moved(start + QUARTER, timedelta(days=1), member.day.zone)] += amount
    return Curve(
        currency=members[0].currency,
        store_id=store_id,
        zone=shared_zone(member.day for member in members),
        start=min(member.day.start for member in members),
        end=max(member.day.end for member in members),
        today=_added_up(today),
        yesterday=_added_up(yesterday),
    )


def _added_up(amounts: Mapping[int, int]) -> list[tuple[int, int]]:
    total = 0
    points = []
    for instant in sorted(amounts):
        total += amounts[instant]
        points.append((instant, total))
    return points
