"""From records to columns: which events of a batch are ordinary sales, and what they add."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Final

import numpy as np

from daybook.ledger.arrivals import FUTURE, LATE, Record
from daybook.ledger.calendar import Calendar
from daybook.ledger.columns import moments
from daybook.ledger.columns.codes import Flags, Ints
from daybook.ledger.columns.fields import EnvelopeCodes, Envelopes, Fields
from daybook.ledger.columns.lines import LineColumns, LineMeasures
from daybook.ledger.columns.rates import Rates
from daybook.ledger.columns.sales import KeyColumn, Lines, Sales
from daybook.ledger.columns.wire import Sale, decode_sales
from daybook.ledger.identity import identity
from daybook.schemas.events import Channel, RevenueStream

_FUTURE: Final = int(FUTURE.total_seconds()) * 1_000_000
_LATE: Final = int(LATE.total_seconds()) * 1_000_000
_TEXTS: Final = {
    "channel": ["", *(channel.value for channel in Channel)],
    "revenue_stream": ["", *(stream.value for stream in RevenueStream)],
}
_CODES: Final = {dimension: {text: i for i, text in enumerate(texts)} for dimension, texts in _TEXTS.items()}


class SaleReader:
    """Reads a partition's batches."""

    def __init__(self) -> None:
        self._fields = Fields()
        self._quarters = moments.QuarterCodes()

    def read(
        self, records: Sequence[Record], calendar: Calendar, first_version: int, *, late: bool
    ) -> Sales | None:
        """The ordinary sales among the records; None if there is none.

        Args:
            records: one after the other, without a hole.
            calendar: the stores; a sale of another store is left out.
            first_version: the version of the first record.
            late: whether sales that are late on arrival are taken too.
        """
        self._fields.shed()
        decoded = decode_sales([record.value for record in records])
        places = [place for place, sale in enumerate(decoded) if sale is not None]
        if not places:
            return None
        read = _Columns([sale for sale in decoded if sale is not None], self._fields, self._quarters)
        recorded_at = np.array([records[place].recorded_at for place in places], np.int64)
        valid = read.valid(calendar) & _on_time(read.codes.at, recorded_at, late=late)
        rows = np.flatnonzero(valid)
        if not len(rows):
            return None
        return read.sales(rows, np.array(places, np.int64)[rows], recorded_at[rows], calendar, first_version)


class _Columns:
    """Decoded sales in columns."""

    def __init__(self, sales: list[Sale], fields: Fields, quarters: moments.QuarterCodes) -> None:
        self._fields = fields
        self._quarters = quarters
        self._raw = Envelopes.of(sales)
        self.codes: EnvelopeCodes = fields.envelopes(self._raw)
        counts = np.fromiter((len(sale.lines) for sale in sales), np.int64, len(sales))
        self._owner: Ints = np.repeat(np.arange(len(sales)), counts)
        self._starts: Ints = np.cumsum(counts) - counts
        self._lines = LineColumns(list(chain.from_iterable(sale.lines for sale in sales)))
        self._texts_valid, self._product, self._category = fields.lines(self._lines)

    def valid(self, calendar: Calendar) -> Flags:
        """Which sales hold together and are of a known store."""
        lines = np.logical_and.reduceat(self._lines.valid() & self._texts_valid, self._starts)
        charged = np.add.reduceat(self._lines.charged, self._starts)
        known = moments.known_stores(self.codes.store, self._fields.store, calendar)
        valid: Flags = charged == np.array(self._raw.charged, np.int64)
        return valid & self.codes.valid & lines & known

    def sales(
        self, rows: Ints, places: Ints, recorded_at: Ints, calendar: Calendar, first_version: int
    ) -> Sales:
        """The sales in some rows, all of them valid."""
        raw, fields = self._raw, self._fields
        store, currency = self.codes.store[rows], self.codes.currency[rows]
        region = moments.regions(store, self.codes.region[rows], fields.store, fields.region, calendar)
        moment = moments.Moments(store, self.codes.at[rows], fields.store, calendar, self._quarters)
        days, day = moment.days(np.array(raw.test, np.bool_)[rows], currency, fields.currency)
        keys = (
            KeyColumn("store", store, fields.store.texts),
            KeyColumn("region", region, fields.region.texts),
            _enumerated("channel", raw.channel, rows),
            _enumerated("revenue_stream", raw.revenue_stream, rows),
            KeyColumn("staff", self.codes.staff[rows], fields.staff.texts),
            moment.quarter,
        )
        kept = rows.tolist()
        identities = [identity(raw.source[row], raw.event_id[row]) for row in kept]
        lines, versions = self._taken(rows), places + first_version
        rates = Rates(self.codes.rate[rows], fields.rate.rates)
        return Sales(places, identities, recorded_at.tolist(), versions, days, day, keys, lines, rates)

    def _taken(self, rows: Ints) -> Lines:
        """The lines of the sales in some rows."""
        number = np.full(len(self._starts), -1, np.int64)
        number[rows] = np.arange(len(rows))
        owner = number[self._owner]
        taken = owner >= 0
        keys = (
            KeyColumn("product", self._product[taken], self._fields.product.texts),
            KeyColumn("category", self._category[taken], self._fields.category.texts),
        )
        return Lines(owner[taken], keys, LineMeasures.of(self._lines).take(taken))


def _on_time(at: Ints, recorded_at: Ints, *, late: bool) -> Flags:
    """Which sales are not from the future, nor late where that matters."""
    age = recorded_at * 1000 - at
    on_time: Flags = age >= -_FUTURE
    return on_time if late else on_time & (age <= _LATE)


def _enumerated(dimension: str, column: Sequence[str], rows: Ints) -> KeyColumn:
    codes = np.fromiter(map(_CODES[dimension].__getitem__, column), np.int64, len(column))
    return KeyColumn(dimension, codes[rows], _TEXTS[dimension])
