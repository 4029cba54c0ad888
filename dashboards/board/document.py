"""What the page is given: amounts in minor units, instants in epoch seconds unless named ``_ms``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Pace:
    """Where a day is against the usual one; None where history does not say."""

    expected: int
    """By now."""
    close: int
    """Projected net sales of the whole day, and between which amounts it closes in eight of ten cases."""
    low: int | None
    high: int | None
    target: int | None = None
    chance_ppm: int | None = None
    """How likely the target is reached, in parts per million."""
    at_risk: int | None = None
    """By how much the projected close falls short of the target."""


@dataclass(frozen=True, slots=True)
class StoreToday:
    """A store's own business day so far in one currency, which is None where it sold on neither day."""

    store_id: str
    name: str
    region: str | None
    zone: str
    business_date: date
    currency: str | None
    net: int
    sold: int
    """gross + discounts."""
    discounts: int
    reversed: int
    orders: int
    net_units: int
    average_order: int | None
    yesterday_by_now: int | None
    """Net sales of the business date before, up to the same wall time; None where that day has no total."""
    yesterday: int | None
    pace: Pace | None = None


@dataclass(frozen=True, slots=True)
class GroupToday:
    """Stores of one currency together, all or those of a region; currencies are never added."""

    currency: str
    region: str | None
    """None for all of the currency."""
    stores: int
    net: int
    discounts: int
    reversed: int
    orders: int
    average_order: int | None
    units_per_order_ppm: int | None
    yesterday_by_now: int | None
    zone: str | None
    """The zone that all its stores share, or None."""
    pace: Pace | None = None
    left_out: int = 0
    """Stores without a like day: the pace takes them as they are."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a channel or a revenue stream brought on a currency's main business date."""

    dimension: str
    currency: str
    key: str
    net: int
    orders: int


@dataclass(frozen=True, slots=True)
class Curve:
    """Net sales added up over a day: ``(instant, sum so far)``, yesterday moved on to today's instants."""

    currency: str
    store_id: str | None
    """None for all stores of the currency."""
    zone: str | None
    start: int
    end: int
    today: list[tuple[int, int]]
    yesterday: list[tuple[int, int]]
    typical: list[tuple[int, int]]
    """The typical day's, over the whole day; empty where history does not say."""
    left_out: int = 0
    """Stores that the typical day leaves out."""


@dataclass(frozen=True, slots=True)
class Product:
    """A product among the best of one currency and business date; equal sums share a rank."""

    currency: str
    business_date: date
    rank: int
    product_id: str
    name: str
    net: int
    units: int


@dataclass(frozen=True, slots=True)
class Sale:
    """One event that was counted: its net effect, and what it was mostly about."""

    event_type: str
    store_id: str
    store_name: str
    zone: str
    channel: str
    currency: str
    net: int
    units: int
    returned_units: int
    product: str
    products: int
    occurred_ms: int
    recorded_ms: int


@dataclass(frozen=True, slots=True)
class Position:
    """What became of all that was received: received = counted + duplicates + dead."""

    received: int
    counted: int
    duplicates: int
    dead: int
    newest_recorded_ms: int | None
    """When the log took the newest event that the totals hold; None before the first."""


@dataclass(frozen=True, slots=True)
class TodayDocument:
    """The view of today."""

    as_of_ms: int
    exponents: dict[str, int]
    """Decimal digits of the minor unit of every currency that occurs."""
    newest_recorded_ms: int | None
    """When the log took the newest event that the totals hold; None before the first."""
    filling: bool
    """Whether a past is still being published: figures grow, and comparisons say little."""
    position: Position | None
    """None where the viewer may not see all stores: it counts every store's events."""
    groups: list[GroupToday]
    regions: list[GroupToday]
    """Only where a currency's stores are in more than one."""
    stores: list[StoreToday]
    curves: list[Curve]
    parts: list[Part]
    products: list[Product]
    sales: list[Sale]
