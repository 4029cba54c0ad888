"""The fields of ordinary sales in columns: each judged by its type in the schemas, and turned into codes."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Final, NamedTuple

import numpy as np

from daybook.ledger.columns.codes import ABSENT, REFUSED, Codes, Flags, Ints, Pattern
from daybook.ledger.columns.instants import UNREAD, microseconds
from daybook.ledger.columns.lines import LineColumns
from daybook.ledger.columns.rates import RateCodes
from daybook.ledger.columns.wire import Reporting, Sale, Seller
from daybook.schemas.fields import (
    IDENTIFIER_PATTERN,
    OPAQUE_REFERENCE_PATTERN,
    Currency,
    FreeText,
    Identifier,
)


class Envelopes(NamedTuple):
    """All fields of sales but their lines, as they were read."""

    source: Sequence[str]
    event_id: Sequence[str]
    time: Sequence[str]
    order_id: Sequence[str]
    store_id: Sequence[str]
    channel: Sequence[str]
    currency: Sequence[str]
    charged: Sequence[int]
    till_id: Sequence[str | None]
    revenue_stream: Sequence[str]
    region: Sequence[str | None]
    campaign: Sequence[str | None]
    customer: Sequence[str | None]
    staff: Sequence[tuple[Seller, ...]]
    test: Sequence[bool]
    reporting: Sequence[Reporting | None]

    @classmethod
    def of(cls, sales: Sequence[Sale]) -> Envelopes:
        """The fields of at least one sale."""
        return cls(*zip(*map(_FIELDS, sales), strict=True))


_FIELDS: Final = attrgetter(*Envelopes._fields)


class EnvelopeCodes(NamedTuple):
    """``valid`` says which rows' fields are all as the schemas want them; only those rows mean anything.

    ``at``: when it occurred, microseconds since 1970.
    """

    valid: Flags
    at: Ints
    store: Ints
    region: Ints
    currency: Ints
    staff: Ints
    rate: Ints


class Fields:
    """Judges fields by the batch. It keeps the codes of texts that are likely to come again."""

    def __init__(self) -> None:
        self.source, self.till, self.store, self.staff, self.product = (Codes(Identifier) for _ in range(5))
        self.region, self.campaign, self.name, self.category, self.rate_source = (
            Codes(FreeText) for _ in range(5)
        )
        self.rate = RateCodes()
        self.currency = Codes(Currency)
        self._identifier = Pattern(IDENTIFIER_PATTERN)
        self._customer = Pattern(OPAQUE_REFERENCE_PATTERN)

    def shed(self) -> None:
        """Forget codes where too many have come together: to be called between batches."""
        for codes in vars(self).values():
            if isinstance(codes, Codes | RateCodes):
                codes.shed()

    def envelopes(self, raw: Envelopes) -> EnvelopeCodes:
        """The codes of sales' fields."""
        at = microseconds(raw.time)
        valid = at != UNREAD
        valid &= self._identifier.matches(raw.event_id) & self._identifier.matches(raw.order_id)
        valid &= self._customers(raw.customer)
        for codes, column in (
            (self.source, raw.source),
            (self.till, raw.till_id),
            (self.campaign, raw.campaign),
        ):
            valid &= codes.of(column) >= 0
        store, region = self.store.of(raw.store_id), self.region.of(raw.region)
        currency = self.currency.of(raw.currency)
        staff = self.staff.of([sellers[0].staff_id if sellers else None for sellers in raw.staff])
        valid &= (store >= 0) & (region >= 0) & (currency >= 0) & (staff >= 0)
        rate = self._rates(raw)
        return EnvelopeCodes(valid & (rate >= 0), at, store, region, currency, staff, rate)

    def _rates(self, raw: Envelopes) -> Ints:
        """The codes of the rates to the reporting currency."""
        count = len(raw.reporting)
        places = [place for place, one in enumerate(raw.reporting) if one is not None]
        if not places:
            return np.full(count, ABSENT, np.int64)
        given = [one for one in raw.reporting if one is not None]
        keys = [
            (raw.currency[place], one.currency, one.rate) for place, one in zip(places, given, strict=True)
        ]
        found = self.rate.of(keys)
        found[self.rate_source.of([one.source for one in given]) < 0] = REFUSED
        found[microseconds([one.time for one in given]) == UNREAD] = REFUSED
        codes = np.full(count, ABSENT, np.int64)
        codes[places] = found
        return codes

    def _customers(self, column: Sequence[str | None]) -> Flags:
        known = np.fromiter((one is not None for one in column), np.bool_, len(column))
        known[known] = ~self._customer.matches([one for one in column if one is not None])
        return ~known

    def lines(self, raw: LineColumns) -> tuple[Flags, Ints, Ints]:
        """Which lines' texts are as they have to be, and their codes of product and category."""
        product, category = self.product.of(raw.product_ids), self.category.of(raw.categories)
        return (product >= 0) & (category >= 0) & (self.name.of(raw.names) >= 0), product, category
