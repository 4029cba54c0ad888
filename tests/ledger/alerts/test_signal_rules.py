"""Alert rules about signals: exact expressions over them, against a level and the usual of like days."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest

from daybook.ledger.alerts.checking import problems
from daybook.ledger.alerts.facts import SignalFacts, Trading
from daybook.ledger.alerts.findings import Answer
from daybook.ledger.alerts.signal_rules import signal
from daybook.ledger.calendar import day_start
from daybook.ledger.expressions import ExpressionError
from daybook.ledger.signals.encoding import SignalBucket
from daybook.ledger.signals.expressions import signal_expression, value_of
from daybook.ledger.signals.merged import MergedSignals
from daybook.schemas.rules import RulesFile
from daybook.schemas.signal_rule import SignalRule
from tests.ledger.alerts.test_asker import TODAY, ZONE, Trade, course
from tests.ledger.alerts.world import file_of

OPEN = Trading(is_open=True, data_missing=False, like_days=8, share_passed=500_000)


def rule_of(**said: Any) -> SignalRule:
    """A rule about failed payments."""
    return SignalRule.model_validate(
        {"id": "payments", "kind": "signal", "measure": "payment_failures", "hold_minutes": 0, **said}
    )


def found(value: int | None, usual: int | None = None, counted: int = 9, **said: Any) -> Answer:
    """What a rule says of a value."""
    facts = SignalFacts(
        OPEN,
        60,
        None if value is None else Fraction(value),
        None if usual is None else Fraction(usual),
        counted,
        "count",
    )
    return signal(rule_of(**said), facts).answer


def test_above_both_the_level_and_the_usual() -> None:
    """With both stated the higher one counts; below either nothing is found."""
    assert found(11, usual=3, above=10, times_usual="3") is Answer.FOUND
    assert found(11, usual=4, above=10, times_usual="3") is Answer.CLEAR
    assert found(10, usual=1, above=10, times_usual="3") is Answer.CLEAR


def test_below_a_level_or_a_part_of_the_usual() -> None:
    """Signs of life that fall to half of the usual are found, and more of them are not."""
    assert found(4, usual=10, times_usual="0.5", falls=True) is Answer.FOUND
    assert found(6, usual=10, times_usual="0.5", falls=True) is Answer.CLEAR
    assert found(4, below=5) is Answer.FOUND


def test_too_few_signals_say_nothing() -> None:
    """Nothing is said of fewer signals than wanted, without like days, and of what divides by zero."""
    assert found(100, counted=4, above=1) is Answer.TOO_LITTLE
    assert found(100, times_usual="2") is Answer.TOO_LITTLE
    assert found(None, above=1) is Answer.TOO_LITTLE


def test_expressions_know_the_measures_of_signals() -> None:
    """Any of them, exactly; those of sales are not among them, and money is not added to counts."""
    conversion = signal_expression("purchases / sessions")
    assert value_of(conversion, [{"purchases": 1, "sessions": 3}, {"sessions": 4}]) == Fraction(1, 7)
    assert (
        value_of(signal_expression("nps"), [{"nps_promoters": 3, "nps_detractors": 1, "nps_answers": 8}])
        == 25
    )
    assert value_of(conversion, []) is None
    for wrong in ("gross", "mrr_new + sessions", "import os"):
        with pytest.raises(ExpressionError):
            signal_expression(wrong)


def test_a_rule_that_names_no_level_or_no_measure_is_refused() -> None:
    """The file says where; so does the check of expressions."""
    with pytest.raises(ValueError, match="times_usual"):
        rule_of()
    file = RulesFile(rules=[rule_of(measure="payment_failures / nothing", above=1)])
    assert "rules.0 (payments).measure" in problems(file, {})[0]


def test_failed_payments_of_a_store_are_an_alert() -> None:
    """Twelve an hour where three are usual, of one gateway: one alert of that store, with both figures."""
    trade, signals = Trade(), MergedSignals()
    trade.day(TODAY, range(36, 44))
    for week in range(9):
        day = TODAY - timedelta(weeks=week)
        for store in ("quayside", "station"):
            many = 3 if week == 0 and store == "quayside" else 1
            told = {
                f"{store}|{day_start(day, [ZONE]) + quarter * 900}|cardline: timeout": (
                    week + 1,
                    {"payment_failures": many},
                )
                for quarter in range(36, 52)
            }
            signals.take(
                SignalBucket(1, 0, week + 1, "sales", day.isoformat(), "", "store_quarter_label", told)
            )
            plain = {key.rpartition("|")[0]: entry for key, entry in told.items()}
            signals.take(SignalBucket(1, 0, week + 1, "sales", day.isoformat(), "", "store_quarter", plain))
    asked = rule_of(times_usual="2", label="cardline: timeout")
    (alert,) = course(trade, asked, signals=signals)
    assert alert.scope.store == "quayside"
    assert alert.measured is not None
    assert (alert.measured.value, alert.measured.usual, alert.measured.level) == (12, 4, 8)
    assert course(trade, rule_of(times_usual="2", label="walletly: timeout"), signals=signals) == []
    assert file_of(asked).rules == [asked]


def test_deals_and_subscriptions_are_counted_in_any_currency_and_their_money_in_each() -> None:
    """Three lost in pounds and three in euros are six lost, and no amount of one is in the other's."""
    trade, signals = Trade(), MergedSignals()
    trade.day(TODAY, range(36, 44))
    at = day_start(TODAY, [ZONE]) + 42 * 900
    for currency, value in (("GBP", 70_000), ("EUR", 90_000)):
        lost = {"deals_lost": 3, "lost_value": value, "mrr_churn": -value}
        entries = {f"quayside|{at}": (1, lost)}
        signals.take(SignalBucket(1, 0, 1, "sales", TODAY.isoformat(), currency, "store_quarter", entries))
    (alert,) = course(trade, rule_of(measure="deals_lost", above=5), signals=signals)
    assert alert.measured is not None
    assert (alert.scope.store, alert.scope.currency, alert.measured.value) == ("quayside", None, 6)
    for measure, said, value in (
        ("lost_value", {"above": 50_000}, 70_000),
        ("lost_value / deals_lost", {"above": 20_000, "at_least": 3}, 23_333),
        ("mrr_churn", {"below": -50_000}, -70_000),
    ):
        (alert,) = course(trade, rule_of(measure=measure, **said), signals=signals)
        assert alert.measured is not None
        assert (alert.scope.currency, alert.measured.value) == ("GBP", value)


def test_a_fixed_level_needs_no_like_days() -> None:
    """A store of its first weeks with fifty failures is an alert; what is held against the usual is not."""
    trade, signals = Trade(past=20), MergedSignals()
    trade.day(TODAY, range(36, 44))
    at = day_start(TODAY, [ZONE]) + 42 * 900
    entries = {f"quayside|{at}": (1, {"payment_failures": 50})}
    signals.take(SignalBucket(1, 0, 1, "sales", TODAY.isoformat(), "", "store_quarter", entries))
    (alert,) = course(trade, rule_of(above=20), signals=signals)
    assert alert.scope.store == "quayside"
    assert course(trade, rule_of(above=20, times_usual="2"), signals=signals) == []
