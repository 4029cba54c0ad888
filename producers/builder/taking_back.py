"""Refunds and voids of a sale, built from the sale's own lines: they carry all that they take back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from daybook.producers.builder.money import Number, quantity
from daybook.producers.builder.sales import checked_event, line_fields
from daybook.schemas.events import SaleCompleted, SaleRefunded, SaleVoided
from daybook.schemas.lines import RefundLine, SaleLine
from daybook.schemas.rounding import divide

_CARRIED: Final = (
    "order_id", "store_id", "channel", "revenue_stream", "currency", "region", "campaign", "customer",
    "staff", "reporting", "test",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Returned:
    """What comes back of a line of the sale: ``line`` counts from 0, no quantity is all that is left.

    ``before`` is the quantity that came back earlier: parts that are returned one after the other then add
    up to the line, to the minor unit.
    """

    line: int
    quantity: Number | None = None
    before: Number = 0


def refund(
    of: SaleCompleted,
    returned: Sequence[Returned] | None = None,
    *,
    time: datetime | None = None,
    event_id: str | None = None,
    source: str | None = None,
    till_id: str | None = None,
    business_date: date | None = None,
) -> SaleRefunded:
    """The refund of a sale: of the returned parts, or of everything, tips and shipping included.

    Each line gives back what was paid for it, discount and tax considered. ``source`` is the till that pays
    it back, if another than the sale's.

    Raises:
        ValueError: a part is not in the sale.
        EventRefused: the refund would not be valid.
    """
    parts = [Returned(n) for n in range(len(of.lines))] if returned is None else returned
    lines = [_refund_line(of.lines, part) for part in parts]
    event = checked_event(
        _carried(of, source)
        | {
            "type": "sale.refunded",
            "event_id": event_id,
            "time": time,
            "till_id": till_id,
            "business_date": business_date,
            "origin_time": of.time,
            "origin_business_date": of.business_date,
            "lines": [line_fields(line) for line in lines],
            "refunded": sum(line.amount for line in lines),
        }
    )
    assert isinstance(event, SaleRefunded)
    return event


def void(
    of: SaleCompleted,
    *,
    time: datetime | None = None,
    event_id: str | None = None,
    source: str | None = None,
    till_id: str | None = None,
) -> SaleVoided:
    """The void of a sale: as if it had not been made, on its own business date.

    Raises:
        EventRefused: the void would not be valid.
    """
    event = checked_event(
        _carried(of, source)
        | {
            "type": "sale.voided",
            "event_id": event_id,
            "time": time,
            "till_id": till_id,
            "business_date": of.business_date,
            "origin_time": of.time,
            "lines": [line_fields(line) for line in of.lines],
            "charged": of.charged,
        }
    )
    assert isinstance(event, SaleVoided)
    return event


def _carried(of: SaleCompleted, source: str | None) -> dict[str, Any]:
    return {"source": source or of.source} | {name: getattr(of, name) for name in _CARRIED}


def _refund_line(lines: Sequence[SaleLine], part: Returned) -> RefundLine:
    if not 0 <= part.line < len(lines):
        raise ValueError(f"The sale has no line {part.line}.")
    line = lines[part.line]
    sold, before = Decimal(line.quantity), Decimal(quantity(part.before))
    back = sold - before if part.quantity is None else Decimal(quantity(part.quantity))
    whole = sold == before + back and before == 0
    if before < 0 or back < 0 or before + back > sold or (back == 0 and not whole):
        raise ValueError(f"Of line {part.line} {sold} were sold: {back} after {before} cannot come back.")
    # Net and tax are shared each for itself: so no part has more tax than it gives back.
    tax, net = (
        total if whole else _part(total, before, back, sold) for total in (line.tax, line.charged - line.tax)
    )
    return RefundLine.model_construct(
        kind=line.kind,
        product_id=line.product_id,
        name=line.name,
        category=line.category,
        quantity=quantity(back),
        weighed=line.weighed,
        amount=net + tax,
        tax=tax,
    )


def _part(total: int, before: Decimal, back: Decimal, sold: Decimal) -> int:
    """Differences of rounded running sums: whatever comes back in which parts, together it is the total."""
    return _upto(total, before + back, sold) - _upto(total, before, sold)


def _upto(total: int, count: Decimal, sold: Decimal) -> int:
    # Quantities have six decimal places at most.
    scale = 10**6
    return divide(total * int(count * scale), int(sold * scale))
