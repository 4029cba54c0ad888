"""Targets proposed from what is expected, for planning and budgets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Final

from daybook.ledger.outlook import DayOutlook
from daybook.ledger.periods import PERIODS, Period
from daybook.ledger.targets import Holder
from daybook.schemas.rounding import divide
from daybook.schemas.targets import Target, TargetPeriod

_DIGITS: Final = 3
"""A proposal is rounded to so many leading digits: more would pretend to knowledge."""


def next_periods(period: TargetPeriod, today: date, count: int) -> list[Period]:
    """The next whole periods after a date."""
    found, day = [], PERIODS[period.value](today).last + timedelta(days=1)
    for _ in range(count):
        found.append(PERIODS[period.value](day))
        day = found[-1].last + timedelta(days=1)
    return found


def proposals(
    holder: Holder,
    period: TargetPeriod,
    periods: Sequence[Period],
    days: Sequence[DayOutlook],
    *,
    uplift: Fraction,
    now: datetime,
) -> list[Target]:
    """A target for each period: what its days are expected to bring, and so much more.

    Args:
        holder: whose.
        period: over what; a week or month may be a retail one.
        periods: which ones; ``days`` has to cover them.
        days: the days to come.
        uplift: what is added, as a part of it; 1/20 is five per cent.
        now: an aware time, at which they are set.
    """
    found = []
    for each in periods:
        expected = sum(day.expected for day in days if each.first <= day.business_date <= each.last)
        wanted = expected * (1 + uplift)
        amount = rounded(divide(wanted.numerator, wanted.denominator))
        if amount > 0:
            found.append(_target(holder, period, each, amount, reason=_reason(uplift, now), now=now))
    return found


def rounded(amount: int) -> int:
    """A positive amount with three leading digits."""
    unit: int = 10 ** max(len(str(amount)) - _DIGITS, 0)
    return divide(amount, unit) * unit


def _reason(uplift: Fraction, now: datetime) -> str:
    text = f"proposed from the usual sales as of {now.date().isoformat()}"
    percent = uplift * 100
    return text if not uplift else f"{text}, {'+' if uplift > 0 else ''}{float(percent):g} %"


def _target(
    holder: Holder, period: TargetPeriod, dates: Period, amount: int, *, reason: str, now: datetime
) -> Target:
    return Target.model_validate(
        {
            "scope": holder.scope,
            "key": holder.key,
            "currency": holder.currency,
            "period": period,
            "amount": amount,
            "first": dates.first,
            "last": dates.last,
            "set_at": now,
            "reason": reason,
        }
    )
