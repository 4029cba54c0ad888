"""The measures: which figures a day book keeps, in which order, and what is derived from them."""

from __future__ import annotations

from typing import Final, NamedTuple

BASE: Final = (
    "gross",
    "discounts",
    "reversals",
    "tax",
    "shipping",
    "tips",
    "fees",
    "gift_cards",
    "adjustments",
    "orders",
    "zero_value_orders",
    "units",
    "returned_units",
)
"""Base measures in the order of a vector: minor units up to ``adjustments``, counts after it."""

(
    GROSS,
    DISCOUNTS,
    REVERSALS,
    TAX,
    SHIPPING,
    TIPS,
    FEES,
    GIFT_CARDS,
    ADJUSTMENTS,
    ORDERS,
    ZERO_VALUE_ORDERS,
    UNITS,
    RETURNED_UNITS,
) = range(len(BASE))

SHIFTED: Final = (REVERSALS, TAX, SHIPPING, TIPS, FEES, GIFT_CARDS, ADJUSTMENTS, RETURNED_UNITS)
"""Base measures that a reversal may move from its activity day to its origin day."""

SHIFTS: Final = tuple(f"{BASE[index]}_shift" for index in SHIFTED)
"""Names of what has to be added to a base measure for the origin view of a day."""

STORED: Final = BASE + SHIFTS
"""All measures of a stored total."""

WIDTH: Final = len(STORED)
MONEY: Final = BASE[: ADJUSTMENTS + 1]
"""Base measures in minor units."""


class Figures(NamedTuple):
    """The published figures of one total: minor units and counts. ``charged`` is what tills' own sums say."""

    gross: int
    discounts: int
    reversals: int
    reversals_by_origin: int
    net: int
    tax: int
    shipping: int
    fees: int
    gift_cards: int
    adjustments: int
    tips: int
    total: int
    charged: int
    orders: int
    zero_value_orders: int
    units: int
    returned_units: int


def figures(vector: list[int] | tuple[int, ...]) -> Figures:
    """The published figures of a stored vector: net, total and charged are derived, never stored."""
    net = vector[GROSS] + vector[DISCOUNTS] + vector[REVERSALS]
    total = net + vector[TAX] + vector[SHIPPING] + vector[FEES]
    charged = total + vector[TIPS] + vector[GIFT_CARDS] + vector[ADJUSTMENTS]
    return Figures(
        gross=vector[GROSS],
        discounts=vector[DISCOUNTS],
        reversals=vector[REVERSALS],
        reversals_by_origin=vector[REVERSALS] + vector[len(BASE)],
        net=net,
        tax=vector[TAX],
        shipping=vector[SHIPPING],
        fees=vector[FEES],
        gift_cards=vector[GIFT_CARDS],
        adjustments=vector[ADJUSTMENTS],
        tips=vector[TIPS],
        total=total,
        charged=charged,
        orders=vector[ORDERS],
        zero_value_orders=vector[ZERO_VALUE_ORDERS],
        units=vector[UNITS],
        returned_units=vector[RETURNED_UNITS],
    )
