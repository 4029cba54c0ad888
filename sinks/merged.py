"""The merged view of all totals, read from ClickHouse where the topic does not hold them."""

from __future__ import annotations

from datetime import date
from typing import Final

from daybook.ledger import measures
from daybook.ledger.merged import MergedTotals
from daybook.ledger.messages import TotalsBucket
from daybook.ledger.positions import epoch_of
from daybook.sinks.reconcile import FIRST_DAY
from daybook.sinks.store import Store

_TOTALS: Final = f"""
SELECT partition, book, toString(business_date), currency, dimension, key, version,
    {", ".join(measures.STORED)}
FROM totals FINAL
WHERE business_date >= {{since:Date}}
"""  # noqa: S608 - constants of ours


def read_merged(store: Store, merged: MergedTotals, since: date = FIRST_DAY) -> None:
    """Put all totals from a business date on into a view; what it knows in newer versions stays."""
    for partition, book, day, currency, dimension, key, version, *vector in store.rows(
        _TOTALS, {"since": since}
    ):
        entry = {str(key): [int(version), *map(int, vector)]}
        place = (str(book), str(day), str(currency), str(dimension))
        merged.take(TotalsBucket(epoch_of(int(version)), int(partition), int(version), *place, entry))
