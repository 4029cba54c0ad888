"""From one foreign record to our event, as a mapping says."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from typing import Any, Final

from daybook.producers.adapters.building import built
from daybook.producers.adapters.contract import Translation
from daybook.producers.adapters.mapping.document import Condition, LineFields, Mapping
from daybook.producers.adapters.mapping.origin import Origin
from daybook.producers.adapters.mapping.values import Reader, Record, find
from daybook.producers.adapters.pricing import Sums, charged, priced, refund_line, sale_line
from daybook.schemas.codec import Reason
from daybook.schemas.lines import line_amount
from daybook.schemas.rounding import share

_TYPES: Final = ("sale.completed", "sale.refunded", "sale.voided")
ROWS: Final = "rows"
"""Under which a record that is made of rows of a CSV file holds them."""
NOT_MEANT: Final = "not_meant"
"""Why a record is ignored that the mapping's conditions leave out."""


def translate_record(record: Record, mapping: Mapping, origin: Origin, path: str = "") -> Translation:
    """The event of one record.

    Raises:
        Untranslatable: it lacks what the mapping names, or its sums do not add up.
    """
    if not all(holds(condition, record) for condition in mapping.when):
        return Translation(ignored=NOT_MEANT)
    read = Reader(record, mapping, origin.time_zone, path)
    kind = read.text(mapping.type)
    if kind not in _TYPES:
        raise read.fail("type", f"must become one of {', '.join(_TYPES)}", Reason.UNKNOWN_TYPE)
    envelope = _envelope(read, mapping, origin, kind)
    lines = _lines(read, mapping, origin, envelope["currency"], refund=kind == "sale.refunded")
    content = _refund if kind == "sale.refunded" else _sale
    return Translation((built({**envelope, **content(read, mapping, lines, envelope["currency"])}),))


def holds(condition: Condition, record: Record) -> bool:
    """Whether a record is one that a condition lets in."""
    found = find(record, condition.field)
    text = "" if found is None else str(found).lower() if isinstance(found, bool) else str(found)
    if condition.one_of is not None:
        return text in condition.one_of
    return text not in (condition.none_of or ())


def _envelope(read: Reader, mapping: Mapping, origin: Origin, kind: str) -> dict[str, Any]:
    event = mapping.event
    order_id, time = read.identity(event.order_id), read.moment(event.time)
    if order_id is None or time is None:
        name = "order_id" if order_id is None else "time"
        raise read.fail(name, "is missing", Reason.MISSING_FIELD)
    currency = read.text(event.currency) or origin.currency
    if currency is None:
        raise read.fail("currency", "neither the record nor the connection names one", Reason.MISSING_FIELD)
    placed = read.moment(event.origin_time) or time
    staff, rate = read.identity(event.staff_id), origin.rate(placed, currency)
    of_sale: dict[str, Any] = {
        "origin_time": placed if kind == "sale.voided" else read.moment(event.origin_time)
    }
    if kind == "sale.refunded":
        of_sale["origin_business_date"] = read.day(event.origin_business_date)
    return {
        "type": kind,
        "source": origin.source,
        "event_id": read.identity(event.event_id) or f"{kind.partition('.')[2]}-{order_id}"[:128],
        "order_id": order_id,
        "time": time,
        "store_id": _store(read, mapping, origin),
        "till_id": read.identity(event.till_id),
        "staff": [{"staff_id": staff}] if staff else None,
        "channel": read.text(event.channel) or origin.channel,
        "revenue_stream": read.text(event.revenue_stream),
        "currency": currency,
        "region": read.name(event.region),
        "campaign": read.name(event.campaign),
        "reporting": rate.model_dump(mode="json") if rate is not None else None,
        "test": read.flag(event.test),
        "business_date": read.day(event.business_date),
        **({} if kind == "sale.completed" else of_sale),
    }


def _store(read: Reader, mapping: Mapping, origin: Origin) -> str:
    """The foreign name of a store, by the connection's table of locations; as it stands if not in there."""
    named = read.identity(mapping.event.store_id)
    return origin.store_id if named is None else origin.locations.get(named, named)


def _lines(
    read: Reader, mapping: Mapping, origin: Origin, currency: str, *, refund: bool
) -> list[dict[str, Any]]:
    if mapping.lines is None:
        return []
    each = mapping.lines.each or ROWS
    found = find(read.record, each)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(item, AnyMapping) for item in found):
        raise read.fail(each, "not a list of objects", Reason.WRONG_TYPE)
    make = _refund_line if refund else _sale_line
    return [
        make(
            Reader(item, mapping, origin.time_zone, f"{each}[{index}]"),
            mapping.lines.fields,
            currency,
        )
        for index, item in enumerate(found)
    ]


def _sale_line(read: Reader, fields: LineFields, currency: str) -> dict[str, Any]:
    amount, quantity, price = _priced(read, fields, currency)
    discount, tax = read.amount(fields.discount, currency) or 0, read.amount(fields.tax, currency) or 0
    inside = read.flag(fields.tax_included) or False
    line = sale_line(
        Sums(amount, discount, tax if inside else 0, 0 if inside else tax), quantity, **_facts(read, fields)
    )
    return {**line, "unit_price": price, "quantity": quantity, "tax_included": inside}


def _priced(read: Reader, fields: LineFields, currency: str) -> tuple[int, int | str, int | str]:
    """(amount, quantity, unit price) in minor units: the one that is not stated follows from the others."""
    stated = read.quantity(fields.quantity)
    quantity = 1 if stated is None else stated
    price, amount = read.unit_price(fields.unit_price, currency), read.amount(fields.amount, currency)
    if price is None:
        if amount is None:
            raise read.fail("amount", "neither a price nor an amount", Reason.MISSING_FIELD)
        price, quantity = priced(amount, quantity)
    elif amount is None:
        amount = line_amount(price, quantity)
    return amount, quantity, price


def _refund_line(read: Reader, fields: LineFields, currency: str) -> dict[str, Any]:
    """What was given back for a line: its amount less its discount, with the tax contained in it."""
    amount, quantity, _ = _priced(read, fields, currency)
    discount, tax = read.amount(fields.discount, currency) or 0, read.amount(fields.tax, currency) or 0
    on_top = 0 if read.flag(fields.tax_included) else tax
    return refund_line(amount - discount + on_top, tax, quantity, **_facts(read, fields))


def _facts(read: Reader, fields: LineFields) -> dict[str, Any]:
    return {
        "kind": read.text(fields.kind),
        "product_id": read.identity(fields.product_id),
        "name": read.name(fields.name),
        "category": read.name(fields.category),
        "weighed": read.flag(fields.weighed),
    }


def _sale(read: Reader, mapping: Mapping, lines: list[dict[str, Any]], currency: str) -> dict[str, Any]:
    discount = read.amount(mapping.event.discount, currency) or 0
    if discount:
        open_amounts = [line["amount"] - line["discount"] for line in lines]
        if discount < 0 or not lines or min(open_amounts) < 0 or discount > sum(open_amounts):
            raise read.fail("discount", "more than the lines that it is taken off", Reason.LINE_SUM)
        for line, part in zip(lines, share(discount, open_amounts), strict=True):
            line["discount"] += part
    stated = read.amount(mapping.event.charged, currency)
    return {"lines": lines, "charged": charged(lines) if stated is None else stated}


def _refund(read: Reader, mapping: Mapping, lines: list[dict[str, Any]], currency: str) -> dict[str, Any]:
    stated = read.amount(mapping.event.refunded, currency)
    if lines:
        total = sum(line["amount"] for line in lines)
        return {"lines": lines, "refunded": total if stated is None else stated}
    if stated is None:
        raise read.fail("refunded", "a refund has neither lines nor an amount", Reason.MISSING_FIELD)
    return {"tax": read.amount(mapping.event.refunded_tax, currency) or 0, "refunded": stated}
