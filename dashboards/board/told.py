"""Where days stand as the watcher told last: the same projections that Grafana's boards show. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from daybook.dashboards.board.document import Pace

HOLDS: Final = timedelta(minutes=3)
"""For which a projection is shown: the watcher tells one a minute. What it no longer tells is not known."""


class Of(NamedTuple):
    """Whose day: a store's, or with an empty key that of all stores of the currency."""

    scope: str
    key: str
    currency: str
    business_date: date


Told = Mapping[Of, Pace]


class ProjectionRow(NamedTuple):
    """A row of ``projections_now``."""

    scope: str
    key: str
    currency: str
    business_date: date
    taken_at: datetime
    actual: int
    expected: int | None
    close: int | None
    low: int | None
    high: int | None
    usual_close: int | None
    adjustment: int
    target: int | None
    target_by_now: int | None
    chance: int | None
    at_risk: int | None
    closed: bool


def told_paces(rows: Iterable[Sequence[Any]], now: datetime) -> Told:
    """The projections that hold at an aware time; days without one are left out."""
    found = {}
    for row in (ProjectionRow(*each) for each in rows):
        if row.expected is not None and row.close is not None and now - row.taken_at < HOLDS:
            found[Of(*row[:4])] = Pace(
                row.expected, row.close, row.low, row.high, row.target, row.chance, row.at_risk
            )
    return found
