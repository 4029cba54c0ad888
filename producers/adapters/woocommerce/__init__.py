"""WooCommerce: orders, with their refunds fetched, each told as the order's whole state."""

from daybook.producers.adapters.woocommerce.adapter import WooCommerceAdapter

__all__ = ["WooCommerceAdapter"]
