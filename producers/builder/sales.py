"""A valid sale from its lines."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import orjson
from pydantic import BaseModel

from daybook.producers.builder.lines import Item, Priced, priced
from daybook.producers.builder.money import Money, minor_units
from daybook.schemas.codec import decode_event
from daybook.schemas.events import SCHEMA_VERSION, SaleCompleted, SaleEvent
from daybook.schemas.rounding import share


def sale(
    items: Sequence[Item],
    *,
    source: str,
    store_id: str,
    order_id: str,
    currency: str,
    tax_included: bool,
    channel: str = "pos",
    discount: Money = 0,
    charged: Money | None = None,
    time: datetime | None = None,
    event_id: str | None = None,
    business_date: date | None = None,
    **more: Any,
) -> SaleCompleted:
    """A sale of these items, worked out and checked.

    ``discount`` is taken off the whole order: goods and services share it by what each costs, with largest
    remainders. ``charged`` is the till's own sum, if it has one, to be held against the lines. ``time`` is
    now, and ``event_id`` a new one, unless given: make an event once, and publish that one again after a
    doubt. ``more`` are other fields of the event: till_id, staff, region, campaign, reporting, test.

    Raises:
        EventRefused: the event would not be valid; says why, by field: ``order_sum`` where sums differ.
        ValueError: an amount is finer than the minor unit, or the discount is more than there is to pay.
        TypeError: an amount is a float.
    """
    worked_out = [priced(made, currency) for made in items]
    shares = _shares(worked_out, minor_units(discount, currency))
    lines = [
        line.line(part, currency, tax_included=tax_included)
        for line, part in zip(worked_out, shares, strict=True)
    ]
    total = sum(line.charged for line in lines)
    event = checked_event(
        more
        | {
            "type": "sale.completed",
            "source": source,
            "event_id": event_id,
            "order_id": order_id,
            "store_id": store_id,
            "channel": channel,
            "currency": currency,
            "time": time,
            "business_date": business_date,
            "lines": [line_fields(line) for line in lines],
            "charged": total if charged is None else minor_units(charged, currency),
        }
    )
    assert isinstance(event, SaleCompleted)
    return event


def _shares(lines: Sequence[Priced], discount: int) -> list[int]:
    """Each line's part of the order's discount."""
    if discount == 0:
        return [0] * len(lines)
    costs = [line.amount - line.discount if line.item.takes_discount else 0 for line in lines]
    if not 0 < discount <= sum(costs) or min(costs) < 0:
        raise ValueError("An order's discount lies between nothing and what its goods and services cost.")
    return share(discount, costs)


def line_fields(line: BaseModel) -> dict[str, Any]:
    """A line as an event holds it, without what is at its default."""
    return line.model_dump(mode="json", exclude_defaults=True, exclude_none=True, warnings=False)


def checked_event(fields: dict[str, Any]) -> SaleEvent:
    """The event of these fields; a missing time is now, a missing id a new one.

    Raises:
        EventRefused: it is not valid; says why, by field.
    """
    given = {name: _plain(value) for name, value in fields.items() if value is not None}
    defaults = {
        "schema_version": SCHEMA_VERSION,
        "event_id": str(uuid.uuid4()),
        "time": datetime.now(UTC).isoformat(),
    }
    return decode_event(orjson.dumps(defaults | given))


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_none=True)
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    # orjson writes a time without a zone as one without: it is then refused, and not taken for UTC.
    return value
