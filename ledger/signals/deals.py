"""A deal of a CRM: the pipeline it adds to, and what is won, lost and recognised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import date, timedelta
from typing import NamedTuple

from daybook.ledger.calendar import Calendar
from daybook.ledger.signals.facts import Fact, Poster, SignalLine, place_of, seconds
from daybook.schemas.rounding import share
from daybook.schemas.signals.any import Signal
from daybook.schemas.signals.revenue import DealChanged, DealStatus


def deal_fact(signal: Signal, calendar: Calendar) -> Fact:
    """A deal's state at a version. Raises what ``place_of`` raises."""
    if not isinstance(signal, DealChanged):
        raise TypeError(signal.type)
    first, last = signal.term_first, signal.term_last
    detail = (
        signal.stage,
        signal.currency,
        signal.value,
        seconds(signal.created_at),
        first.isoformat() if first else "",
        last.isoformat() if last else "",
    )
    place = place_of(signal, calendar, signal.stage)
    return Fact(signal.version, seconds(signal.time), place, signal.status.value, detail)


def deal_lines(facts: Collection[Fact], calendar: Calendar) -> list[SignalLine]:
    """What each version of a deal changed, and the days over which a won one is recognised."""
    poster = Poster(calendar)
    before: _State | None = None
    for fact in sorted(facts):
        if before is None:
            # What a deal was worth before its first known version is not known: its pipeline begins there.
            poster.post(fact.place, int(fact.detail[3]), {"deals_created": 1}, str(fact.detail[1]))
        state = _State(fact, before.since if before and before.fact.what == fact.what else fact.time)
        _post_change(poster, before, state)
        before = state
    if before is not None and before.fact.what == DealStatus.WON and before.fact.detail[4]:
        _post_recognised(poster, before.fact)
    return poster.lines


class _State(NamedTuple):
    """A deal at a version, and since when (epoch seconds) it has been open, won or lost."""

    fact: Fact
    since: int

    @property
    def currency(self) -> str:
        return str(self.fact.detail[1])

    def measures(self) -> dict[str, int]:
        """All that it stands for."""
        value = int(self.fact.detail[2])
        if self.fact.what == DealStatus.WON:
            seconds_to_win = self.since - int(self.fact.detail[3])
            return {"deals_won": 1, "won_value": value, "won_seconds": seconds_to_win}
        if self.fact.what == DealStatus.LOST:
            return {"deals_lost": 1, "lost_value": value}
        return {"pipeline_value": value}


def _post_change(poster: Poster, before: _State | None, state: _State) -> None:
    """What a deal stood for taken back, and what it stands for now counted, both when it changed.

    So whoever and wherever it goes over to has it whole, and of what stays the same nothing is posted.
    """
    place, at = state.fact.place, state.fact.time
    counted = Counter(state.measures())
    if before is not None:
        moved = before.fact.detail[0] != state.fact.detail[0]
        poster.post(place, at, {"stage_changes": int(moved)}, state.currency)
        if (before.fact.place, before.currency) == (place, state.currency):
            counted.subtract(before.measures())
        else:
            taken_back = {name: -value for name, value in before.measures().items()}
            poster.post(before.fact.place, at, taken_back, before.currency)
    poster.post(place, at, counted, state.currency)


def _post_recognised(poster: Poster, fact: Fact) -> None:
    first, last = (date.fromisoformat(str(text)) for text in fact.detail[4:6])
    days = (last - first).days + 1
    for number, part in enumerate(share(int(fact.detail[2]), [1] * days)):
        day = first + timedelta(days=number)
        poster.post_on(fact.place, day, {"recognised_revenue": part}, str(fact.detail[1]))
