"""The five causes that are planted, each on a day of its own: into sales and into what is said beside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

import numpy as np

from daybook.schemas.adjustments import Adjustment, AdjustmentSource
from tests.trials.alerts.shops import PAST_WEEKS, REGIONS, Ints, Weeks
from tests.trials.investigations.signs import BEST_SHARE, TILLS, Signs, worse

PROMOTION: Final = 1.6
"""Times the usual that a promotion brings, until it is over."""
REFUSED: Final = 0.5
"""Part of orders that a failing gateway loses; each is a failed payment."""
STAYED_AWAY: Final = 0.5
"""Part of orders that a wave of bad reviews loses; of visits it is 0.3."""
_CLOSES: Final = 80
_HOURS: Final = 4


class Plant(NamedTuple):
    """A cause: its scope, its hours, and the evidence that has to stand first in its case."""

    name: str
    key: str
    """A region or a store."""
    start: datetime
    end: datetime
    evidence: str


class World(NamedTuple):
    """The weeks with what was planted in them. ``closed_part`` is none: the stores file says nothing more."""

    weeks: Weeks
    signs: Signs
    plants: list[Plant]
    adjustments: list[Adjustment]


class _Planting(NamedTuple):
    world: World
    chance: np.random.Generator
    day: int
    region: str


def plant(weeks: Weeks, signs: Signs, seed: int) -> World:
    """Plant each cause once into every watched week; the seed decides on days, regions and times."""
    chance = np.random.default_rng([seed, 6])
    world = World(weeks, signs, [], [])
    for week in range(PAST_WEEKS, len(weeks.days) // 7):
        # A promotion runs for three days: its region is nobody else's on them. Sundays stay quiet.
        days = chance.permutation(6).tolist()
        regions = [REGIONS[int(n)] for n in chance.integers(0, len(REGIONS), len(_CAUSES))]
        for cause, day, region in zip(_CAUSES, days, regions, strict=False):
            cause(_Planting(world, chance, 7 * week + day, region))
    return world


def _gateway(at: _Planting) -> None:
    """Payments fail for four hours in a region, and their orders are lost."""
    start = int(at.chance.integers(42, 60))
    stores = _stores(at)
    failed = at.world.signs.counts["payment_failures", "acme: timeout"]
    for quarter in range(start, start + 4 * _HOURS):
        place = (stores, at.day, quarter)
        lost = at.world.weeks.orders[place] - _fewer(at, place, 1 - REFUSED)
        failed[place] += np.maximum(lost, 0)
        _thin(at, ("purchases", ""), place, 1 - REFUSED)
    _note(at, "payment gateway failing", at.region, (start, start + 4 * _HOURS), "payment_failures")


def _till(at: _Planting) -> None:
    """All tills of a store fall silent, and it sells nothing for three hours."""
    start = int(at.chance.integers(42, 64))
    stores = _stores(at)[:1] + int(at.chance.integers(len(_stores(at))))
    for quarter in range(start, start + 12):
        place = (stores, at.day, quarter)
        _fewer(at, place, 0.0)
        for till in TILLS:
            at.world.signs.counts["heartbeats", till][place] = 0
    key = at.world.weeks.stores[int(stores[0])].store_id
    _note(at, "till down", key, (start, start + 12), "silent_till")


def _promotion(at: _Planting) -> None:
    """A region is promoted for three days and counted on; on the last one it is over before its time."""
    stores, last = _stores(at), at.day
    start = int(at.chance.integers(46, 60))
    for day in range(max(last - 2, 0), last + 1):
        for quarter in range(start if day == last else 96):
            _more(at, (stores, day, quarter))
    days = at.world.weeks.days
    at.world.adjustments.append(
        Adjustment(
            adjustment_id=f"promotion-{last}",
            scope="region",
            key=at.region,
            factor=str(PROMOTION),
            source=AdjustmentSource.PROMOTION,
            first=days[max(last - 2, 0)],
            last=days[last],
            set_at=datetime(2026, 1, 1, tzinfo=UTC),
            reason="three days of lower prices",
        )
    )
    _note(at, "promotion over", at.region, (start, _CLOSES), "promotion")


def _stock(at: _Planting) -> None:
    """The best seller runs out in a region; who came for it goes."""
    start = int(at.chance.integers(42, 60))
    stores = _stores(at)
    out = at.world.signs.counts.setdefault(
        ("stock_outs", "p0"), np.zeros(at.world.weeks.orders.shape, np.int64)
    )
    out[stores, at.day, start] += 1
    back = at.world.signs.counts.setdefault(
        ("stock_backs", "p0"), np.zeros(at.world.weeks.orders.shape, np.int64)
    )
    back[stores, at.day, _CLOSES] += 1
    for quarter in range(start, _CLOSES):
        _fewer(at, (stores, at.day, quarter), 1 - BEST_SHARE)
    _note(at, "best seller out of stock", at.region, (start, _CLOSES), "stock_out")


def _reviews(at: _Planting) -> None:
    """Bad reviews spread in a region; fewer come, and fewer buy."""
    start = int(at.chance.integers(42, 60))
    stores = _stores(at)
    for quarter in range(start, _CLOSES):
        place = (stores, at.day, quarter)
        worse(at.chance, at.world.signs, place, 1.0)
        _fewer(at, place, 1 - STAYED_AWAY)
        for step in ("sessions", "product_views", "carts", "checkouts", "purchases"):
            _thin(at, (step, ""), place, 0.7)
    _note(at, "bad review wave", at.region, (start, _CLOSES), "sentiment")


_CAUSES: Final[tuple[Callable[[_Planting], None], ...]] = (_gateway, _till, _promotion, _stock, _reviews)


def _note(at: _Planting, name: str, key: str, hours: tuple[int, int], evidence: str) -> None:
    day = at.world.weeks.days[at.day]
    at.world.plants.append(Plant(name, key, _time(day, hours[0]), _time(day, hours[1]), evidence))


def _fewer(at: _Planting, place: tuple[Ints, int, int], part: float) -> Ints:
    """Let so much of the orders stay; what stays."""
    weeks = at.world.weeks
    before = weeks.orders[place].copy()
    after: Ints = at.chance.binomial(before, part)
    _set(weeks, place, before, after)
    return after


def _more(at: _Planting, place: tuple[Ints, int, int]) -> None:
    weeks = at.world.weeks
    before = weeks.orders[place].copy()
    _set(weeks, place, before, before + at.chance.poisson(before * (PROMOTION - 1)))


def _set(weeks: Weeks, place: tuple[Ints, int, int], before: Ints, after: Ints) -> None:
    for amounts in (weeks.amount, weeks.reversed):
        amounts[place] = amounts[place] * after // np.maximum(before, 1)
    weeks.orders[place] = after


def _thin(at: _Planting, name: tuple[str, str], place: tuple[Ints, int, int], part: float) -> None:
    counted = at.world.signs.counts[name]
    counted[place] = at.chance.binomial(counted[place], part)


def _stores(at: _Planting) -> Ints:
    return np.array([n for n, s in enumerate(at.world.weeks.stores) if s.region == at.region], np.int64)


def _time(day: date, quarter: int) -> datetime:
    """A quarter hour of a day in UTC, which is the stores' own in winter."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + quarter * timedelta(minutes=15)
