"""A session on its way through the funnel: each step counts once, when it was first reached."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from daybook.ledger.calendar import Calendar
from daybook.ledger.signals.facts import Fact, Poster, SignalLine, place_of, seconds
from daybook.schemas.signals.any import Signal
from daybook.schemas.signals.customers import GA4, STEPS, FunnelStep, FunnelStepped

_MEASURES: Final = dict(
    zip((step.value for step in STEPS[1:]), ("product_views", "carts", "checkouts", "purchases"), strict=True)
)


def step_fact(signal: Signal, calendar: Calendar) -> Fact:
    """That a session reached a step. Raises what ``place_of`` raises."""
    if not isinstance(signal, FunnelStepped):
        raise TypeError(signal.type)
    at = seconds(signal.time)
    step = GA4.get(signal.step, signal.step)
    return Fact(at, at, place_of(signal, calendar), step.value)


def session_lines(facts: Collection[Fact], calendar: Calendar) -> list[SignalLine]:
    """The session where it was first seen, and every step where it was first reached."""
    poster = Poster(calendar)
    in_order = sorted(facts)
    if in_order:
        first = in_order[0]
        poster.post(first.place, first.time, {"sessions": 1})
    reached: set[str] = set()
    for fact in in_order:
        if fact.what != FunnelStep.VISIT and fact.what not in reached:
            reached.add(fact.what)
            poster.post(fact.place, fact.time, {_MEASURES[fact.what]: 1})
    return poster.lines
