"""Examples of bodies and answers, as the OpenAPI document shows them. Tests send and compare each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson

SALE: Final[dict[str, Any]] = {
    "schema_version": "1.0",
    "type": "sale.completed",
    "source": "till-7.high-street",
    "event_id": "1001",
    "time": "2026-03-14T10:15:30+00:00",
    "order_id": "HS-2026-1001",
    "store_id": "high-street",
    "channel": "pos",
    "currency": "GBP",
    "staff": [{"staff_id": "amira"}],
    "lines": [
        {
            "product_id": "MUG-BLUE",
            "name": "Blue mug",
            "category": "Kitchen",
            "quantity": 2,
            "unit_price": 1199,
            "amount": 2398,
            "tax": 400,
            "tax_included": True,
        }
    ],
    "charged": 2398,
}

SIGNAL: Final[dict[str, Any]] = {
    "schema_version": "1.0",
    "type": "satisfaction.answered",
    "source": "survey.high-street",
    "event_id": "a-501",
    "time": "2026-03-14T10:20:00+00:00",
    "subject_id": "a-501",
    "store_id": "high-street",
    "channel": "pos",
    "staff_id": "amira",
    "kind": "csat",
    "score": 4,
    "topic": "customer_service",
}

_ATTRIBUTES: Final = ("source", "type", "time")


def cloud_event(event: Mapping[str, Any]) -> dict[str, Any]:
    """An event as a structured CloudEvent."""
    return {
        "specversion": "1.0",
        "id": event["event_id"],
        **{name: event[name] for name in _ATTRIBUTES},
        "datacontenttype": "application/json",
        "data": {name: value for name, value in event.items() if name not in {*_ATTRIBUTES, "event_id"}},
    }


def lines(event: Mapping[str, Any]) -> str:
    """Two such events as NDJSON."""
    return "".join(
        orjson.dumps({**event, "event_id": f"{number}"}).decode() + "\n" for number in (1001, 1002)
    )


ACCEPTED: Final = {
    "accepted": 1,
    "waiting": 0,
    "refused": 0,
    "events": [{"position": 0, "status": "accepted", "problems": []}],
}
_PROBLEM: Final = {"code": "order_sum", "field": "", "detail": "charged is 2400, the lines add up to 2398"}
_NEWER: Final = {
    "code": "newer_version",
    "field": "schema_version",
    "detail": "newer than 1.0; replay after an upgrade",
}
MIXED: Final = {
    "accepted": 1,
    "waiting": 1,
    "refused": 1,
    "events": [
        {"position": 0, "status": "accepted", "problems": []},
        {"position": 1, "status": "refused", "problems": [_PROBLEM]},
        {"position": 2, "status": "waiting", "problems": [_NEWER]},
    ],
}
REFUSED: Final = {
    "accepted": 0,
    "waiting": 0,
    "refused": 1,
    "events": [{"position": 0, "status": "refused", "problems": [_PROBLEM]}],
}
OUT_OF_SCOPE: Final = {
    "accepted": 0,
    "waiting": 0,
    "refused": 1,
    "events": [
        {
            "position": 0,
            "status": "refused",
            "problems": [
                {"code": "key_scope", "field": "store_id", "detail": "The key is not for this store."}
            ],
        }
    ],
}
