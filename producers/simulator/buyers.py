"""Who buys: opaque references of customers, of whom some come again and again."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

CAMPAIGNS: Final = ("Spring letter", "Back in stock", "Free delivery week")
"""What a fifth of web orders comes from."""
_REGULARS: Final = 900
_OF_FIVE: Final = 3
"""So many of five orders are by a regular."""
_BITS: Final = 64


def buyer(store_id: str, drawn: int) -> str:
    """The customer of an order, by 128 bits of chance. Few regulars come often, most of them seldom."""
    if drawn % 5 >= _OF_FIVE:
        return f"{drawn:032x}"
    chance = (drawn >> _BITS) / 2**_BITS
    return blake2b(f"{store_id}|{int(_REGULARS * chance**2)}".encode(), digest_size=16).hexdigest()
