"""Rules about Daybook's own ways: what comes in and cannot be counted, and receivers that do not answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction

from daybook.ledger.alerts.facts import FeedFacts, ReceiverFacts
from daybook.ledger.alerts.findings import Answer, Finding
from daybook.schemas.alerts import Measured
from daybook.schemas.rounding import divide
from daybook.schemas.rules import FeedRule, ReceiverRule

_MILLION = 1_000_000
_PPM_OF_PERCENT = 10_000


def feed(rule: FeedRule, facts: FeedFacts) -> Finding:
    """Far more events than usual are dead letters, or repeats."""
    if facts.received <= 0:
        return Finding(Answer.NO_DATA, "nothing_received")
    part = Fraction(facts.bad, facts.received)
    usual = Fraction(facts.usual_bad, facts.usual_received) if facts.usual_received > 0 else Fraction(0)
    level = max(Fraction(rule.above_percent, 100), Fraction(rule.beyond_usual) * usual)
    clears_at = min(Fraction(rule.clears_at_percent, 100), level)
    measured = Measured(
        name=rule.what, unit="millionths", value=_ppm(part), usual=_ppm(usual),
        level=_ppm(level), clears_at=_ppm(clears_at), minutes=rule.minutes,
    )  # fmt: skip
    if facts.bad >= rule.at_least and part >= level:
        return Finding(Answer.FOUND, f"many_{rule.what}", measured)
    if part < clears_at or facts.bad < rule.at_least:
        return Finding(Answer.CLEAR, "as_usual", measured)
    return Finding(Answer.BETWEEN, "between_levels", measured)


def receiver(rule: ReceiverRule, facts: ReceiverFacts, now: datetime) -> Finding:
    """A receiver has taken nothing for a while, however often it was tried."""
    if facts.failing_since is None:
        return Finding(Answer.CLEAR, "receiver_answers")
    failing = now - facts.failing_since
    measured = Measured(
        name="failing", unit="seconds", value=int(failing.total_seconds()), level=rule.minutes * 60
    )
    if failing >= timedelta(minutes=rule.minutes):
        return Finding(Answer.FOUND, "receiver_fails", measured)
    return Finding(Answer.BETWEEN, "receiver_fails_for_now", measured)


def _ppm(part: Fraction) -> int:
    return divide(part.numerator * _MILLION, part.denominator)
