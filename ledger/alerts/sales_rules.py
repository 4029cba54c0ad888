"""Rules about sales: the last minutes, the day's target, a fixed threshold, and what is taken back."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

from daybook.ledger.alerts.facts import RecentFacts, SpikeFacts, TargetFacts, ThresholdFacts
from daybook.ledger.alerts.findings import Answer, Finding
from daybook.ledger.alerts.questions import floor_of, settled
from daybook.ledger.leaderboards import shown
from daybook.schemas.alerts import Measured
from daybook.schemas.rules import RecentRule, SpikeRule, TargetRule, ThresholdRule

_PERCENT = 100
_PPM_OF_PERCENT = 10_000


def recent(rule: RecentRule, facts: RecentFacts) -> Finding:
    """Less than usual by so many percent, by more than chance does, and by more than a floor of money.

    Chance is how far such minutes stray from those of like days, or, of several stores, from what the same
    day before them lets expect: whichever is crossed first.

    It clears at the same part of the drop at which ``clears_at_drop_percent`` stands to ``drop_percent``.
    """
    before = settled(facts.trading, rule.after_percent_of_day)
    if before is not None:
        return before
    if facts.usual <= 0:
        return Finding(Answer.TOO_LITTLE, "nothing_usual")
    chance = Fraction(rule.beyond_spread) * facts.spread
    if facts.course is not None:
        expected, spread = facts.course
        chance = min(chance, facts.usual - expected + Fraction(rule.beyond_course) * spread)
    gap = max(
        Fraction(facts.usual * rule.drop_percent, _PERCENT),
        chance,
        Fraction(floor_of(rule.at_least, facts.currency) if rule.measure == "net" else 0),
    )
    level = floor(facts.usual - gap)
    clears_at = ceil(facts.usual - gap * rule.clears_at_drop_percent / rule.drop_percent)
    measured = Measured(
        name=rule.measure, unit="minor units" if rule.measure == "net" else "count",
        value=facts.actual, usual=facts.usual,
        level=level, clears_at=clears_at, minutes=facts.minutes,
    )  # fmt: skip
    return _below(facts.actual, level, clears_at, measured, "below_usual")


def target(rule: TargetRule, facts: TargetFacts) -> Finding:
    """The chance to reach the target is small, and what is missing is worth a call."""
    before = settled(facts.trading, rule.after_percent_of_day)
    if before is not None:
        return before
    if facts.chance is None:
        return Finding(Answer.TOO_LITTLE, "no_past_projections")
    level, clears_at = rule.chance_below * _PPM_OF_PERCENT, rule.clears_at_chance * _PPM_OF_PERCENT
    measured = Measured(
        name="chance", unit="millionths", value=facts.chance, level=level, clears_at=clears_at
    )
    gap = facts.target - facts.projected_close
    worth = max(
        Fraction(floor_of(rule.gap_at_least, facts.currency)),
        Fraction(facts.target * rule.gap_at_least_percent, _PERCENT),
    )
    if facts.chance < level and gap >= worth and gap > 0:
        return Finding(Answer.FOUND, "will_miss_target", measured)
    if facts.chance >= clears_at or gap <= 0:
        return Finding(Answer.CLEAR, "target_in_reach", measured)
    return Finding(Answer.BETWEEN, "between_levels", measured)


def threshold(rule: ThresholdRule, facts: ThresholdFacts) -> Finding:
    """A measure is below, or above, a fixed level."""
    before = settled(facts.trading, rule.after_percent_of_day, compared=False)
    if before is not None:
        return before
    if facts.value is None:
        return Finding(Answer.TOO_LITTLE, "no_value")
    sign = 1 if rule.below is not None else -1
    level = Fraction(rule.below if rule.below is not None else rule.above or 0)
    clears_at = level if rule.clears_at is None else Fraction(rule.clears_at)
    measured = Measured(
        name=rule.measure, unit=facts.unit, value=shown(facts.value, facts.unit),  # type: ignore[arg-type]
        level=shown(level, facts.unit), clears_at=shown(clears_at, facts.unit), minutes=rule.minutes,
    )  # fmt: skip
    reason = "below_level" if sign > 0 else "above_level"
    if sign * facts.value < sign * level:
        return Finding(Answer.FOUND, reason, measured)
    if sign * facts.value >= sign * clears_at:
        return Finding(Answer.CLEAR, "beyond_recovery_level", measured)
    return Finding(Answer.BETWEEN, "between_levels", measured)


def spike(rule: SpikeRule, facts: SpikeFacts) -> Finding:
    """Far more was taken back than in such minutes of like days; the larger of all levels counts."""
    before = settled(facts.trading)
    if before is not None:
        return before
    usual_level = max(
        Fraction(rule.beyond_usual) * facts.usual, Fraction(rule.beyond_highest) * facts.highest_usual
    )
    if rule.what == "reversals":
        part = Fraction(facts.sold * rule.at_least_percent, _PERCENT)
        worth = Fraction(floor_of(rule.at_least_amount, facts.currency))
        level = ceil(max(usual_level, part, worth, Fraction(1)))
    else:
        level = ceil(max(usual_level, Fraction(rule.at_least)))
    clears_at = floor(level * Fraction(rule.clears_at_usual) / max(Fraction(rule.beyond_usual), Fraction(1)))
    clears_at = min(clears_at, level - 1)
    measured = Measured(
        name=rule.what, unit="minor units" if rule.what == "reversals" else "count", value=facts.actual,
        usual=facts.usual, level=level, clears_at=clears_at, minutes=facts.minutes,
    )  # fmt: skip
    if facts.actual >= level:
        return Finding(Answer.FOUND, f"many_{rule.what}", measured)
    if facts.actual <= clears_at:
        return Finding(Answer.CLEAR, "as_usual", measured)
    return Finding(Answer.BETWEEN, "between_levels", measured)


def _below(value: int, level: int, clears_at: int, measured: Measured, reason: str) -> Finding:
    if value <= level:
        return Finding(Answer.FOUND, reason, measured)
    if value >= clears_at:
        return Finding(Answer.CLEAR, "beyond_recovery_level", measured)
    return Finding(Answer.BETWEEN, "between_levels", measured)
