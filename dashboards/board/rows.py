"""What the queries in ``dashboards/queries`` give, as typed rows. Field order is column order."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple


class TotalRow(NamedTuple):
    """A row of ``store_totals``."""

    store_id: str
    business_date: date
    currency: str
    net: int
    sold: int
    reversed: int
    orders: int
    units: int
    discounts: int = 0
    returned_units: int = 0


class QuarterRow(NamedTuple):
    """A row of ``store_quarters``."""

    store_id: str
    business_date: date
    currency: str
    quarter: int
    net: int


class ProductRow(NamedTuple):
    """One of the best products of a currency and business date."""

    currency: str
    business_date: date
    product_id: str
    name: str
    net: int
    units: int


class SaleRow(NamedTuple):
    """A row of ``last_sales``."""

    event_type: str
    store_id: str
    channel: str
    currency: str
    net: int
    units: int
    returned_units: int
    product: str
    products: int
    occurred_ms: int
    recorded_ms: int
