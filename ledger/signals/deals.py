"""A deal of a CRM: the pipeline it adds to, and what is won, lost and recognised."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Final

from daybook.ledger.calendar import Calendar
from daybook.ledger.signals.facts import Fact, Poster, SignalLine, place_of, seconds
from daybook.schemas.rounding import share
from daybook.schemas.signals.any import Signal
from daybook.schemas.signals.revenue import DealChanged, DealStatus

_ENDED: Final = {
    DealStatus.WON: ("deals_won", "won_value"),
    DealStatus.LOST: ("deals_lost", "lost_value"),
}


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
    in_order = sorted(facts)
    before: Fact | None = None
    for fact in in_order:
        if before is None:
            _post_created(poster, fact)
        _post_change(poster, before, fact)
        before = fact
    if before is not None and before.what == DealStatus.WON and before.detail[4]:
        _post_recognised(poster, before)
    return poster.lines


def _open_value(fact: Fact | None) -> int:
    return int(fact.detail[2]) if fact is not None and fact.what == DealStatus.OPEN else 0


def _post_created(poster: Poster, fact: Fact) -> None:
    # What a deal was worth before its first known version is not known: its pipeline begins there.
    poster.post(fact.place, int(fact.detail[3]), {"deals_created": 1}, str(fact.detail[1]))


def _post_change(poster: Poster, before: Fact | None, fact: Fact) -> None:
    currency = str(fact.detail[1])
    if before is not None and before.detail[1] != currency:
        # The other currency's pipeline and results are taken back whole.
        _post_ended(poster, before, fact.time, -1)
        poster.post(before.place, fact.time, {"pipeline_value": -_open_value(before)}, str(before.detail[1]))
        before = before._replace(
            what=DealStatus.OPEN, detail=(before.detail[0], currency, 0, *before.detail[3:])
        )
    moved = before is not None and before.detail[0] != fact.detail[0]
    poster.post(
        fact.place,
        fact.time,
        {"pipeline_value": _open_value(fact) - _open_value(before), "stage_changes": int(moved)},
        currency,
    )
    if before is None or (before.what, before.detail[2]) != (fact.what, fact.detail[2]):
        if before is not None:
            _post_ended(poster, before, fact.time, -1)
        _post_ended(poster, fact, fact.time, 1)


def _post_ended(poster: Poster, fact: Fact, time: int, sign: int) -> None:
    """A deal's end counted, or taken back when it is open again or worth something else."""
    ended = _ENDED.get(DealStatus(fact.what))
    if ended is None:
        return
    number, value = ended
    measures = {number: sign, value: sign * int(fact.detail[2])}
    if fact.what == DealStatus.WON:
        measures["won_seconds"] = sign * (fact.time - int(fact.detail[3]))
    poster.post(fact.place, time, measures, str(fact.detail[1]))


def _post_recognised(poster: Poster, fact: Fact) -> None:
    first, last = (date.fromisoformat(str(text)) for text in fact.detail[4:6])
    days = (last - first).days + 1
    for number, part in enumerate(share(int(fact.detail[2]), [1] * days)):
        day = first + timedelta(days=number)
        poster.post_on(fact.place, day, {"recognised_revenue": part}, str(fact.detail[1]))
