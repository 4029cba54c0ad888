"""Medians and bands over rows of which some values are not there, in exact integers."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
_NOT_THERE: Final = np.iinfo(np.int64).max
PPM: Final = 1_000_000


def medians(values: Ints, there: Flags) -> tuple[Ints, Ints]:
    """The median of each row's values that are there, and how many these are; 0 where there are none.

    Between two middle values it is their mean, rounded half away from zero. The last axis is the row.
    """
    count = there.sum(axis=-1)
    ordered = np.sort(np.where(there, values, _NOT_THERE), axis=-1)
    low = _at(ordered, np.maximum(count - 1, 0) // 2)
    high = _at(ordered, np.minimum(count // 2, values.shape[-1] - 1))
    both = np.where(count > 0, low, 0) + np.where(count > 0, high, 0)
    return np.sign(both) * ((np.abs(both) + 1) // 2), count


def quantiles(values: Ints, there: Flags, part: int) -> Ints:
    """The value below which a part (ppm) of each row's values lies, by the nearest rank; 0 without any."""
    count = there.sum(axis=-1)
    ordered = np.sort(np.where(there, values, _NOT_THERE), axis=-1)
    rank = np.maximum(-(-count * part // PPM), 1) - 1
    return np.where(count > 0, _at(ordered, rank), 0)


def means(values: Ints, there: Flags) -> Ints:
    """The mean of each row's values that are there, in millionths; 0 without any."""
    count = there.sum(axis=-1)
    sums = np.where(there, values, 0).sum(axis=-1)
    return np.where(count > 0, sums * PPM // np.maximum(count, 1), 0)


def _at(ordered: Ints, place: Ints) -> Ints:
    found: Ints = np.take_along_axis(ordered, place[..., None], axis=-1)[..., 0]
    return found
