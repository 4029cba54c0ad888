"""How far days and quarter hours stray: measured alike in a real shop's file and in simulated stores."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

SUNDAY: Final = 6
_FIRST, _LAST = 9 * 4, 16 * 4
"""Nine to four: when the file's shop sells every day."""


class Spread(NamedTuple):
    """Standard deviation over mean of a day's sales, and of a quarter hour's from nine to four."""

    day: float
    quarter: float


ONLINE_RETAIL: Final = Spread(day=0.464, quarter=1.554)
"""Of the Online Retail data, December 2010 to March 2011, by :func:`spread`: goods above zero, 95 days."""


def spread(amounts: NDArray[np.int64], weekdays: NDArray[np.int64]) -> Spread:
    """The spread of one store.

    Args:
        amounts: minor units by day and quarter hour, shape (days, 96).
        weekdays: of each day, Monday 0. A day is held against the mean of its weekday; quarter hours without
            Sundays, each against its own mean, and of these spreads the median is taken.
    """
    totals = amounts.sum(axis=1).astype(float)
    mean = {weekday: totals[weekdays == weekday].mean() for weekday in set(weekdays.tolist())}
    relative = totals / np.array([mean[weekday] for weekday in weekdays.tolist()])
    quarters = amounts[weekdays != SUNDAY, _FIRST:_LAST].astype(float)
    return Spread(float(relative.std()), float(np.median(quarters.std(axis=0) / quarters.mean(axis=0))))
