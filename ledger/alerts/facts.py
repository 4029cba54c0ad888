"""What rules are judged by: numbers that somebody has gathered, as of a moment. Money is in minor units."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import NamedTuple


class Trading(NamedTuple):
    """Whether a scope sells at the moment, and how much there is to go by.

    ``share_passed`` is the part (ppm) of the usual day that has passed, None where no usual day is known.
    """

    is_open: bool
    data_missing: bool
    like_days: int
    share_passed: int | None


class RecentFacts(NamedTuple):
    """The last minutes of a scope beside those of like days; ``spread`` is half the band of past misses.

    ``course`` is what the day before these minutes lets expect of them, with the spread of that; None where
    nothing is known, or of a single store.
    """

    trading: Trading
    minutes: int
    actual: int
    usual: int
    spread: int
    currency: str
    course: tuple[int, int] | None = None


class TargetFacts(NamedTuple):
    """How a day stands to its target. ``chance`` in ppm; None without a past."""

    trading: Trading
    target: int
    projected_close: int
    chance: int | None
    currency: str


class GapFacts(NamedTuple):
    """A silence that goes on, of a store or of several together.

    ``orders`` is how many like days have in it, and ``longest_usual`` the longest silence of the days before,
    told in the same way; both in millionths. ``open_stores`` is how many stores are open and silent together.
    """

    trading: Trading
    seconds: int
    orders: int
    longest_usual: int
    open_stores: int = 1


class TillGapFacts(NamedTuple):
    """A till's silence beside the longest of its own of past days; None where too few days are known."""

    trading: Trading
    seconds: int
    longest_usual: int | None


class SpikeFacts(NamedTuple):
    """What was taken back in the last minutes: an amount, or a count, beside the usual and what was sold.

    ``highest_usual`` is the most that so many minutes of a day usually bring, at any time of it.
    """

    trading: Trading
    minutes: int
    actual: int
    usual: int
    highest_usual: int
    sold: int
    currency: str | None


class ThresholdFacts(NamedTuple):
    """A measure's exact value; None where it cannot be said."""

    trading: Trading
    value: Fraction | None
    unit: str


class SignalFacts(NamedTuple):
    """A measure of signals in the last minutes beside those of like days; None where it cannot be said.

    ``counted`` is how many signals it is made of.
    """

    trading: Trading
    minutes: int
    value: Fraction | None
    usual: Fraction | None
    counted: int
    unit: str


class FeedFacts(NamedTuple):
    """What was received in the last minutes and how much of it was bad, beside a longer time before."""

    received: int
    bad: int
    usual_received: int
    usual_bad: int


class ReceiverFacts(NamedTuple):
    """Since when every attempt to reach a receiver has failed; None where the last one succeeded."""

    failing_since: datetime | None
    attempts: int


Facts = (
    RecentFacts
    | TargetFacts
    | GapFacts
    | TillGapFacts
    | SpikeFacts
    | ThresholdFacts
    | SignalFacts
    | FeedFacts
    | ReceiverFacts
)
