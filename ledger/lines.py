"""From an event to its ledger lines: the smallest postings, each with one value in every dimension.

The rules for tax, discounts, reversals and voids are those of ``docs/definitions.md``. The sum over an
event's lines is all that the event changes; a total is nothing but a sum of lines.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import NamedTuple

from daybook.ledger import measures as m
from daybook.ledger.calendar import BusinessMoment, Calendar
from daybook.ledger.posting import Posting, reversal_postings, sale_postings, void_postings
from daybook.schemas.currencies import exponent
from daybook.schemas.events import OrderSnapshot, SaleCompleted, SaleEvent, SaleRefunded, SaleVoided
from daybook.schemas.rounding import share

SALES, TEST = "sales", "test"
"""Books: test and training sales have one of their own."""
REPORTING = {SALES: "reporting", TEST: "reporting-test"}
"""Books of the same lines in the reporting currency, for the sales that carry a rate."""


class LedgerLine(NamedTuple):
    """One posting. ``measures`` are the base measures, minor units and counts; '' stands for no value."""

    line_no: int
    book: str
    business_date: date
    origin_date: date
    quarter: int
    store_id: str
    region: str
    channel: str
    revenue_stream: str
    staff_id: str
    product_id: str
    category: str
    product_name: str
    currency: str
    kind: str
    measures: tuple[int, ...]
    product_orders: int
    category_orders: int


class _Dated(NamedTuple):
    """Postings with the days they count on."""

    activity: BusinessMoment
    origin_date: date
    postings: list[Posting]


def ledger_lines(event: SaleEvent, calendar: Calendar) -> list[LedgerLine]:
    """All ledger lines of an event.

    Raises:
        UnknownStoreError: the calendar does not hold the event's store.
    """
    store = calendar.store(event.store_id)
    region = event.region or store.region or ""
    book = TEST if event.test else SALES
    place = (event.store_id, region, event.channel.value, event.revenue_stream.value)
    plain = event.reporting is None and len(event.staff) <= 1
    lines: list[LedgerLine] = []
    for activity, origin_date, postings in _dated(event, calendar):
        days = (activity.business_date, origin_date, activity.quarter)
        for posting in postings:
            parts = _plain_part(event, book, posting) if plain else _parts(event, book, posting)
            for target, currency, staff_id, vector, first in parts:
                lines.append(
                    LedgerLine(
                        len(lines), target, *days, *place, staff_id,
                        posting.product_id, posting.category, posting.name, currency, posting.kind, vector,
                        posting.product_orders if first else 0, posting.category_orders if first else 0,
                    )
                )  # fmt: skip
    return lines


_Part = tuple[str, str, str, tuple[int, ...], bool]
"""Book, currency, seller, measures, and whether it is the first part of its posting."""


def _plain_part(event: SaleEvent, book: str, posting: Posting) -> tuple[_Part]:
    """The only part of a posting that is neither shared nor converted."""
    staff_id = event.staff[0].staff_id if event.staff else ""
    return ((book, event.currency, staff_id, posting.measures, True),)


def _parts(event: SaleEvent, book: str, posting: Posting) -> Iterable[_Part]:
    for target, currency, vector in _in_currencies(event, book, posting.measures):
        for staff_id, part, first in _by_staff(event, vector):
            yield target, currency, staff_id, part, first


def _dated(event: SaleEvent, calendar: Calendar) -> Iterable[_Dated]:
    if isinstance(event, SaleCompleted):
        moment = _moment(calendar, event.store_id, event.time, event.business_date)
        return [_Dated(moment, moment.business_date, sale_postings(event.lines))]
    if isinstance(event, SaleRefunded):
        return [_refund(event, calendar)]
    if isinstance(event, SaleVoided):
        moment = _moment(calendar, event.store_id, event.origin_time, event.business_date)
        return [_Dated(moment, moment.business_date, void_postings(event.lines))]
    return _snapshot(event, calendar)


def _moment(calendar: Calendar, store_id: str, time: object, stated: date | None) -> BusinessMoment:
    moment = calendar.moment(store_id, time)  # type: ignore[arg-type]  # an Instant is a datetime
    return moment if stated is None else BusinessMoment(stated, moment.quarter)


def _refund(event: SaleRefunded, calendar: Calendar) -> _Dated:
    activity = _moment(calendar, event.store_id, event.time, event.business_date)
    origin = event.origin_business_date
    if origin is None and event.origin_time is not None:
        origin = calendar.moment(event.store_id, event.origin_time).business_date
    postings = reversal_postings(event.lines, event.refunded, event.tax)
    return _Dated(activity, origin or activity.business_date, postings)


def _snapshot(event: OrderSnapshot, calendar: Calendar) -> Iterable[_Dated]:
    placed = _moment(calendar, event.store_id, event.placed_at, event.business_date)
    day = placed.business_date
    yield _Dated(placed, day, sale_postings(event.lines))
    if event.voided:
        yield _Dated(placed, day, void_postings(event.lines))
        return
    for addition in event.additions:
        moment = calendar.moment(event.store_id, addition.time or event.time)
        # The order was counted when it was placed: lines added later add money and units only.
        yield _Dated(moment, moment.business_date, sale_postings(addition.lines, new_order=False))
    for reversal in event.reversals:
        moment = calendar.moment(event.store_id, reversal.time or event.time)
        yield _Dated(moment, day, reversal_postings(reversal.lines, reversal.refunded, reversal.tax))


def _in_currencies(
    event: SaleEvent, book: str, vector: tuple[int, ...]
) -> Iterable[tuple[str, str, tuple[int, ...]]]:
    yield book, event.currency, vector
    if event.reporting is not None:
        reporting = event.reporting
        shift = exponent(reporting.currency) - exponent(event.currency)
        rate = Decimal(reporting.rate).scaleb(shift)
        yield REPORTING[book], reporting.currency, _converted(vector, rate)


def _converted(vector: tuple[int, ...], rate: Decimal) -> tuple[int, ...]:
    """Each base measure in money converted and rounded once; counts stay."""
    with localcontext() as context:
        context.prec = 60
        money = tuple(
            int((value * rate).quantize(Decimal(1), ROUND_HALF_UP)) for value in vector[: len(m.MONEY)]
        )
    return money + vector[len(m.MONEY) :]


def _by_staff(event: SaleEvent, vector: tuple[int, ...]) -> Iterable[tuple[str, tuple[int, ...], bool]]:
    """The vector split by the sellers' shares, exact to the minor unit; True marks the first part."""
    if len(event.staff) <= 1:
        yield (event.staff[0].staff_id if event.staff else ""), vector, True
        return
    weights = [member.share for member in event.staff]
    columns = [share(value, weights) for value in vector]
    for index, member in enumerate(event.staff):
        yield member.staff_id, tuple(column[index] for column in columns), index == 0
