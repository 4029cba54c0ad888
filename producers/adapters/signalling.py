"""From an adapter's findings to signals that the schema accepts, or to the reason why not."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson

from daybook.producers.adapters.contract import Shop, Untranslatable
from daybook.producers.adapters.identity import identifier
from daybook.schemas.codec import EventRefused
from daybook.schemas.signals.any import Signal, decode_signal
from daybook.schemas.signals.envelope import SIGNAL_VERSION


def signal(shop: Shop, kind: str, event_id: str, subject: str, time: datetime, **fields: Any) -> Signal:
    """A signal of a shop, held against the schema. Fields that are None are left out.

    Args:
        shop: the connection.
        kind: the signal's type.
        event_id: the same whenever the same is told again.
        subject: what it is about.
        time: when it occurred.
        fields: all else; ``store_id`` and ``channel`` are the shop's where they are not given.

    Raises:
        Untranslatable: it is not valid; the problems are the schema's.
    """
    body = {
        "schema_version": SIGNAL_VERSION,
        "type": kind,
        "source": shop.source,
        "event_id": identifier(event_id),
        "time": time,
        "subject_id": identifier(subject),
        "store_id": shop.store_id,
        "channel": shop.channel,
        **fields,
    }
    try:
        return decode_signal(orjson.dumps({name: value for name, value in body.items() if value is not None}))
    except EventRefused as refused:
        raise Untranslatable(refused.problems) from None
