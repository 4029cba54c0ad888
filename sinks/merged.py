"""The merged view of all totals, read from ClickHouse where the topic does not hold them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Final

from daybook.ledger import measures
from daybook.ledger.messages import TotalsBucket
from daybook.ledger.positions import epoch_of
from daybook.sinks.reconcile import FIRST_DAY
from daybook.sinks.store import Store

_PLACE: Final = 5
"""Columns that say which bucket a total is in; its key, version and measures follow."""
_TOTALS: Final = f"""
SELECT partition, book, toString(business_date), currency, dimension, key, version,
    {", ".join(measures.STORED)}
FROM totals FINAL
WHERE business_date >= {{since:Date}}
ORDER BY partition, book, business_date, currency, dimension
"""  # noqa: S608 - constants of ours


def stored_totals(store: Store, since: date = FIRST_DAY) -> Iterator[TotalsBucket]:
    """All totals from a business date on, as their partitions would tell them."""
    rows = store.rows(_TOTALS, {"since": since})
    for place, own in groupby(rows, key=itemgetter(*range(_PLACE))):
        entries = {str(row[_PLACE]): [int(number) for number in row[_PLACE + 1 :]] for row in own}
        partition, book, day, currency, dimension = place
        newest = max(entry[0] for entry in entries.values())
        yield TotalsBucket(
            epoch_of(newest), int(partition), newest,
            str(book), str(day), str(currency), str(dimension), entries,
        )  # fmt: skip
