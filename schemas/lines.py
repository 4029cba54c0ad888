"""The lines of a sale and of what takes a sale back, with the sums that must hold over them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from daybook.schemas.fields import (
    Amount,
    FreeText,
    Identifier,
    Quantity,
    SignedAmount,
    UnitPrice,
    exact,
)


class LineKind(StrEnum):
    """What a line is about; it decides which measure the line adds to."""

    PRODUCT = "product"
    SERVICE = "service"
    SHIPPING = "shipping"
    TIP = "tip"
    GIFT_CARD = "gift_card"
    FEE = "fee"
    ADJUSTMENT = "adjustment"


class Strict(BaseModel):
    """Base of all models: no conversion of types, no unknown field."""

    model_config = ConfigDict(strict=True, extra="forbid")


class _Item(Strict):
    kind: LineKind = LineKind.PRODUCT
    product_id: Identifier | None = Field(None, description="SKU, EAN or the seller's own id.")
    name: FreeText | None = Field(None, description="The product's name as boards show it.")
    category: FreeText | None = None
    quantity: Quantity = 1
    weighed: bool = Field(
        False,
        description="Sold by weight, length or volume: one unit. A fractional quantity always is.",
    )


class SaleLine(_Item):
    """One line of a sale. ``amount`` = round(unit_price x quantity), before discount."""

    unit_price: UnitPrice = Field(description="Minor units per unit; a decimal string may be finer.")
    amount: SignedAmount = Field(description="Minor units; negative only for an adjustment.")
    discount: Amount = Field(
        0, description="Minor units, taken off the amount; includes tax where the price does."
    )
    tax: Amount = Field(0, description="Minor units of tax on the line after its discount.")
    tax_included: bool = Field(False, description="Whether amount and discount contain the tax.")

    @property
    def charged(self) -> int:
        """What the customer owes for this line, in minor units."""
        return self.amount - self.discount + (0 if self.tax_included else self.tax)


class RefundLine(_Item):
    """One line of what is given back."""

    amount: SignedAmount = Field(description="Minor units given back, with the tax contained in it.")
    tax: Amount = Field(0, description="Minor units of tax contained in the amount.")


SaleLines = Annotated[list[SaleLine], Field(min_length=1, max_length=2000)]
RefundLines = Annotated[list[RefundLine], Field(min_length=1, max_length=2000)]


def line_amount(unit_price: int | str, quantity: int | str) -> int:
    """Unit price times quantity in minor units, rounded once, half away from zero."""
    if isinstance(unit_price, int) and isinstance(quantity, int):
        return unit_price * quantity
    with localcontext() as context:
        context.prec = 60
        product = exact(unit_price) * exact(quantity)
        return int(product.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _line_error(index: int, code: str, text: str) -> PydanticCustomError:
    # The template's own braces carry the line number, so that the message names the field.
    return PydanticCustomError(code, "lines[{index}]: " + text, {"index": index})


def check_sale_lines(lines: list[SaleLine], charged: int) -> None:
    """Hold every line and the order's own sum against each other.

    Raises:
        PydanticCustomError: ``line_sum`` or ``order_sum``, naming the line and what was expected.
    """
    total = 0
    for index, line in enumerate(lines):
        amount, discount = line.amount, line.discount
        if line.kind is LineKind.ADJUSTMENT:
            if discount or line.tax:
                raise _line_error(index, "line_sum", "an adjustment has neither discount nor tax")
        elif amount < 0:
            raise _line_error(index, "negative_amount", "only an adjustment may be negative")
        expected = line_amount(line.unit_price, line.quantity)
        if amount != expected:
            raise _line_error(index, "line_sum", f"amount is {amount}, unit price x quantity is {expected}")
        if discount > amount and discount:
            raise _line_error(index, "line_sum", f"discount {discount} exceeds the amount {amount}")
        if line.tax_included and line.tax > amount - discount:
            raise _line_error(index, "line_sum", "the tax inside exceeds the discounted amount")
        total += line.charged
    if total != charged:
        raise PydanticCustomError("order_sum", f"charged is {charged}, the lines add up to {total}")


def check_refund_lines(lines: list[RefundLine], refunded: int) -> None:
    """Hold the lines given back and their own sum against each other.

    Raises:
        PydanticCustomError: ``line_sum`` or ``order_sum``, naming the line and what was expected.
    """
    for index, line in enumerate(lines):
        if line.amount < 0 and line.kind is not LineKind.ADJUSTMENT:
            raise _line_error(index, "negative_amount", "only an adjustment may be negative")
        if line.tax and line.tax > line.amount:
            raise _line_error(index, "line_sum", f"tax {line.tax} exceeds the amount {line.amount}")
    total = sum(line.amount for line in lines)
    if total != refunded:
        raise PydanticCustomError("order_sum", f"refunded is {refunded}, the lines add up to {total}")
