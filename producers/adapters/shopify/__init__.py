"""Shopify: orders and refunds, each told as the order's whole state."""

from daybook.producers.adapters.shopify.adapter import ShopifyAdapter

__all__ = ["ShopifyAdapter"]
