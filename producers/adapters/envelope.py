"""What every event of a shop carries, whichever system sent it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from daybook.producers.adapters.contract import Shop


class Sale(NamedTuple):
    """The sale that an event is about. ``placed_at`` (None: not known) also fixes its reporting rate."""

    order_id: str
    store_id: str
    currency: str
    placed_at: datetime | None


def envelope(shop: Shop, sale: Sale, kind: str, event_id: str, time: datetime) -> dict[str, Any]:
    """The envelope's fields as ``built`` takes them.

    Args:
        shop: the connection.
        sale: the sale that the event is about.
        kind: the event's type.
        event_id: the same whenever the same is told again.
        time: when it occurred.
    """
    rate = shop.rate(sale.placed_at, sale.currency) if sale.placed_at is not None else None
    return {
        "type": kind,
        "source": shop.source,
        "event_id": event_id,
        "time": time,
        "order_id": sale.order_id,
        "store_id": sale.store_id,
        "channel": shop.channel,
        "currency": sale.currency,
        "reporting": rate.model_dump(mode="json") if rate is not None else None,
    }
