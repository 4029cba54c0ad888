"""Reading the ledger of awards, the sales behind an award, and the coaching list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from daybook.schemas.awards import Award, PeriodDecided
from daybook.schemas.coaching import Coaching
from daybook.schemas.rewards import Who
from daybook.sinks.columns import BELOW
from daybook.sinks.rows import milliseconds
from daybook.sinks.store import Store

_AWARDS: Final = """
SELECT document FROM awards FINAL
WHERE status IN {states:Array(String)}
  AND ({key:String} = '' OR key = {key:String})
  AND ({programme:String} = '' OR programme_id = {programme:String})
ORDER BY last DESC, programme_id, place, quantity DESC, key
LIMIT {limit:UInt32}
"""
_ONE: Final = "SELECT document FROM awards FINAL WHERE startsWith(award_id, {key:String}) LIMIT 2"
_EVERY: Final = "SELECT document FROM awards FINAL"
_PERIODS: Final = "SELECT document FROM award_periods FINAL"
_PERIOD: Final = """
SELECT document FROM award_periods FINAL WHERE programme_id = {programme:String} AND first = {first:Date}
"""
_PUBLIC: Final = """
SELECT document FROM awards FINAL
WHERE status != 'withdrawn' AND how != 'points' AND last BETWEEN {first:Date} AND {last:Date}
  AND public_at IS NOT NULL AND public_at <= fromUnixTimestamp64Milli({at:Int64})
ORDER BY last, title, place, key
LIMIT {limit:UInt32}
"""
_COACHING: Final = """
SELECT document FROM coaching FINAL WHERE weeks > 0 OR listed ORDER BY weeks DESC, who, key, currency
"""
_COACHED: Final = "SELECT document FROM coaching FINAL"
_SALES: Final = f"""
SELECT order_id, type, toString(origin_date) AS sold_on, store_id, staff_id,
    toString(min(l.recorded_at)) AS recorded,
    toInt64(sum(l.gross)) AS gross, toInt64(sum(l.discounts)) AS discounts,
    toInt64(sum(l.reversals)) AS reversals, gross + discounts + reversals AS net,
    toInt64(sum(l.orders)) AS orders
FROM counted_lines AS l
WHERE book = 'sales' AND currency = {{currency:String}}
  AND origin_date BETWEEN {{first:Date}} AND {{last:Date}}
  AND if({{by:String}} = 'store', store_id, staff_id) IN {{keys:Array(String)}}
  AND (empty({{partitions:Array(UInt16)}}) OR {BELOW})
GROUP BY order_id, type, source, event_id, origin_date, store_id, staff_id
ORDER BY origin_date, recorded, order_id, type
LIMIT {{limit:UInt32}}
"""  # noqa: S608 - constants of ours
STANDING: Final = ("pending", "confirmed")
"""Statuses of awards that are not taken back."""


def awards(
    store: Store,
    *,
    states: Sequence[str] = STANDING,
    key: str = "",
    programme: str = "",
    limit: int = 1000,
) -> list[Award]:
    """Awards of a person, team or store, or of a programme; the newest first."""
    asked = {"states": list(states), "key": key, "programme": programme, "limit": limit}
    return [Award.model_validate_json(row[0]) for row in store.rows(_AWARDS, asked)]


def public_awards(store: Store, first: date, last: date, at: datetime, limit: int = 100) -> list[Award]:
    """Awards for periods that end between two days which everybody may see at an aware time; no points."""
    asked = {"first": first, "last": last, "at": milliseconds(at), "limit": limit}
    return [Award.model_validate_json(row[0]) for row in store.rows(_PUBLIC, asked)]


def awards_by_id(store: Store, award_id: str) -> list[Award]:
    """The awards whose id begins so; two at most, for more than one is one too many."""
    return [Award.model_validate_json(row[0]) for row in store.rows(_ONE, {"key": award_id})]


def award_records(store: Store) -> list[Award | PeriodDecided]:
    """The whole ledger: awards and confirmed periods."""
    found: list[Award | PeriodDecided] = [Award.model_validate_json(row[0]) for row in store.rows(_EVERY)]
    return found + [PeriodDecided.model_validate_json(row[0]) for row in store.rows(_PERIODS)]


def coaching(store: Store, *, every: bool = False) -> list[Coaching]:
    """Who is behind or on the list, longest first; with ``every`` also who was."""
    return [Coaching.model_validate_json(row[0]) for row in store.rows(_COACHED if every else _COACHING)]


def period_of(store: Store, award: Award) -> PeriodDecided | None:
    """By which events an award's period was confirmed; None while it is not."""
    rows = store.rows(_PERIOD, {"programme": award.programme_id, "first": award.first})
    return PeriodDecided.model_validate_json(rows[0][0]) if rows else None


def sales_of(
    store: Store, award: Award, keys: Sequence[str], limit: int, period: PeriodDecided | None = None
) -> list[dict[str, Any]]:
    """The events by which an award was earned, with what each added, by the day of its sale; minor units.

    Args:
        store: where they are.
        award: which.
        keys: the staff or store ids behind it.
        limit: events, at most.
        period: of which the events up to its confirmation count, and for points up to its end; None for all.
    """
    asked = below(award, period) | {
        "currency": award.currency or "",
        "first": award.first,
        "last": award.last,
        "by": "store" if award.who is Who.STORE else "staff",
        "keys": list(keys),
        "limit": limit,
    }
    return store.records(_SALES, asked)


def below(award: Award, period: PeriodDecided | None) -> dict[str, Any]:
    """Below which positions something counts for an award: its confirmation's, or of points its end's.

    Where none of them is known, all counts.
    """
    points = award.how == "points"
    positions = (period.closed or {}) if period and points else period.settled if period else {}
    return {
        "partitions": [int(partition) for partition in positions],
        "bounds": list(positions.values()),
    }
