"""A partition's records as they were read: ordinary sales in columns, all others as arrivals."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from daybook.ledger.arrivals import Arrival, Record, arrival
from daybook.ledger.calendar import Calendar
from daybook.ledger.columns.reading import SaleReader
from daybook.ledger.columns.sales import Sales


class Run(NamedTuple):
    """Ordinary sales from one row up to another, and the arrival that follows them in the log."""

    start: int
    end: int
    then: Arrival | None


class Batch(NamedTuple):
    """Records that follow each other; each is either a row of ``sales`` or one of ``others``.

    ``defect`` is what went wrong in reading columns, if anything did: all records are among the others then.
    """

    records: Sequence[Record]
    sales: Sales | None
    others: list[Arrival]
    defect: Exception | None = None

    def runs(self) -> Iterator[Run]:
        """Everything in the order of the log."""
        places = np.zeros(0, np.int64) if self.sales is None else self.sales.places
        start = 0
        for other in self.others:
            end = int(np.searchsorted(places, other.record.offset - self.records[0].offset))
            yield Run(start, end, other)
            start = end
        yield Run(start, len(places), None)

    def singly(self, identities: Collection[bytes]) -> Batch:
        """The same with sales of these identities among the others."""
        if self.sales is None or not identities:
            return self
        named = np.array([identity in identities for identity in self.sales.identities], np.bool_)
        if not named.any():
            return self
        moved = [arrival(self.records[place]) for place in self.sales.places[named].tolist()]
        others = sorted([*self.others, *moved], key=lambda other: other.record.offset)
        return self._replace(sales=self.sales.take(~named), others=others)


class BatchReader:
    """Reads one partition's records.

    Args:
        columns_from: records of a batch from which on ordinary sales are read in columns.
    """

    def __init__(self, columns_from: int) -> None:
        self._columns_from = columns_from
        self._reader = SaleReader()

    def read(self, records: Sequence[Record], calendar: Calendar, first_version: int, *, late: bool) -> Batch:
        """Records without a hole between them, decoded. Whatever their bytes are, this raises nothing.

        Args:
            records: in the order of their offsets.
            calendar: the stores.
            first_version: the version of the first record.
            late: whether events that are late on arrival need no look-up.
        """
        sales, defect = None, None
        if len(records) >= self._columns_from:
            try:
                sales = self._reader.read(records, calendar, first_version, late=late)
            except Exception as error:  # noqa: BLE001 - a defect of the fast way may cost speed, never an event
                defect = error
        if sales is None:
            return Batch(records, None, [arrival(record) for record in records], defect)
        plain = set(sales.places.tolist())
        others = [arrival(record) for place, record in enumerate(records) if place not in plain]
        return Batch(records, sales, others)
