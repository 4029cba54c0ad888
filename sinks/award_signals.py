"""The signals behind an award, read from the raw ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, NamedTuple

from daybook.ledger.calendar import Calendar
from daybook.ledger.periods import Period
from daybook.ledger.rewards.earned_by import Earning, Wanted, earned_by, types_of
from daybook.ledger.signals.boards import SIGNAL_BOARDS, parts_of
from daybook.schemas.awards import Award, PeriodDecided
from daybook.schemas.rewards import Who
from daybook.schemas.signals.any import decode_signal
from daybook.sinks.awards import below
from daybook.sinks.columns import BELOW
from daybook.sinks.store import Store

MOST_SIGNALS: Final = 50_000
"""Raw signals that are read for one award, at most."""
_AROUND: Final = timedelta(days=2)
"""By how much a business date may differ from the UTC date of its signals."""
_LASTING: Final = ("deal.changed", "enquiry.changed", "subscription.changed")
"""What is changed days and months after it began, and all of that counts."""
_COUNTED: Final = f"""
type IN {{types:Array(String)}}
AND (epoch, partition, offset) NOT IN (
    SELECT epoch, partition, offset FROM signal_outcomes WHERE outcome IN ('dead', 'duplicate', 'superseded'))
AND (empty({{partitions:Array(UInt16)}}) OR {BELOW})
"""  # noqa: S608 - constants of ours
_SIGNALS: Final = f"""
SELECT raw FROM signal_events FINAL
WHERE {_COUNTED}
  AND (type, source, subject_id) IN (
    SELECT type, source, subject_id FROM signal_events
    WHERE {_COUNTED}
      AND if({{by:String}} = 'store', store_id, JSONExtractString(raw, 'staff_id')) IN {{keys:Array(String)}}
      AND (type IN {{lasting:Array(String)}} OR toDate(occurred_at) BETWEEN {{first:Date}} AND {{last:Date}}))
ORDER BY recorded_at, epoch, partition, offset
LIMIT {{limit:UInt32}}
"""  # noqa: S608 - constants of ours


class Earnings(NamedTuple):
    """By which signals an award was earned, and whether there are more than were read."""

    earnings: list[Earning]
    more: bool


def signals_of(
    store: Store, calendar: Calendar, award: Award, keys: Sequence[str], period: PeriodDecided | None = None
) -> Earnings:
    """What each deal, answer, session or enquiry added to what an award was earned by.

    Args:
        store: where raw signals are.
        calendar: the stores.
        award: one by signals.
        keys: the staff or store ids behind it.
        period: of which the signals up to its confirmation count, and for points up to its end; None for all.
    """
    assert award.signal is not None, "it is one by signals"
    measures = parts_of(award.signal)
    money = SIGNAL_BOARDS[award.signal].unit == "minor units"
    asked = below(award, period) | {
        "types": types_of(measures),
        "lasting": list(_LASTING),
        "by": "store" if award.who is Who.STORE else "staff",
        "keys": list(keys),
        "first": award.first - _AROUND,
        "last": award.last + _AROUND,
        "limit": MOST_SIGNALS,
    }
    raw = [row[0] for row in store.rows(_SIGNALS, asked, binary=("raw",))]
    days = Period(award.first, award.last)
    wanted = Wanted(measures, award.who, frozenset(keys), days, award.currency if money else None)
    return Earnings(earned_by(map(decode_signal, raw), calendar, wanted), len(raw) == MOST_SIGNALS)
