"""What a rule finds about a scope: the answer to the first question that settles it, with its reason."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from daybook.schemas.alerts import Measured


class Answer(StrEnum):
    """The questions are asked in this order, and each answer leaves the later ones unasked."""

    CLOSED = "closed"
    NO_DATA = "no_data"
    TOO_LITTLE = "too_little_data"
    FOUND = "found"
    BETWEEN = "between"
    """Not bad enough to fire, not good enough to clear."""
    CLEAR = "clear"


class Finding(NamedTuple):
    """An answer with its reason: a stable code. ``measured`` is what it was judged by, where anything was."""

    answer: Answer
    reason: str
    measured: Measured | None = None
