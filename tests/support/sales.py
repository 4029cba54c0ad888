"""A valid sale for tests to change: the one event that most of them start from."""

from __future__ import annotations

from typing import Any


def sale(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A valid sale of one mug; its ids carry the number."""
    event: dict[str, Any] = {
        "schema_version": "1.0",
        "type": "sale.completed",
        "source": "till-7",
        "event_id": f"event-{number}",
        "time": "2026-03-14T10:15:30+00:00",
        "order_id": f"order-{number}",
        "store_id": "high-street",
        "channel": "pos",
        "currency": "GBP",
        "lines": [{"product_id": "MUG", "name": "Blue mug", "unit_price": 1199, "amount": 1199}],
        "charged": 1199,
    }
    return event | changes
