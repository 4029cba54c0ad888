"""From an adapter's findings to events that the schema accepts, or to the reason why not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from daybook.producers.adapters.contract import Shop, Untranslatable
from daybook.producers.adapters.identity import content_tie, snapshot_id, snapshot_version
from daybook.schemas.codec import EventRefused, Reason, decode_event
from daybook.schemas.events import SCHEMA_VERSION, SaleEvent


def built(fields: Mapping[str, Any]) -> SaleEvent:
    """The event of these fields, held against the schema. Empty ones (None, empty list) are left out.

    Raises:
        Untranslatable: it is not valid; the problems are the schema's.
    """
    said = {name: value for name, value in fields.items() if value is not None and value != []}
    order_id = said.get("order_id")
    try:
        return decode_event(orjson.dumps({"schema_version": SCHEMA_VERSION, **said}))
    except EventRefused as refused:
        raise Untranslatable(refused.problems, order_id) from None
    except orjson.JSONEncodeError:
        raise Untranslatable.because(
            "", "a value that no event can hold", Reason.OUT_OF_RANGE, order_id
        ) from None


def snapshot(fields: Mapping[str, Any], updated_at: datetime, *, rank: int) -> SaleEvent:
    """An ``order.snapshot`` of these fields, with version and id, for systems that tell whole seconds.

    ``rank`` rises with what can only be added to an order, such as its refunds: of two states of one second
    the one with more wins, and of equals always the same one.

    Raises:
        Untranslatable: it is not valid.
    """
    content = json.dumps(fields, sort_keys=True, default=str).encode()
    version = snapshot_version(updated_at, content_tie(rank, content))
    event_id = snapshot_id(str(fields["order_id"]), version)
    return built({**fields, "type": "order.snapshot", "version": version, "event_id": event_id})


def check_currency(shop: Shop, currency: str, field: str) -> str:
    """The currency, if the shop may send it.

    Raises:
        Untranslatable: the shops file names another one.
    """
    if shop.currency is not None and currency != shop.currency:
        raise Untranslatable.because(
            field, "not the currency that the shops file names", Reason.UNKNOWN_CURRENCY
        )
    return currency
