"""From an adapter's findings to events that the schema accepts, or to the reason why not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from daybook.producers.adapters.contract import Shop, Untranslatable
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
