"""What the page is given: amounts in minor units, instants in epoch seconds unless named ``_ms``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


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
    reversed: int
    orders: int
    average_order: int | None
    yesterday_by_now: int | None
    """Net sales of the business date before, up to the same wall time; None where that day has no total."""
    yesterday: int | None


@dataclass(frozen=True, slots=True)
class GroupToday:
    """All stores of one currency; amounts of different currencies are never added."""

    currency: str
    stores: int
    net: int
    orders: int
    yesterday_by_now: int | None
    zone: str | None
    """The zone that all its stores share, or None."""


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
class BoardDocument:
    """The whole page."""

    as_of_ms: int
    exponents: dict[str, int]
    """Decimal digits of the minor unit of every currency that occurs."""
    position: Position
    groups: list[GroupToday]
    stores: list[StoreToday]
    curves: list[Curve]
    products: list[Product]
    sales: list[Sale]
