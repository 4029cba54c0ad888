"""What a customer takes to the till: a sale's lines, with discounts, tax, shipping, tips, gift cards."""

from __future__ import annotations

from random import Random
from typing import Any, Final

from daybook.producers.simulator.shops import RATE_SCALE, Product, Shop

Line = dict[str, Any]

_UNITED_KINGDOM: Final = "GBP"
_FREE_SHIPPING_FROM: Final = 5000
_GIFT_CARDS: Final = (1000, 2500, 5000)


def basket(rng: Random, shop: Shop) -> tuple[list[Line], int]:
    """Lines of one sale, and what is charged for them in minor units."""
    percent_off = rng.choice((10, 15, 20)) if rng.random() < 0.12 else 0
    wanted = rng.choices(shop.products, k=rng.choice((1, 1, 1, 2, 2, 3, 4)))
    lines = [_goods(rng, shop, product, percent_off) for product in dict.fromkeys(wanted)]
    goods = sum(charged(line) for line in lines)
    lines += _extras(rng, shop, goods)
    return lines, sum(charged(line) for line in lines)


def charged(line: Line) -> int:
    """What is owed for a line, in minor units."""
    owed: int = line["amount"] - line.get("discount", 0)
    return owed if line.get("tax_included") else owed + int(line.get("tax", 0))


def _goods(rng: Random, shop: Shop, product: Product, percent_off: int) -> Line:
    line: Line = {
        "product_id": product.sku,
        "name": product.name,
        "category": product.category,
        "unit_price": product.price,
    }
    if product.weighed:
        grams = rng.randrange(80, 900)
        line |= {
            "quantity": f"0.{grams:03d}",
            "weighed": True,
            "amount": _rounded(product.price * grams, 1000),
        }
    else:
        quantity = rng.choice((1, 1, 1, 1, 1, 2, 2, 3))
        line |= {"quantity": quantity, "amount": product.price * quantity}
    if percent_off:
        line["discount"] = _rounded(line["amount"] * percent_off, 100)
    return _taxed(line, product.tax_rate, included=shop.tax_included)


def _taxed(line: Line, rate: int, *, included: bool) -> Line:
    paid = line["amount"] - line.get("discount", 0)
    if included:
        return line | {"tax": _rounded(paid * rate, RATE_SCALE + rate), "tax_included": True}
    return line | {"tax": _rounded(paid * rate, RATE_SCALE)}


def _extras(rng: Random, shop: Shop, goods: int) -> list[Line]:
    """What is charged beside the goods."""
    lines: list[Line] = []
    if shop.online and goods < _FREE_SHIPPING_FROM:
        shipping = {"kind": "shipping", "name": "Standard delivery", "unit_price": 395, "amount": 395}
        lines.append(_taxed(shipping, 20_000, included=True))
    if shop.tips and rng.random() < 0.8:
        tip = _rounded(goods * rng.choice((15, 18, 20)), 100)
        lines.append({"kind": "tip", "unit_price": tip, "amount": tip})
    if shop.currency == _UNITED_KINGDOM and rng.random() < 0.03:
        value = rng.choice(_GIFT_CARDS)
        lines.append({"kind": "gift_card", "name": "Gift card", "unit_price": value, "amount": value})
    if shop.currency == _UNITED_KINGDOM and not shop.online and rng.random() < 0.15:
        bag = {"kind": "fee", "name": "Carrier bag", "unit_price": 10, "amount": 10}
        lines.append(_taxed(bag, 20_000, included=True))
    return lines


def _rounded(numerator: int, denominator: int) -> int:
    """The nearest whole number of a quotient that is not negative, halves upwards."""
    return (2 * numerator + denominator) // (2 * denominator)
