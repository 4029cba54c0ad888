"""Asking other systems for what their webhooks may have missed."""

from daybook.producers.catch_up.shopify import ShopUnavailable, orders_changed
from daybook.producers.catch_up.translating import CaughtUp, Missed, catch_up

__all__ = ["CaughtUp", "Missed", "ShopUnavailable", "catch_up", "orders_changed"]
