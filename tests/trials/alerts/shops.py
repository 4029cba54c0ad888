"""Simulated stores: what each sells in every quarter hour of some weeks, by chance alone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from daybook.schemas.opening import OpeningHours, OpeningSpan
from daybook.schemas.stores import DayRule, StoreEntry

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

ZONE: Final = "Europe/London"
CURRENCY: Final = "GBP"
REGIONS: Final = ("North", "Middle", "South")
FIRST_DAY: Final = date(2026, 1, 5)
"""A Monday; eight weeks to learn from follow, and then the weeks that are watched."""
PAST_WEEKS: Final = 8
_OPENS, _CLOSES = 36, 80
_SUNDAY_OPENS, _SUNDAY_CLOSES = 40, 64
_WEEK: Final = (0.9, 0.9, 0.95, 1.0, 1.15, 1.4, 0.7)
"""How busy weekdays are, Monday first."""
_BROUGHT_BACK: Final = 0.03
"""Orders of which the goods are brought back."""


class Shape(NamedTuple):
    """What the stores are like. Spreads are standard deviation over mean."""

    stores_per_region: int = 200
    orders_a_day: float = 3000.0
    size: float = 0.25
    day: float = 0.55
    region_day: float = 0.03
    quarter: float = 0.3
    basket: float = 2.1
    mean_value: int = 2_500


class Weeks(NamedTuple):
    """What all stores sell if nothing happens, by store, day and quarter hour."""

    stores: list[StoreEntry]
    days: list[date]
    rate: Floats
    orders: Ints
    amount: Ints
    reversed: Ints


def store_entries(shape: Shape) -> list[StoreEntry]:
    """The stores file. Every other store states its opening hours."""
    week, sunday = OpeningSpan(opens="09:00", closes="20:00"), OpeningSpan(opens="10:00", closes="16:00")
    stated = OpeningHours(
        monday=[week], tuesday=[week], wednesday=[week], thursday=[week], friday=[week], saturday=[week],
        sunday=[sunday],
    )  # fmt: skip
    return [
        StoreEntry(
            store_id=f"{region.lower()}-{number}",
            region=region,
            days=[DayRule(zone=ZONE)],
            opening=[stated] if number % 2 else [],
        )
        for region in REGIONS
        for number in range(shape.stores_per_region)
    ]


def simulate(seed: int, shape: Shape, weeks: int) -> Weeks:
    """All stores' weeks: eight to learn from, and ``weeks`` to watch."""
    chance = np.random.default_rng([seed, 1])
    stores = store_entries(shape)
    days = [FIRST_DAY + timedelta(days=n) for n in range(7 * (PAST_WEEKS + weeks))]
    rate = _rates(chance, shape, len(stores), days)
    orders = chance.poisson(rate)
    amount = _amounts(chance, shape, orders)
    brought_back = chance.poisson(rate * _BROUGHT_BACK)
    return Weeks(stores, days, rate, orders, amount, _amounts(chance, shape, brought_back))


def _rates(chance: np.random.Generator, shape: Shape, stores: int, days: list[date]) -> Floats:
    """Orders to be expected, with each store's good and bad days and its busy quarter hours."""
    size = _lognormal(chance, shape.size, (stores, 1, 1))
    of_store = _lognormal(chance, shape.day, (stores, len(days), 1))
    of_region = _lognormal(chance, shape.region_day, (len(REGIONS), len(days), 1))
    of_region = np.repeat(of_region, stores // len(REGIONS), axis=0)
    quarter = chance.gamma(1 / shape.quarter**2, shape.quarter**2, (stores, len(days), 96))
    curve = np.stack([_curve(day) for day in days])
    rates: Floats = shape.orders_a_day * size * of_store * of_region * quarter * curve
    return rates


def _curve(day: date) -> Floats:
    """How an ordinary day's orders fall on its quarter hours: a rise, a lunch peak, an evening peak."""
    sunday = day.weekday() == 6
    opens, closes = (_SUNDAY_OPENS, _SUNDAY_CLOSES) if sunday else (_OPENS, _CLOSES)
    hours = np.arange(96) / 4 + 0.125
    busy = 0.6 + np.exp(-(((hours - 12.8) / 1.6) ** 2)) + 0.8 * np.exp(-(((hours - 17.5) / 1.3) ** 2))
    busy[:opens] = busy[closes:] = 0
    curve: Floats = busy / busy.sum() * _WEEK[day.weekday()]
    return curve


def _amounts(chance: np.random.Generator, shape: Shape, orders: Ints) -> Ints:
    """What the orders of each quarter hour come to: now and then somebody buys for a whole office."""
    return (orders * shape.mean_value * _lognormal(chance, shape.basket, orders.shape)).astype(np.int64)


def _lognormal(chance: np.random.Generator, spread: float, size: tuple[int, ...]) -> Floats:
    """Factors with the mean 1 and a spread."""
    sigma = np.sqrt(np.log(1 + spread**2))
    factors: Floats = np.exp(chance.normal(-(sigma**2) / 2, sigma, size))
    return factors
