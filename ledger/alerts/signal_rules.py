"""Rules about signals: a measure of the last minutes against a level and against the usual."""

from __future__ import annotations

from fractions import Fraction

from daybook.ledger.alerts.facts import SignalFacts
from daybook.ledger.alerts.findings import Answer, Finding
from daybook.ledger.alerts.questions import settled
from daybook.ledger.leaderboards import shown
from daybook.schemas.alerts import Measured
from daybook.schemas.signal_rule import SignalRule


def signal(rule: SignalRule, facts: SignalFacts) -> Finding:
    """Above a level and above so many times the usual, or below them; both where both are stated."""
    before = settled(facts.trading, compared=rule.times_usual is not None)
    if before is not None:
        return before
    if facts.value is None or facts.counted < rule.at_least:
        return Finding(Answer.TOO_LITTLE, "too_few_signals")
    if rule.times_usual is not None and facts.usual is None:
        return Finding(Answer.TOO_LITTLE, "no_like_days")
    sign = 1 if rule.below is None and not rule.falls else -1
    fixed = rule.below if rule.below is not None else rule.above
    levels = [] if fixed is None else [Fraction(fixed)]
    if rule.times_usual is not None and facts.usual is not None:
        levels.append(Fraction(rule.times_usual) * facts.usual)
    level = max(levels) if sign > 0 else min(levels)
    measured = Measured(
        name=rule.measure,
        unit=facts.unit,  # type: ignore[arg-type]  # the units of expressions
        value=shown(facts.value, facts.unit),
        usual=None if facts.usual is None else shown(facts.usual, facts.unit),
        level=shown(level, facts.unit),
        clears_at=shown(level, facts.unit),
        minutes=facts.minutes,
    )
    if sign * facts.value > sign * level:
        return Finding(Answer.FOUND, "above_level" if sign > 0 else "below_level", measured)
    return Finding(Answer.CLEAR, "beyond_recovery_level", measured)
