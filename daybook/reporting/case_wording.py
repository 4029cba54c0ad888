"""Cases in words: what evidence is called, and its figures as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from daybook.reporting.wording import money, part

KINDS: Final = {
    "payment_failures": "Payments that failed",
    "terminal_faults": "Faults of terminals",
    "site_errors": "Errors of the site",
    "enquiries_opened": "Enquiries about",
    "nps_detractors": "Detractors about",
    "unsatisfied": "Unsatisfied customers about",
    "sentiment": "How reviews and messages sound",
    "sessions": "Visits",
    "funnel_product_views": "Visits that go on to a product",
    "funnel_carts": "Product views that go on to a cart",
    "funnel_checkouts": "Carts that go on to checkout",
    "funnel_purchases": "Checkouts that go on to a purchase",
    "silent_till": "Signs of life of tills",
    "stock_out": "Out of stock, part of usual sales",
    "promotion": "Promotion, expected part of usual sales",
    "closed_stores": "Stores closed by their file",
    "data_problem": "Trouble with data",
}
"""What a person calls each kind of evidence."""


def named(kind: str) -> str:
    """What a kind of evidence is called."""
    return KINDS.get(kind, kind.replace("_", " "))


def figure(value: int, unit: str) -> str:
    """A figure of evidence in its unit; sums of scores with two digits."""
    if unit == "thousandths":
        return f"{Decimal(value) / 10:.1f} %"
    if unit == "millionths":
        return f"{Decimal(value) / 1_000_000:.2f}"
    return f"{value:,} min" if unit == "minutes" else f"{value:,}"


def times(unusual: int) -> str:
    """By how many times the usual spread something is off."""
    return f"{Decimal(unusual) / 1000:.1f}"


def evidence_row(one: Mapping[str, Any]) -> list[str]:
    """Evidence as a row: what, which, value, usual, how unusual, what it points to."""
    unit = one["unit"]
    return [
        named(one["kind"]),
        one.get("label") or "",
        figure(one["value"], unit),
        figure(one["usual"], unit),
        times(one["unusual"]),
        one["points_to"].replace("_", " "),
    ]


def opportunity_row(one: Mapping[str, Any]) -> list[str]:
    """An area of opportunity as a row."""

    def told(value: int) -> str:
        return money(value, one["currency"]) if one["currency"] else f"{value:,} {one['unit']}"

    area = one["area"].replace("_", " ")
    return [area, one["key"], told(one["actual"]), part(one["own"]), part(one["like"]), told(one["gap"])]
