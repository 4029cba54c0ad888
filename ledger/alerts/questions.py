"""The questions that come before any other: is it closed, is data missing, is there enough of it?"""

from __future__ import annotations

from typing import Final

from daybook.ledger.alerts.facts import Trading
from daybook.ledger.alerts.findings import Answer, Finding
from daybook.schemas.fields import Currency

FEWEST_LIKE_DAYS: Final = 4
_PPM_OF_PERCENT: Final = 10_000


def settled(trading: Trading, after_percent_of_day: int = 0, *, compared: bool = True) -> Finding | None:
    """The answer that leaves a shortfall unasked, with its reason; None where it may be asked.

    What is ``compared`` with like days needs some; a fixed level does not.

    No data is never zero: where data is missing nothing is said about sales.
    """
    if not trading.is_open:
        return Finding(Answer.CLOSED, "closed")
    if trading.data_missing:
        return Finding(Answer.NO_DATA, "data_missing")
    if compared and trading.like_days < FEWEST_LIKE_DAYS:
        return Finding(Answer.TOO_LITTLE, "few_like_days")
    if after_percent_of_day and (trading.share_passed or 0) < after_percent_of_day * _PPM_OF_PERCENT:
        return Finding(Answer.TOO_LITTLE, "day_too_young")
    return None


def floor_of(floors: dict[Currency, int], currency: str | None) -> int:
    """Minor units below which nobody is called, in a currency."""
    return floors.get(currency, 0) if currency else 0
