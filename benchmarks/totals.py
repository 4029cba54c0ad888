"""Totals in the one form in which all contenders are compared.

A total is named ``dimension|key|business date|currency`` and holds net sales and tax in minor units, orders
and units. Needs nothing but Python: peers import it in environments of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final

DIMENSIONS: Final = ("store", "region", "channel", "staff", "product", "category", "store_quarter")
"""What every contender totals by. A quarter hour is one of a store: ``store-4|1764345600``."""


def digest(totals: Mapping[str, Sequence[int]]) -> str:
    """SHA-256 over all totals that are not zero, sorted by name: equal totals, equal digest."""
    kept = sorted((name, values) for name, values in totals.items() if any(values))
    return sha256(
        "".join(f"{name} {' '.join(map(str, values))}\n" for name, values in kept).encode()
    ).hexdigest()
