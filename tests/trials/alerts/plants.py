"""What is planted into simulated weeks, and which alerts are right for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Final, NamedTuple

import numpy as np

from daybook.schemas.alerts import AlertKind, Dimension
from daybook.schemas.opening import Closure
from daybook.schemas.stores import StoreEntry
from tests.trials.alerts.shops import PAST_WEEKS, REGIONS, Ints, Weeks

QUARTER: Final = timedelta(minutes=15)
_MINUTE: Final = timedelta(minutes=1)
PROMOTION: Final = Fraction(8, 5)
_LOW: Final = 0.7


class Right(NamedTuple):
    """An alert that is right: its kind, its scope, and the reason that it has to give."""

    kind: AlertKind
    dimension: Dimension
    key: str | None
    finding: str


@dataclass
class Plant:
    """Something that goes wrong, or seems to, from a moment on and before another.

    ``wanted`` is the alert that has to come; ``window`` the minutes that its rule looks at. ``right`` are
    those that are true as well.
    """

    name: str
    start: datetime
    end: datetime
    wanted: Right | None
    window: timedelta = timedelta()
    right: list[Right] = field(default_factory=list)

    @property
    def due(self) -> datetime:
        """The first evaluation at which all that the rule looks at lies in it."""
        return _next_quarter(self.start) + self.window


class Planted(NamedTuple):
    """The weeks as they came out: what sold, what of it is told late, and what is known of it beforehand."""

    weeks: Weeks
    plants: list[Plant]
    held_back: list[tuple[Ints, datetime, datetime]]
    """Stores (numbers) of which nothing arrives from a moment on and before another."""
    promotions: list[tuple[str, date, date]]
    """Region, first and last day on which more is expected."""


def plant(weeks: Weeks, seed: int) -> Planted:
    """Plant one of each into every watched week, on days and at times that the seed decides."""
    chance = np.random.default_rng([seed, 2])
    planted = Planted(weeks, [], [], [])
    for week in range(PAST_WEEKS, len(weeks.days) // 7):
        monday = weeks.days[7 * week]
        first = int(chance.integers(0, 3))
        others = [n for n in range(6) if n not in (first, first + 1, first + 2)]
        chance.shuffle(others)
        regions = list(REGIONS)
        chance.shuffle(regions)
        _promotion(planted, chance, regions[0], monday + timedelta(days=first))
        _low_region(planted, regions[1], monday + timedelta(days=others[0]))
        _producer(planted, chance, regions[2], monday + timedelta(days=others[1]))
        _tills(planted, chance, monday + timedelta(days=others[2]))
        _closure(planted, chance, monday + timedelta(days=6))
    return planted


def _tills(planted: Planted, chance: np.random.Generator, day: date) -> None:
    store = int(chance.integers(len(planted.weeks.stores)))
    start = _at(day, 10, 30) + int(chance.integers(0, 6 * 60)) * _MINUTE
    end = start + timedelta(hours=2)
    _scale(planted.weeks, chance, np.array([store]), (start, end), 0.0)
    key = planted.weeks.stores[store].store_id
    wanted = Right(AlertKind.SILENT, Dimension.STORE, key, "silent")
    planted.plants.append(Plant("tills down", start, end, wanted, timedelta(minutes=30)))


def _low_region(planted: Planted, region: str, day: date) -> None:
    start, end = _at(day, 12, 0), _at(day, 20, 0)
    chance = np.random.default_rng([day.toordinal(), len(region)])
    _scale(planted.weeks, chance, _of_region(planted.weeks, region), (start, end), _LOW)
    planted.plants.append(_short("region low", region, start, end))


def _promotion(planted: Planted, chance: np.random.Generator, region: str, day: date) -> None:
    """Three days with more customers and lower prices; on the last one it ends in the afternoon."""
    last = day + timedelta(days=2)
    stores, ends = _of_region(planted.weeks, region), _at(last, 12, 0) + int(chance.integers(0, 13)) * QUARTER
    _scale(planted.weeks, chance, stores, (_at(day, 0, 0), ends), float(PROMOTION))
    planted.promotions.append((region, day, last))
    planted.plants.append(_short("promotion ends early", region, ends, _at(last, 20, 0)))


def _closure(planted: Planted, chance: np.random.Generator, sunday: date) -> None:
    """Three stores are closed on a Sunday, as their file says; they sell on others."""
    stores = chance.choice(len(planted.weeks.stores), 3, replace=False)
    _scale(planted.weeks, chance, stores, (_at(sunday, 0, 0), _at(sunday, 23, 45)), 0.0)
    for number in stores.tolist():
        entry = planted.weeks.stores[number]
        closures = [*entry.closures, Closure(first=sunday, reason="stocktaking")]
        planted.weeks.stores[number] = entry.model_copy(update={"closures": closures})
    planted.plants.append(Plant("Sunday closure", _at(sunday, 0, 0), _at(sunday, 23, 45), None))


def _producer(planted: Planted, chance: np.random.Generator, region: str, day: date) -> None:
    """What a region's tills publish stays on the way for an hour and a half, and then comes all at once."""
    start = _at(day, 10, 30) + int(chance.integers(0, 25)) * QUARTER
    end = start + timedelta(minutes=90)
    everything = bool(chance.integers(2))
    stores = np.arange(len(planted.weeks.stores)) if everything else _of_region(planted.weeks, region)
    planted.held_back.append((stores, start, end))
    dimension, key = (Dimension.ALL, None) if everything else (Dimension.REGION, region)
    wanted = Right(AlertKind.DATA_MISSING, dimension, key, "data_missing")
    planted.plants.append(Plant("producer stops", start, end, wanted, QUARTER))


def _short(name: str, region: str, start: datetime, end: datetime) -> Plant:
    wanted = Right(AlertKind.RECENT, Dimension.REGION, region, "below_usual")
    # That the day's target will be missed is as true, and so is it of all regions together.
    also = [
        Right(kind, dimension, key, finding)
        for dimension, key in ((Dimension.REGION, region), (Dimension.ALL, None))
        for kind, finding in ((AlertKind.TARGET, "will_miss_target"), (AlertKind.RECENT, "below_usual"))
    ]
    return Plant(name, start, end, wanted, timedelta(hours=1), also)


def _scale(
    weeks: Weeks, chance: np.random.Generator, stores: Ints, span: tuple[datetime, datetime], factor: float
) -> None:
    """Let stores sell more or less from a moment on and before another; partly in a quarter hour it cuts."""
    quarter = _at(span[0].date(), 0, 0)
    while quarter < span[1]:
        end = quarter + QUARTER
        part = (min(end, span[1]) - max(quarter, span[0])) / QUARTER
        if part > 0:
            day = (quarter.date() - weeks.days[0]).days
            place = (quarter.hour * 60 + quarter.minute) // 15
            _change(weeks, chance, (stores, day, place), 1 + (factor - 1) * part)
        quarter = end


def _change(weeks: Weeks, chance: np.random.Generator, at: tuple[Ints, int, int], factor: float) -> None:
    before = weeks.orders[at]
    after = chance.binomial(before, factor) if factor < 1 else before + chance.poisson(before * (factor - 1))
    for amounts in (weeks.amount, weeks.reversed):
        amounts[at] = amounts[at] * after // np.maximum(before, 1)
    weeks.orders[at] = after


def _of_region(weeks: Weeks, region: str) -> Ints:
    return np.array([n for n, store in enumerate(weeks.stores) if store.region == region], np.int64)


def _at(day: date, hour: int, minute: int) -> datetime:
    """A time of day in UTC, which is the stores' own in winter."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def _next_quarter(moment: datetime) -> datetime:
    over = timedelta(minutes=moment.minute % 15, seconds=moment.second)
    return moment - over + QUARTER if over else moment


def region_of(store: StoreEntry) -> str:
    """A store's region; all simulated ones have one."""
    assert store.region is not None
    return store.region
