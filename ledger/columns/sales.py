"""A batch's ordinary sales as columns, ready to be added to totals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from daybook.ledger import measures as m
from daybook.ledger.columns.codes import Flags, Ints
from daybook.ledger.columns.grouping import Groups, firsts
from daybook.ledger.columns.lines import LineMeasures
from daybook.ledger.columns.rates import Rates
from daybook.ledger.lines import REPORTING

DayName = tuple[str, str, str]
"""Book, business date, currency."""


class KeyColumn(NamedTuple):
    """One dimension's keys: ``codes`` lead into ``texts``, where 0 stands for no key."""

    dimension: str
    codes: Ints
    texts: Sequence[str]


class Addition(NamedTuple):
    """What is to be added to the totals of one dimension, row by row.

    ``measures``: columns by base measure. ``days`` are the names that ``day`` counts. Versions rise.
    """

    key: KeyColumn
    days: Sequence[DayName]
    day: Ints
    measures: dict[int, Ints]
    versions: Ints


class Lines(NamedTuple):
    """The lines of sales. ``owner`` is the number of the sale that a line belongs to; owners rise."""

    owner: Ints
    keys: tuple[KeyColumn, ...]
    measures: LineMeasures


@dataclass(frozen=True)
class Sales:
    """Sales in the order of the log, one row each, and their lines.

    ``places`` are their positions in the batch, ``recorded_at`` epoch milliseconds.
    """

    places: Ints
    identities: list[bytes]
    recorded_at: list[int]
    versions: Ints
    days: Sequence[DayName]
    day: Ints
    keys: tuple[KeyColumn, ...]
    lines: Lines
    rates: Rates

    def __len__(self) -> int:
        return len(self.identities)

    def take(self, rows: Flags) -> Sales:
        """Some of the sales, with their lines."""
        if rows.all():
            return self
        kept = np.flatnonzero(rows).tolist()
        lines = rows[self.lines.owner]
        return replace(
            self,
            places=self.places[rows],
            identities=[self.identities[row] for row in kept],
            recorded_at=[self.recorded_at[row] for row in kept],
            versions=self.versions[rows],
            day=self.day[rows],
            keys=tuple(key._replace(codes=key.codes[rows]) for key in self.keys),
            lines=Lines(
                (np.cumsum(rows) - 1)[self.lines.owner[lines]],
                tuple(key._replace(codes=key.codes[lines]) for key in self.lines.keys),
                self.lines.measures.take(lines),
            ),
            rates=self.rates._replace(codes=self.rates.codes[rows]),
        )

    def additions(self) -> Iterator[Addition]:
        """What the sales add to the totals of each dimension, in the reporting currency too."""
        if not len(self):
            return
        yield from self.own_additions()
        with_rate = self.rates.codes > 0
        if with_rate.any():
            yield from self.take(with_rate).reported().own_additions()

    def reported(self) -> Sales:
        """Sales that all have a rate, as they stand in the book of the reporting currency."""
        groups = Groups(self.day * len(self.rates.rates) + self.rates.codes)
        days: dict[DayName, int] = {}
        numbers = []
        for row in groups.first.tolist():
            book, day, _ = self.days[self.day[row]]
            name = REPORTING[book], day, self.rates.rates[self.rates.codes[row]].currency
            numbers.append(days.setdefault(name, len(days)))
        owner = self.lines.owner
        numerators, denominators = self.rates.fractions()
        measures = self.lines.measures.converted(numerators[owner], denominators[owner])
        lines = self.lines._replace(measures=measures)
        return replace(self, days=list(days), day=np.array(numbers)[groups.numbers()], lines=lines)

    def own_additions(self) -> Iterator[Addition]:
        """The same in the sales' own currency alone."""
        measures = self._measures()
        for key in self.keys:
            yield Addition(key, self.days, self.day, measures, self.versions)
        owner, keys, lines = self.lines
        for key in keys:
            orders = lines.priced.astype(np.int64)
            # An order counts once for each product and category in it.
            pairs = (owner * len(key.texts) + key.codes)[lines.priced]
            orders[lines.priced] = firsts(pairs)
            own = {**lines.by_measure, m.ORDERS: orders}
            yield Addition(key, self.days, self.day[owner], own, self.versions[owner])

    def _measures(self) -> dict[int, Ints]:
        """The base measures of each sale as a whole."""
        owner, _, lines = self.lines
        starts = np.searchsorted(owner, np.arange(len(self)))
        sums = {key: np.add.reduceat(column, starts) for key, column in lines.by_measure.items()}
        orders = np.logical_or.reduceat(lines.priced, starts)
        return {
            **sums,
            m.ORDERS: orders.astype(np.int64),
            m.ZERO_VALUE_ORDERS: (~orders).astype(np.int64),
        }
