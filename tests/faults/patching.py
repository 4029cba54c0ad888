"""Putting something else in a method's place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def wrap(owner: type, name: str, make: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """Replace a method by what ``make`` makes of it."""
    setattr(owner, name, make(getattr(owner, name)))
