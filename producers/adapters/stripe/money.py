"""Stripe's amounts, which are minor units but for three currencies."""

from __future__ import annotations

from typing import Final

from daybook.producers.adapters.building import check_currency
from daybook.producers.adapters.contract import Shop
from daybook.producers.adapters.reading import Node
from daybook.schemas.codec import Reason

# Stripe's page on currencies: these two have no minor unit but are stated in hundredths, for old times' sake.
_IN_HUNDREDTHS: Final = frozenset({"ISK", "UGX"})
# The ariary has no decimals at Stripe; ISO 4217 gives it two.
_IN_WHOLE_UNITS: Final = frozenset({"MGA"})


def currency_of(node: Node, shop: Shop) -> str:
    """The currency of an object.

    Raises:
        Untranslatable: it is unknown, or not the shop's.
    """
    return check_currency(shop, node.currency("currency"), node.at("currency"))


def amount(node: Node, name: str, currency: str, default: int | None = 0) -> int:
    """ISO 4217 minor units of an amount; a default of None says that the field must be there.

    Raises:
        Untranslatable: it is no amount, or finer than the currency's minor unit.
    """
    stated = node.minor(name, default)
    if currency in _IN_WHOLE_UNITS:
        return stated * 100
    if currency not in _IN_HUNDREDTHS:
        return stated
    if stated % 100:
        raise node.fail(name, "finer than the currency's minor unit", Reason.WRONG_TYPE)
    return stated // 100
