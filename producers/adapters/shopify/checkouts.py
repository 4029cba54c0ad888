"""Shopify's carts and checkouts as steps of a session, which is known by its cart's token."""

from __future__ import annotations

from datetime import datetime

from daybook.producers.adapters.contract import Shop, Translation
from daybook.producers.adapters.reading import Node
from daybook.producers.adapters.signalling import signal
from daybook.schemas.signals.any import Signal

CARTS = ("carts/create", "carts/update")
CHECKOUTS = ("checkouts/create", "checkouts/update")


def translate_cart(cart: Node, shop: Shop) -> Translation:
    """That something is in a cart. The same cart, changed, is the same step.

    Raises:
        Untranslatable: it has no token or no time.
    """
    if not cart.nodes("line_items"):
        return Translation(ignored="empty_cart")
    token = cart.identity("token" if cart.has("token") else "id")
    at = cart.moment("created_at" if cart.has("created_at") else "updated_at", "UTC")
    return Translation(signals=(_step(shop, token, "cart", at),))


def translate_checkout(checkout: Node, shop: Shop) -> Translation:
    """That a checkout began, and that it was completed. Nothing of who it is is read.

    Raises:
        Untranslatable: it has no token or no time.
    """
    session = checkout.identity("cart_token" if checkout.has("cart_token") else "token")
    steps = [_step(shop, session, "checkout", checkout.moment("created_at", "UTC"))]
    if checkout.has("completed_at"):
        steps.append(_step(shop, session, "purchase", checkout.moment("completed_at", "UTC")))
    return Translation(signals=tuple(steps))


def purchase_of(order: Node, shop: Shop) -> tuple[Signal, ...]:
    """The last step of the session in which an order was placed; none for an order without a cart."""
    if not order.has("cart_token"):
        return ()
    return (_step(shop, order.identity("cart_token"), "purchase", order.moment("created_at", "UTC")),)


def _step(shop: Shop, session: str, step: str, at: datetime) -> Signal:
    # Each step of a session has one identity, whichever notice tells of it.
    return signal(shop, "funnel.step", f"{step}-{session}", session, at, step=step)
