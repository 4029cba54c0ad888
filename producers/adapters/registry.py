"""Which adapter speaks for which system."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from daybook.producers.adapters.contract import Adapter

ADAPTERS: Final[Mapping[str, Callable[[], Adapter]]] = {}
"""Adapters that need nothing but a shop's own entry. ``mapping`` needs its document besides."""
