"""Sale lines of systems that state sums rather than prices: every figure as stated, the unit price found."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal, InvalidOperation, localcontext
from typing import Any, Final, NamedTuple

from daybook.producers.adapters.money import NotMoneyError, decimal_text
from daybook.schemas.lines import line_amount
from daybook.schemas.rounding import divide

_FINEST: Final = Decimal("0.000001")
_MAX_QUANTITY: Final = 10**9

NOTHING: Final = {"kind": "adjustment", "quantity": 0, "unit_price": 0, "amount": 0}
"""The only line of a snapshot that takes back all that older versions counted and adds nothing itself."""


class Sums(NamedTuple):
    """What a foreign line states, in minor units. ``inside`` is tax that the amount contains."""

    amount: int
    discount: int = 0
    inside: int = 0
    on_top: int = 0

    @property
    def charged(self) -> int:
        """What the customer owes for it."""
        return self.amount - self.discount + self.on_top


def priced(amount: int, quantity: int | str) -> tuple[int | str, int | str]:
    """(unit price, quantity) that multiply to the amount exactly, after the schema's one rounding.

    The unit price has at most six digits beyond the minor unit. Where none such fits, or the quantity is none
    that an event can say, the line is one piece at its amount.
    """
    try:
        count = Decimal(quantity)
        if not 0 < count <= _MAX_QUANTITY:
            return (0, 0) if count == 0 == amount else (amount, 1)
        with localcontext() as context:
            context.prec = 60
            exact = Decimal(amount) / count
            candidates = [exact.quantize(_FINEST), exact.quantize(_FINEST, ROUND_DOWN)]
        written = decimal_text(count)
        for candidate in candidates:
            price = decimal_text(candidate)
            if line_amount(price, written) == amount:
                return price, written
    except (NotMoneyError, InvalidOperation):
        pass
    return amount, 1


def sale_line(sums: Sums, quantity: int | str = 1, **facts: Any) -> dict[str, Any]:
    """The event's line of a foreign line; ``facts`` (kind, product_id, name, weighed) may be None.

    A line with tax both inside and on top is written with the whole tax on top: amount and discount then lose
    the tax in them as the ledger would take it out, so that every measure comes out the same.
    """
    if sums.inside and sums.on_top:
        paid = sums.amount - sums.discount
        gross = sums.amount - (divide(sums.inside * sums.amount, paid) if paid else 0)
        sums = Sums(gross, gross - (paid - sums.inside), 0, sums.inside + sums.on_top)
    unit_price, count = priced(sums.amount, quantity)
    line = {
        "quantity": count,
        "unit_price": unit_price,
        "amount": sums.amount,
        "discount": sums.discount,
        "tax": sums.inside + sums.on_top,
        "tax_included": sums.inside > 0,
    }
    return {**{name: fact for name, fact in facts.items() if fact is not None}, **line}


def refund_line(amount: int, tax: int, quantity: int | str = 1, **facts: Any) -> dict[str, Any]:
    """The event's line of what was given back: amount with the tax contained in it, in minor units."""
    kept = {name: fact for name, fact in facts.items() if fact is not None}
    return {**kept, "quantity": quantity, "amount": amount, "tax": tax}


def charged(lines: list[dict[str, Any]]) -> int:
    """What the customer owes for these sale lines, in minor units."""
    return sum(
        line["amount"] - line["discount"] + (0 if line["tax_included"] else line["tax"]) for line in lines
    )
