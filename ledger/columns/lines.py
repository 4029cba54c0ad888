"""The lines of many sales in columns: what must hold within a line, and the base measures it adds to.

The same rules as ``schemas.lines.check_sale_lines`` and ``posting.sale_postings``, for whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Self

import numpy as np
from msgspec.structs import astuple

from daybook.ledger import measures as m
from daybook.ledger.columns.codes import Flags, Ints
from daybook.ledger.columns.rates import converted
from daybook.ledger.columns.wire import Line
from daybook.ledger.posting import GOODS, OWN_MEASURE
from daybook.schemas.lines import LineKind

_KINDS: Final = {kind.value: code for code, kind in enumerate(LineKind)}
_IS_GOODS: Final = np.array([kind in GOODS for kind in LineKind])
_OTHERS: Final = tuple((_KINDS[kind], measure) for kind, measure in OWN_MEASURE.items())


class LineColumns:
    """Lines of sales, one array for each field."""

    def __init__(self, lines: Sequence[Line]) -> None:
        (
            unit_price, amount, kind, self.product_ids, self.names, self.categories,
            quantity, weighed, discount, tax, tax_included,
        ) = zip(*map(astuple, lines), strict=True)  # fmt: skip
        self.kind: Ints = np.fromiter(map(_KINDS.__getitem__, kind), np.int64, len(lines))
        self.unit_price: Ints = np.array(unit_price, np.int64)
        self.amount: Ints = np.array(amount, np.int64)
        self.quantity: Ints = np.array(quantity, np.int64)
        self.weighed: Flags = np.array(weighed, np.bool_)
        self.discount: Ints = np.array(discount, np.int64)
        self.tax: Ints = np.array(tax, np.int64)
        self.tax_included: Flags = np.array(tax_included, np.bool_)

    @property
    def inside(self) -> Ints:
        """Tax that amount and discount contain."""
        return np.where(self.tax_included, self.tax, 0)

    @property
    def charged(self) -> Ints:
        """What the customer owes for each line."""
        return self.amount - self.discount + self.tax - self.inside

    def valid(self) -> Flags:
        """Which lines hold together."""
        adjustment = self.kind == _KINDS[LineKind.ADJUSTMENT]
        bare = (self.discount == 0) & (self.tax == 0)
        valid: Flags = self.amount == self.unit_price * self.quantity
        valid &= np.where(adjustment, bare, self.amount >= 0)
        valid &= (self.discount <= self.amount) | (self.discount == 0)
        return valid & (self.inside <= np.where(self.tax_included, self.amount - self.discount, 0))


class LineMeasures:
    """What valid lines add to the base measures.

    ``by_measure`` has no ``orders``: the event counts as one, and as one of each product in it. ``priced``:
    goods above zero, which make an order of it.
    """

    def __init__(self, by_measure: dict[int, Ints], priced: Flags) -> None:
        self.by_measure = by_measure
        self.priced = priced

    @classmethod
    def of(cls, lines: LineColumns) -> Self:
        """The measures of valid lines."""
        goods = _IS_GOODS[lines.kind]
        paid = lines.amount - lines.discount
        gross = lines.amount - _share_of_tax(lines, paid)
        net = paid - lines.inside
        columns = {
            m.GROSS: np.where(goods, gross, 0),
            m.DISCOUNTS: np.where(goods, net - gross, 0),
            m.TAX: lines.tax,
            m.UNITS: np.where(goods, np.where(lines.weighed, 1, lines.quantity), 0),
        }
        if not goods.all():
            columns |= {measure: np.where(lines.kind == code, net, 0) for code, measure in _OTHERS}
        used = {measure: column for measure, column in columns.items() if column.any()}
        return cls(used, goods & (lines.amount > 0))

    def take(self, rows: Flags) -> Self:
        """The same of some lines."""
        return type(self)({key: column[rows] for key, column in self.by_measure.items()}, self.priced[rows])

    def converted(self, numerators: Ints, denominators: Ints) -> Self:
        """The same in the reporting currency: amounts of each line at its rate, counts as they are."""
        by_measure = {
            key: converted(column, numerators, denominators) if key < len(m.MONEY) else column
            for key, column in self.by_measure.items()
        }
        return type(self)(by_measure, self.priced)


def _share_of_tax(lines: LineColumns, paid: Ints) -> Ints:
    """The tax inside the price before discount: G = round(T x P / (P - D)), half away from zero."""
    inside = np.where(paid > 0, lines.inside, 0)
    quotient, remainder = np.divmod(inside * lines.amount, np.where(paid > 0, paid, 1))
    return quotient + (2 * remainder >= np.where(paid > 0, paid, 1))
