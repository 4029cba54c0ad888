"""Reading who competes in what signals count: deals, scores, enquiries of one dimension over a period."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Final

from daybook.ledger.leaderboards import Contender
from daybook.ledger.periods import Period
from daybook.ledger.signals.boards import signal_vector
from daybook.ledger.teams import Staff
from daybook.sinks.contenders import KEPT, who_is
from daybook.sinks.store import Store

_TOTALS: Final = """
SELECT {currency} AS money, {key} AS contender, {day} AS day, measure, toInt64(sum(value))
FROM merged_signals
WHERE book = {{book:String}} AND dimension = {{dimension:String}}
  AND business_date BETWEEN {{first:Date}} AND {{last:Date}}
GROUP BY money, contender, day, measure
"""
_RECORDED: Final = "SELECT max(recorded_at), count() FROM signal_positions FINAL"


def signal_contenders(
    store: Store, by: str, period: Period, *, money: bool, book: str = "sales", staff: Staff | None = None
) -> dict[str, list[Contender]]:
    """All keys of a dimension of signals with their measures over a period, by currency.

    Without ``money`` all currencies are one, '': a deal is a deal in any. ``staff`` says who is in a team.
    """
    query = _TOTALS.format(
        currency="currency" if money else "''",
        key="toString(business_date)" if by == "day" else "key",
        day="business_date" if by == "team" else "toDate(0)",
    )
    asked = {"book": book, "dimension": KEPT.get(by, by), "first": period.first, "last": period.last}
    measures: defaultdict[tuple[str, str], defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for currency, name, day, measure, value in store.rows(query, asked):
        who = who_is(by, name, day, staff)
        # What has no currency is no money.
        if who and (currency or not money):
            measures[str(currency), who][str(measure)] += int(value)
    found: defaultdict[str, list[Contender]] = defaultdict(list)
    for (currency, who), own in measures.items():
        # Who comes to nothing but zeros has nothing to be ranked by.
        if any(own.values()):
            found[currency].append(Contender(who, signal_vector(own)))
    return dict(found)


def signals_recorded_at(store: Store) -> datetime | None:
    """When the newest signal came that is in the totals; None before any."""
    recorded_at, partitions = store.rows(_RECORDED)[0]
    return recorded_at if partitions else None
