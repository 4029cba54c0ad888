"""A store's clock as a short list of changes, so that SQL can tell wall time without knowing zones.

An instant plus the offset in force is the naive wall time since the store's cutoff, as
:func:`~daybook.ledger.calendar.wall_time` gives it: its date is the business date.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Final, NamedTuple

from daybook.ledger.calendar import QUARTER, rule_on, wall_time
from daybook.schemas.stores import DayRule

_DAY: Final = 86_400
_STEP: Final = 7 * _DAY


class ClockChange(NamedTuple):
    """From ``starts_at`` on (epoch seconds, UTC) a store's offset and cutoff are these, in seconds."""

    starts_at: int
    offset: int
    cutoff: int


def clock_changes(rules: list[DayRule], first: date, last: date) -> list[ClockChange]:
    """The clock at the beginning of ``first`` (UTC) and each change of it up to the end of ``last``.

    Of two changes within one week only what both come to is seen. ``rules`` are sorted by ``valid_from``.
    """
    start = _epoch(first)
    found = [_state(start, rules)]
    for week in range(start, _epoch(last) + _DAY, _STEP):
        end = _state(week + _STEP, rules)
        if end[1:] != found[-1][1:]:
            found.append(_state(_first_with(end, week, rules), rules))
    return found


def _first_with(state: ClockChange, week: int, rules: list[DayRule]) -> int:
    """The quarter hour from which on the clock is as in ``state``: clocks change only at such."""
    low, high = 0, _STEP // QUARTER
    while low < high:
        middle = (low + high) // 2
        if _state(week + middle * QUARTER, rules)[1:] == state[1:]:
            high = middle
        else:
            low = middle + 1
    return week + low * QUARTER


def _state(instant: int, rules: list[DayRule]) -> ClockChange:
    wall = wall_time(datetime.fromtimestamp(instant, UTC), rules)
    hours, minutes = rule_on(wall.date(), rules).cutoff.split(":")
    offset = int(wall.replace(tzinfo=UTC).timestamp()) - instant
    return ClockChange(instant, offset, int(hours) * 3600 + int(minutes) * 60)


def _epoch(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())
