"""Rules about silence: a store or till that sells nothing, and data that does not come at all."""

from __future__ import annotations

from fractions import Fraction

from daybook.ledger.alerts.facts import GapFacts, TillGapFacts
from daybook.ledger.alerts.findings import Answer, Finding
from daybook.ledger.alerts.questions import settled
from daybook.schemas.alerts import Measured
from daybook.schemas.rules import DataMissingRule, SilentRule

_MILLION = 1_000_000


def silent(rule: SilentRule, facts: GapFacts | TillGapFacts) -> Finding:
    """An open store or till is silent for longer than it ever is.

    A store's silence is told by the orders that like days have in it, so that an hour before closing is not
    held against an hour at noon; a till's by seconds of opening time.
    """
    before = settled(facts.trading, rule.after_percent_of_day)
    if before is not None:
        return before
    if isinstance(facts, GapFacts):
        return _store_gap(rule, facts, "silent")
    if facts.longest_usual is None:
        return Finding(Answer.TOO_LITTLE, "few_days_of_this_till")
    level = max(rule.minutes * 60, int(Fraction(rule.beyond_usual) * facts.longest_usual))
    measured = Measured(
        name="gap", unit="seconds", value=facts.seconds, usual=facts.longest_usual, level=level
    )
    if facts.seconds >= level:
        return Finding(Answer.FOUND, "silent", measured)
    return _ended(facts.seconds, rule.minutes, measured)


def data_missing(rule: DataMissingRule, facts: GapFacts) -> Finding:
    """Several open stores are silent together, as they never are: their data is missing, not their sales."""
    trading = facts.trading._replace(data_missing=False)
    before = settled(trading)
    if before is not None:
        return before
    if facts.open_stores < rule.stores:
        return Finding(Answer.TOO_LITTLE, "few_open_stores")
    return _store_gap(rule, facts, "data_missing")


def _store_gap(rule: SilentRule | DataMissingRule, facts: GapFacts, reason: str) -> Finding:
    level = max(rule.expected_orders * _MILLION, int(Fraction(rule.beyond_usual) * facts.longest_usual))
    measured = Measured(
        name="orders_missed", unit="millionths", value=facts.orders, usual=facts.longest_usual, level=level
    )
    if facts.seconds >= rule.minutes * 60 and facts.orders >= level:
        return Finding(Answer.FOUND, reason, measured)
    return _ended(facts.seconds, rule.minutes, measured)


def _ended(seconds: int, minutes: int, measured: Measured) -> Finding:
    if seconds < minutes * 60:
        return Finding(Answer.CLEAR, "sells_again", measured)
    return Finding(Answer.BETWEEN, "between_levels", measured)
