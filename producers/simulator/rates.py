"""Made-up exchange rates: one a day and currency, so that all shops can be added up in one currency."""

from __future__ import annotations

from datetime import UTC, datetime, time
from random import Random
from typing import Any, Final

REPORTING_CURRENCY: Final = "GBP"
_ORDINARY: Final = {"GBP": 1.0, "EUR": 0.86, "USD": 0.75, "JPY": 0.005, "KWD": 2.45, "AUD": 0.49}
"""Pounds for one of each, on an ordinary day."""
_SWING: Final = 0.02


def reporting_rate(currency: str, at: datetime) -> dict[str, Any]:
    """The rate of a sale at an aware time: that of its UTC day, the same whoever asks."""
    day = at.astimezone(UTC).date()
    chance = Random(f"{currency}|{day.isoformat()}")  # noqa: S311 - rates of a play, not secrets
    swing = 0.0 if currency == REPORTING_CURRENCY else chance.uniform(-_SWING, _SWING)
    return {
        "currency": REPORTING_CURRENCY,
        "rate": f"{_ORDINARY[currency] * (1 + swing):.6f}",
        "source": "simulated",
        "time": datetime.combine(day, time(), UTC).isoformat(),
    }
