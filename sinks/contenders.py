"""Reading who competes: totals of one dimension over a period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Final

from daybook.ledger.leaderboards import Contender
from daybook.ledger.measures import BASE, SHIFTED, STORED
from daybook.ledger.periods import Period
from daybook.ledger.teams import Staff
from daybook.sinks.store import Row, Store

LINE_COLUMN: Final = {
    "day": "toString(business_date)",
    "store": "store_id",
    "region": "region",
    "channel": "channel",
    "revenue_stream": "revenue_stream",
    "staff": "staff_id",
    "team": "staff_id",
    "product": "product_id",
    "category": "category",
    "campaign": "campaign",
}
"""What can compete, and what of a ledger line names it; a team is made of its members' days."""
KEPT: Final = {"day": "store", "team": "staff"}
"""Whose totals it is made of, where the name is another: a day is what all its stores make together."""
FROM_LINES: Final = frozenset({"campaign"})
"""Of what no totals are kept: their lines are added up."""
_SUMS: Final = ", ".join(f"sum({name})" for name in STORED)
_TOTALS: Final = """
SELECT currency, {key} AS contender, {day} AS day, {sums}
FROM merged_totals
WHERE book = {{book:String}} AND dimension = {{dimension:String}}
  AND business_date BETWEEN {{first:Date}} AND {{last:Date}}
GROUP BY currency, contender, day
"""
_LINES: Final = """
SELECT currency, {key} AS contender, {day} AS day, {sums}
FROM counted_lines
WHERE book = {{book:String}} AND {key} != '' AND ({of_business} OR {of_origin})
GROUP BY currency, contender, day
"""
_OF_BUSINESS: Final = "business_date BETWEEN {first:Date} AND {last:Date}"
_OF_ORIGIN: Final = "origin_date BETWEEN {first:Date} AND {last:Date}"
_REACHED: Final = """
SELECT currency, {key} AS contender, {day} AS day, toInt64(max(toUnixTimestamp64Milli(recorded_at)))
FROM counted_lines
WHERE book = {{book:String}} AND business_date BETWEEN {{first:Date}} AND {{last:Date}}
GROUP BY currency, contender, day
"""
_NETS: Final = """
SELECT currency, key, business_date, toInt64(sum(gross + discounts + reversals))
FROM merged_totals
WHERE book = {book:String} AND dimension = {dimension:String}
  AND business_date BETWEEN {first:Date} AND {last:Date}
GROUP BY currency, key, business_date
"""
_Name = tuple[str, str]
"""Currency and contender."""


def contenders(
    store: Store,
    by: str,
    period: Period,
    *,
    book: str = "sales",
    with_time: bool = True,
    staff: Staff | None = None,
) -> dict[str, list[Contender]]:
    """All keys of a dimension with their totals over a period, by currency; not whoever has none but zeros.

    ``with_time`` reads from the lines when each value was reached, which decides the order of equal ones.
    ``staff`` says who is in which team.

    Raises:
        KeyError: there is no such dimension.
    """
    asked = {"book": book, "first": period.first, "last": period.last, "dimension": KEPT.get(by, by)}
    day = "business_date" if by == "team" else "toDate(0)"
    reached: dict[_Name, int] = {}
    if with_time:
        query = _REACHED.format(key=LINE_COLUMN[by], day=day)
        for name, (at,) in _rows(store.rows(query, asked), by, staff):
            reached[name] = max(at, reached.get(name, 0))
    vectors: dict[_Name, list[int]] = {}
    if by in FROM_LINES:
        query = _of_lines(LINE_COLUMN[by], day)
    else:
        query = _TOTALS.format(key=LINE_COLUMN["day"] if by == "day" else "key", day=day, sums=_SUMS)
    for name, vector in _rows(store.rows(query, asked), by, staff):
        known = vectors.get(name)
        vectors[name] = vector if known is None else [a + b for a, b in zip(known, vector, strict=True)]
    found: defaultdict[str, list[Contender]] = defaultdict(list)
    for (currency, who), vector in vectors.items():
        if any(vector):
            found[currency].append(Contender(who, vector, reached.get((currency, who), 0)))
    return dict(found)


def _of_lines(column: str, day: str) -> str:
    """The same from lines; a shift moves one from its business date to that of its origin."""
    base = [f"sumIf({name}, {_OF_BUSINESS})" for name in BASE]
    moved = (BASE[place] for place in SHIFTED)
    shifts = [f"sumIf({name}, {_OF_ORIGIN}) - sumIf({name}, {_OF_BUSINESS})" for name in moved]
    sums = ", ".join([*base, *shifts])
    return _LINES.format(key=column, day=day, sums=sums, of_business=_OF_BUSINESS, of_origin=_OF_ORIGIN)


def _rows(rows: Iterable[Row], by: str, staff: Staff | None) -> Iterator[tuple[_Name, list[int]]]:
    """Currency and contender with a row's figures; a team comes once for each member and day."""
    for currency, name, on, *figures in rows:
        who = who_is(by, name, on, staff)
        if who:
            yield (str(currency), who), [int(value) for value in figures]


def who_is(by: str, name: Any, day: date, staff: Staff | None) -> str | None:
    """Who a total belongs to: its key, or the team in which its seller was on a day; None if in none."""
    if by != "team":
        return str(name)
    return staff.team_on(str(name), day) if staff is not None else None


def daily_nets(
    store: Store, by: str, first: date, last: date, *, book: str = "sales", staff: Staff | None = None
) -> dict[_Name, dict[date, int]]:
    """Net of each currency and contender by business date, both dates inclusive: how its weeks usually go."""
    asked = {"book": book, "dimension": KEPT.get(by, by), "first": first, "last": last}
    found: defaultdict[_Name, defaultdict[date, int]] = defaultdict(lambda: defaultdict(int))
    for currency, name, day, net in store.rows(_NETS, asked):
        who = who_is(by, name, day, staff)
        if who:
            found[str(currency), who][day] += int(net)
    return {name: dict(days) for name, days in found.items()}
