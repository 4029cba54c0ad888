"""Which adapter speaks for which system."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from daybook.producers.adapters.contract import Adapter
from daybook.producers.adapters.hubspot import HubSpotAdapter
from daybook.producers.adapters.pipedrive import PipedriveAdapter
from daybook.producers.adapters.shopify import ShopifyAdapter
from daybook.producers.adapters.square import SquareAdapter
from daybook.producers.adapters.stripe import StripeAdapter
from daybook.producers.adapters.woocommerce import WooCommerceAdapter

ADAPTERS: Final[Mapping[str, Callable[[], Adapter]]] = {
    "hubspot": HubSpotAdapter,
    "pipedrive": PipedriveAdapter,
    "shopify": ShopifyAdapter,
    "square": SquareAdapter,
    "stripe": StripeAdapter,
    "woocommerce": WooCommerceAdapter,
}
"""Adapters that need nothing but a shop's own entry. ``mapping`` needs its document besides."""
