"""Amounts, dates and parts as the report writes them: exact, in full, the same for every reader."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from daybook.schemas.currencies import exponent

MINUS: Final = "\N{MINUS SIGN}"
NONE: Final = "\N{EN DASH}"
"""Stands where there is no figure."""
_PPM: Final = 1_000_000


def money(minor: int, currency: str) -> str:
    """An amount in full: ``GBP 1,234.50``."""
    return f"{currency} {plain(minor, currency)}".replace("-", MINUS)


def plain(minor: int, currency: str) -> str:
    """An amount without its currency: ``1,234.50``."""
    digits = exponent(currency)
    return f"{Decimal(minor).scaleb(-digits):,.{digits}f}"


def part(ppm: int) -> str:
    """Parts per million as a percentage with one digit."""
    return f"{Decimal(ppm) / 10_000:.1f} %".replace("-", MINUS)


def change(now: int, before: int | None) -> str:
    """How an amount compares; a dash where nothing above zero was there before."""
    if before is None or before <= 0:
        return NONE
    ratio = Decimal(now - before) * _PPM / before
    return f"{'+' if now > before else ''}{part(int(ratio.to_integral_value()))}"


def long_date(day: date) -> str:
    """Tuesday 24 November 2026."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def title(report: Mapping[str, Any]) -> str:
    """What the report is of, such as "Week from Monday 16 to Sunday 22 November 2026"."""
    first, last = date.fromisoformat(report["first"]), date.fromisoformat(report["last"])
    if report["kind"] == "day":
        return long_date(first)
    if report["kind"] == "month":
        return f"{first:%B %Y}"
    return f"Week from {long_date(first)} to {long_date(last)}"


def named(report: Mapping[str, Any], dimension: str, key: str) -> str:
    """What people call a key; the key itself where it has no name."""
    if dimension == "all":
        return "All stores"
    return str(report["names"].get(dimension, {}).get(key, key)) or NONE


def recognition(award: Mapping[str, Any]) -> str:
    """An award in a line: who, what for, and what is given."""
    days = award["first"] if award["first"] == award["last"] else f"{award['first']} to {award['last']}"
    worth = award["prize"] in ("money", "gift_card")
    given = f"{money(award['quantity'], award['currency'])}, {award['label']}" if worth else award["label"]
    state = " (pending)" if award["status"] == "pending" else ""
    if award["how"] == "hand":
        return f"{award['name'] or award['key']}: {given}, from {award['given_by']}: {award['given_for']}"
    return f"{award['name'] or award['key']}: {award['title']}, {days}: {given}{state}"


def signal_line(told: Mapping[str, Any]) -> str:
    """A figure of signals in a line: its value, how many answers it is made of, and what it was before."""
    currency = told.get("currency", "")
    of = "" if told["of"] is None else f" of {told['of']:,}" + (_orders(told["of"]) if currency else "")
    compared = {"before": told["before"], "usual": told.get("usual")}
    said = [
        f"{word}: {_signal_value(value, told['unit'], currency)}"
        for word, value in compared.items()
        if value is not None
    ]
    was = f" ({', '.join(said)})" if said else ""
    return f"{told['label']}: {_signal_value(told['value'], told['unit'], currency)}{of}{was}"


def _orders(number: int) -> str:
    """What an amount is made of."""
    return " order" if number == 1 else " orders"


def _signal_value(value: int, unit: str, currency: str = "") -> str:
    if unit == "minor units":
        return money(value, currency)
    if unit == "count":
        return f"{value:,}"
    if unit == "share":
        return f"{value / 10_000:.1f} %"
    if unit == "days":
        return f"{value / 1e6:.1f}"
    return f"{value / 1e6:.0f}" if unit == "minutes" else f"{value / 1e6:.2f}"
