"""An order as a Stripe charge, for a shop whose sales Stripe owns."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from daybook.producers.simulator.webhooks.orders import Refund, WebOrder

if TYPE_CHECKING:
    from daybook.producers.simulator.webhooks.notices import Notice


def notices(order: WebOrder) -> list[tuple[str, dict[str, Any]]]:
    """The payment's intent, its charge, and what a refund changes in it."""
    intent = {"id": f"pi_{order.number}", "object": "payment_intent", "amount": order.charged}
    found = [
        ("payment_intent.succeeded", _event(order, "payment_intent.succeeded", intent)),
        ("charge.succeeded", _event(order, "charge.succeeded", _charge(order, None))),
    ]
    if order.refund is not None:
        charge = _charge(order, order.refund)
        found.append(("charge.refunded", _event(order, "charge.refunded", charge)))
    return found


def headers(secret: bytes, notice: Notice, url: str, at: datetime) -> Mapping[str, str]:
    """Hex HMAC-SHA256 over time, full stop and body."""
    del url
    signed_at = str(int(at.timestamp()))
    signature = hmac.digest(secret, signed_at.encode() + b"." + notice.body, hashlib.sha256).hex()
    return {"Stripe-Signature": f"t={signed_at},v1={signature}"}


def _event(order: WebOrder, kind: str, found: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": f"evt_{order.number}_{kind}",
        "object": "event",
        "type": kind,
        "livemode": True,
        "created": int(order.placed_at.timestamp()),
        "data": {"object": found},
    }


def _charge(order: WebOrder, refund: Refund | None) -> dict[str, Any]:
    refunds = []
    if refund is not None:
        refunds = [
            {
                "id": f"re_{order.number}",
                "object": "refund",
                "amount": refund.paid,
                "currency": order.currency.lower(),
                "status": "succeeded",
                "created": int(refund.at.timestamp()),
                "charge": f"ch_{order.number}",
            }
        ]
    return {
        "id": f"ch_{order.number}",
        "object": "charge",
        "amount": order.charged,
        "amount_captured": order.charged,
        "amount_refunded": refund.paid if refund else 0,
        "captured": True,
        "status": "succeeded",
        "currency": order.currency.lower(),
        "created": int(order.placed_at.timestamp()),
        "invoice": None,
        "payment_intent": f"pi_{order.number}",
        "refunds": {"object": "list", "has_more": False, "data": refunds},
    }
