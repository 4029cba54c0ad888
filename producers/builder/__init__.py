"""Valid events from what a till knows: lines, prices, quantities, and the sale that is taken back."""

from daybook.producers.builder.lines import (
    Item,
    adjustment,
    fee,
    gift_card,
    item,
    service,
    shipping,
    tip,
)
from daybook.producers.builder.sales import sale
from daybook.producers.builder.taking_back import Returned, refund, void

__all__ = [
    "Item",
    "Returned",
    "adjustment",
    "fee",
    "gift_card",
    "item",
    "refund",
    "sale",
    "service",
    "shipping",
    "tip",
    "void",
]
