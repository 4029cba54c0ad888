"""At which positions a rebuild has to look at which periods of programmes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Literal, NamedTuple

from daybook.ledger.periods import Period
from daybook.ledger.rewards.book import is_final
from daybook.ledger.rewards.deciding import PeriodName
from daybook.ledger.rewards.spans import Moment, periods_of
from daybook.schemas.awards import PeriodDecided
from daybook.schemas.rewards import Points, Programme


class Look(NamedTuple):
    """A programme's period, looked at as of a moment."""

    programme: Programme
    period: Period
    at: datetime
    confirmed: bool


Stop = tuple[tuple[int, int], ...]
"""Positions, by partition."""
Looks = Mapping[Stop, list[Look]]
"""By position what is to be looked at there; each programme's periods oldest first."""


def periods_in(
    programmes: Iterable[Programme], days: Period, open_from: date
) -> Iterator[tuple[Programme, Period]]:
    """All periods of programmes that have begun, and begin and end in some days."""
    for programme in programmes:
        for period in periods_of(programme, open_from):
            if period.first in days and period.last in days:
                yield programme, period


def looks_of(
    of: Literal["sales", "signals"],
    periods: Iterable[tuple[Programme, Period]],
    decided: Mapping[PeriodName, PeriodDecided],
    current: Mapping[int, int],
    now: Moment,
) -> Looks:
    """What is to be looked at by sales, or by signals.

    A period that was confirmed by the other, before the file was changed, is left as it is.

    Args:
        of: by which of the two.
        periods: those of the programmes that go by it now.
        decided: the confirmed periods.
        current: up to where all is known now.
        now: as of when the others are looked at.
    """
    looks: defaultdict[Stop, list[Look]] = defaultdict(list)
    here = tuple(sorted(current.items()))
    for programme, period in periods:
        record = decided.get((programme.programme_id, period.first))
        if record is None:
            if not is_final(programme, period, now.open_from):
                looks[here].append(Look(programme, period, now.at, confirmed=False))
        elif record.of == of:
            looks[_stop(record.settled)].append(Look(programme, period, record.settled_at, confirmed=True))
            if isinstance(programme.give, Points):
                end = here if record.closed is None else _stop(record.closed)
                at = record.closed_at or now.at
                looks[end].append(Look(programme, period, at, confirmed=True))
    return dict(looks)


def _stop(positions: Mapping[str, int]) -> Stop:
    return tuple(sorted((int(partition), version) for partition, version in positions.items()))


def in_turn(looks: Looks) -> list[dict[int, int]]:
    """The positions, each at or above the one before."""
    return [dict(stop) for stop in _sorted(looks)]


def in_order(looks: Looks) -> list[list[Look]]:
    """What is to be looked at, position by position."""
    return [looks[stop] for stop in _sorted(looks)]


def _sorted(looks: Looks) -> list[Stop]:
    return sorted(looks, key=lambda stop: sum(version for _, version in stop))
