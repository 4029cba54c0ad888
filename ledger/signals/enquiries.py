"""A service enquiry: opened, first answered, resolved, perhaps opened again."""

from __future__ import annotations

from collections.abc import Collection

from daybook.ledger.calendar import Calendar
from daybook.ledger.signals.facts import Fact, Place, Poster, SignalLine, place_of, seconds
from daybook.schemas.signals.any import Signal
from daybook.schemas.signals.customers import EnquiryChanged, EnquiryState


def enquiry_fact(signal: Signal, calendar: Calendar) -> Fact:
    """An enquiry's state at a version. Raises what ``place_of`` raises."""
    if not isinstance(signal, EnquiryChanged):
        raise TypeError(signal.type)
    place = place_of(signal, calendar, signal.topic.value)
    return Fact(signal.version, seconds(signal.time), place, signal.state.value, (seconds(signal.opened_at),))


def enquiry_lines(facts: Collection[Fact], calendar: Calendar) -> list[SignalLine]:
    """The enquiry's opening, first answer, and every time that it was resolved or opened again.

    All of it counts at the store and under the topic of the newest version: an enquiry may be opened before
    anybody knows whose it is, and would else stay open there.
    """
    poster = Poster(calendar)
    answered, resolved_in = False, None
    in_order = sorted(facts)
    for number, fact in enumerate(in_order):
        place = _moved(fact.place, to=in_order[-1].place)
        opened_at = int(fact.detail[0])
        since = fact.time - opened_at
        if number == 0:
            poster.post(place, opened_at, {"enquiries_opened": 1})
        if fact.what != EnquiryState.OPENED and not answered:
            answered = True
            poster.post(place, fact.time, {"enquiries_answered": 1, "answer_seconds": since})
        if fact.what == EnquiryState.RESOLVED and resolved_in is None:
            resolved_in = since
            poster.post(place, fact.time, {"enquiries_resolved": 1, "resolve_seconds": since})
        elif fact.what != EnquiryState.RESOLVED and resolved_in is not None:
            poster.post(place, fact.time, {"enquiries_resolved": -1, "resolve_seconds": -resolved_in})
            resolved_in = None
    return poster.lines


def _moved(place: Place, to: Place) -> Place:
    return place._replace(store_id=to.store_id, region=to.region, label=to.label)
