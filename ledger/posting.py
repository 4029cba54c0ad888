"""What each line of a sale, a refund or a void does to the base measures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from daybook.ledger import measures as m
from daybook.schemas.lines import LineKind, RefundLine, SaleLine
from daybook.schemas.rounding import divide

GOODS: Final = frozenset({LineKind.PRODUCT, LineKind.SERVICE})
OWN_MEASURE: Final = {
    LineKind.SHIPPING: m.SHIPPING,
    LineKind.TIP: m.TIPS,
    LineKind.FEE: m.FEES,
    LineKind.GIFT_CARD: m.GIFT_CARDS,
    LineKind.ADJUSTMENT: m.ADJUSTMENTS,
}


class Posting(NamedTuple):
    """One line's change of the base measures, with what it is about."""

    kind: str
    product_id: str
    category: str
    name: str
    measures: tuple[int, ...]
    product_orders: int
    category_orders: int


def units_of(line: SaleLine | RefundLine) -> int:
    """Units of a line: its quantity, or one where it is weighed or a fraction."""
    if line.weighed:
        return 1
    if isinstance(line.quantity, int):
        return line.quantity
    whole, _, fraction = line.quantity.partition(".")
    return 1 if fraction.strip("0") else int(whole)


def goods_measures(line: SaleLine) -> tuple[int, int, int]:
    """(gross, discounts, tax) of a goods line in minor units; discounts are negative.

    Tax inside: gross is the amount less G = round(T x P / (P - D)), and net is P - D - T.
    """
    amount, discount, tax = line.amount, line.discount, line.tax
    if not line.tax_included:
        return amount, -discount, tax
    paid = amount - discount
    gross = amount - (divide(tax * amount, paid) if paid else 0)
    return gross, paid - tax - gross, tax


def sale_postings(lines: Sequence[SaleLine], *, new_order: bool = True) -> list[Posting]:
    """Postings of a sale's lines.

    The order is counted on the first goods line above zero, and once per product and category; an order that
    has none counts as a zero-value order on its first line.
    """
    out: list[Posting] = []
    counted = not new_order
    products: set[str] = set()
    categories: set[str] = set()
    for line in lines:
        vector = [0] * len(m.BASE)
        product_orders = category_orders = 0
        product, category = line.product_id or "", line.category or ""
        if line.kind is LineKind.PRODUCT or line.kind is LineKind.SERVICE:
            vector[m.GROSS], vector[m.DISCOUNTS], vector[m.TAX] = goods_measures(line)
            vector[m.UNITS] = units_of(line)
            if line.amount > 0 and new_order:
                vector[m.ORDERS] = 0 if counted else 1
                counted = True
                product_orders = int(product not in products)
                category_orders = int(category not in categories)
                products.add(product)
                categories.add(category)
        else:
            _add_other(vector, line)
        out.append(_posting(line, vector, product_orders, category_orders))
    if not counted:
        first = out[0].measures
        zero = (*first[: m.ZERO_VALUE_ORDERS], 1, *first[m.ZERO_VALUE_ORDERS + 1 :])
        out[0] = out[0]._replace(measures=zero)
    return out


def _add_other(vector: list[int], line: SaleLine) -> None:
    """Shipping, tips and the like go to their own measure, net of discount; their tax to tax."""
    net = line.amount - line.discount - (line.tax if line.tax_included else 0)
    vector[OWN_MEASURE[line.kind]] = net
    vector[m.TAX] = line.tax


def reversal_postings(lines: Sequence[RefundLine] | None, refunded: int, tax: int) -> list[Posting]:
    """Postings of a refund: by its lines, or by an amount alone, which lowers no product."""
    if lines is None:
        vector = [0] * len(m.BASE)
        vector[m.REVERSALS], vector[m.TAX] = tax - refunded, -tax
        return [Posting("", "", "", "", tuple(vector), 0, 0)]
    out = []
    for line in lines:
        vector = [0] * len(m.BASE)
        measure = m.REVERSALS if line.kind in GOODS else OWN_MEASURE[line.kind]
        vector[measure] = line.tax - line.amount
        vector[m.TAX] = -line.tax
        if line.kind in GOODS:
            vector[m.RETURNED_UNITS] = units_of(line)
        out.append(_posting(line, vector, 0, 0))
    return out


def void_postings(lines: Sequence[SaleLine]) -> list[Posting]:
    """Postings that take a sale back with its order and units; gross stays, and reversals answer it."""
    out = []
    for sale in sale_postings(lines):
        old = sale.measures
        vector = [-value for value in old]
        vector[m.GROSS] = vector[m.DISCOUNTS] = 0
        vector[m.REVERSALS] = -(old[m.GROSS] + old[m.DISCOUNTS])
        out.append(
            sale._replace(
                measures=tuple(vector),
                product_orders=-sale.product_orders,
                category_orders=-sale.category_orders,
            )
        )
    return out


def _posting(
    line: SaleLine | RefundLine, vector: list[int], product_orders: int, category_orders: int
) -> Posting:
    return Posting(
        line.kind.value,
        line.product_id or "",
        line.category or "",
        line.name or "",
        tuple(vector),
        product_orders,
        category_orders,
    )
