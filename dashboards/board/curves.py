"""The curve of the day: net sales added up by quarter hour, today's against yesterday's. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from daybook.dashboards.board.days import StoreDay, moved
from daybook.dashboards.board.document import Curve
from daybook.ledger.calendar import QUARTER
from daybook.ledger.curves import QUARTERS
from daybook.ledger.projection import TypicalDay
from daybook.ledger.quantiles import PPM
from daybook.schemas.rounding import divide

Typical = Mapping[tuple[str, str], TypicalDay]
"""The typical days by store id and currency."""
_QUARTER_HOUR: Final = timedelta(minutes=15)


class StoreQuarters(NamedTuple):
    """A store's net sales in one currency by start of the UTC quarter hour, on its two days."""

    day: StoreDay
    currency: str
    today: Mapping[int, int]
    yesterday: Mapping[int, int]


def store_curve(quarters: StoreQuarters, typical: Typical) -> Curve:
    """One store's curve."""
    return _curve([quarters], typical, store_id=quarters.day.store_id)


def group_curve(members: list[StoreQuarters], typical: Typical) -> Curve:
    """The curve of all stores of a currency, each with its own wall clock's yesterday.

    Raises:
        ValueError: there is none, or they differ in currency.
    """
    if len({member.currency for member in members}) != 1:
        raise ValueError("a curve needs stores of exactly one currency")
    return _curve(members, typical, store_id=None)


def shared_zone(days: Iterable[StoreDay]) -> str | None:
    """The zone that all of them are in, or None."""
    zones = {day.zone for day in days}
    return zones.pop() if len(zones) == 1 else None


def _curve(members: list[StoreQuarters], typical: Typical, store_id: str | None) -> Curve:
    today: dict[int, int] = defaultdict(int)
    yesterday: dict[int, int] = defaultdict(int)
    usual: dict[int, int] = defaultdict(int)
    left_out = 0
    for member in members:
        day = typical.get((member.day.store_id, member.currency))
        left_out += day is None
        for instant, amount in _steps(member.day, day) if day is not None else ():
            usual[instant] += amount
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
        typical=_added_up(usual),
        left_out=left_out,
    )


def _steps(day: StoreDay, typical: TypicalDay) -> Iterable[tuple[int, int]]:
    """What each quarter hour of the wall clock adds on a typical day, at the instant at which it ends."""
    before = 0
    for quarter in range(QUARTERS + 1):
        amount = divide(typical.shares[quarter] * typical.total, PPM)
        yield wall_instant(day, quarter), amount - before
        before = amount


def wall_instant(day: StoreDay, quarter: int) -> int:
    """The instant at which so many quarter hours of a store's day have passed on its wall clock."""
    start = datetime.fromtimestamp(day.start, ZoneInfo(day.zone))
    return int((start + quarter * _QUARTER_HOUR).timestamp())


def _added_up(amounts: Mapping[int, int]) -> list[tuple[int, int]]:
    total = 0
    points = []
    for instant in sorted(amounts):
        total += amounts[instant]
        points.append((instant, total))
    return points
