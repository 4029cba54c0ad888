"""The lines of a sale as a till says them. :func:`daybook.producers.builder.sale` makes them exact."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from daybook.producers.builder.money import Money, Number, minor_units, quantity, unit_price
from daybook.schemas.lines import LineKind, SaleLine, line_amount
from daybook.schemas.rounding import divide

_GOODS = frozenset({LineKind.PRODUCT, LineKind.SERVICE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A line before it is worked out. Money: an int is in minor units, a Decimal in major ones."""

    kind: LineKind
    price: Money
    """Of one unit; may be finer than the minor unit."""
    product_id: str | None = None
    name: str | None = None
    category: str | None = None
    quantity: Number = 1
    weighed: bool = False
    discount: Money = 0
    """Taken off this line; its part of the order's discount comes on top."""
    tax: Money | None = None
    """As the till has it; or none, and a rate."""
    tax_rate: Number | None = None
    """Percent, from which the tax is worked out on the discounted amount, rounded half away from zero."""

    @property
    def takes_discount(self) -> bool:
        """Whether a discount on the whole order is shared by this line."""
        return self.kind in _GOODS


def item(
    product_id: str,
    price: Money,
    *,
    quantity: Number = 1,
    name: str | None = None,
    category: str | None = None,
    weighed: bool = False,
    discount: Money = 0,
    tax: Money | None = None,
    tax_rate: Number | None = None,
) -> Item:
    """A product: ``item("MUG", Decimal("11.99"), quantity=2, tax_rate=20)``."""
    return Item(
        kind=LineKind.PRODUCT, product_id=product_id, price=price, quantity=quantity, name=name,
        category=category, weighed=weighed, discount=discount, tax=tax, tax_rate=tax_rate,
    )  # fmt: skip


def service(
    product_id: str,
    price: Money,
    *,
    quantity: Number = 1,
    name: str | None = None,
    category: str | None = None,
    discount: Money = 0,
    tax: Money | None = None,
    tax_rate: Number | None = None,
) -> Item:
    """A service: it counts as sales like a product."""
    return Item(
        kind=LineKind.SERVICE, product_id=product_id, price=price, quantity=quantity, name=name,
        category=category, discount=discount, tax=tax, tax_rate=tax_rate,
    )  # fmt: skip


def shipping(
    price: Money, *, discount: Money = 0, tax: Money | None = None, tax_rate: Number | None = None
) -> Item:
    """Postage and packing."""
    return Item(kind=LineKind.SHIPPING, price=price, discount=discount, tax=tax, tax_rate=tax_rate)


def fee(price: Money, *, tax: Money | None = None, tax_rate: Number | None = None) -> Item:
    """A fee, such as for a bag."""
    return Item(kind=LineKind.FEE, price=price, tax=tax, tax_rate=tax_rate)


def tip(price: Money) -> Item:
    """A tip; never sales."""
    return Item(kind=LineKind.TIP, price=price)


def gift_card(price: Money) -> Item:
    """A gift card sold; never sales."""
    return Item(kind=LineKind.GIFT_CARD, price=price)


def adjustment(price: Money) -> Item:
    """Cash rounding and the like; the only line that may be negative."""
    return Item(kind=LineKind.ADJUSTMENT, price=price)


@dataclass(frozen=True, slots=True)
class Priced:
    """An item with its price times its quantity, rounded once, and its own discount, in minor units."""

    item: Item
    unit_price: int | str
    quantity: int | str
    amount: int
    discount: int

    def line(self, order_discount: int, currency: str, *, tax_included: bool) -> SaleLine:
        """The line with its part of the order's discount, and its tax.

        Raises:
            TypeError: the tax is a float.
            ValueError: the tax is finer than the minor unit, or given twice.
        """
        discount = self.discount + order_discount
        tax = self._tax(self.amount - discount, currency, tax_included=tax_included)
        # Not checked here: the event is, as a whole, with every problem named by its field.
        return SaleLine.model_construct(
            kind=self.item.kind,
            product_id=self.item.product_id,
            name=self.item.name,
            category=self.item.category,
            quantity=self.quantity,
            weighed=self.item.weighed,
            unit_price=self.unit_price,
            amount=self.amount,
            discount=discount,
            tax=tax,
            tax_included=tax_included and tax > 0,
        )

    def _tax(self, paid: int, currency: str, *, tax_included: bool) -> int:
        if self.item.tax_rate is None:
            return minor_units(self.item.tax or 0, currency)
        if self.item.tax is not None:
            raise ValueError("A line has its tax or a rate to work it out by, not both.")
        rate = Decimal(quantity(self.item.tax_rate))
        top, bottom = rate.as_integer_ratio()
        # Tax inside is the rate's part of what was paid: rate / (100 + rate).
        return divide(paid * top, 100 * bottom + (top if tax_included else 0))


def priced(made: Item, currency: str) -> Priced:
    """Price times quantity, rounded once, half away from zero.

    Raises:
        TypeError: a float was given.
        ValueError: an amount is finer than the minor unit, or the currency is unknown.
    """
    price, count = unit_price(made.price, currency), quantity(made.quantity)
    return Priced(made, price, count, line_amount(price, count), minor_units(made.discount, currency))
