"""One evaluation of all rules: what is found, what explains what, and what becomes of every alert."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from daybook.ledger.alerts.evaluate import evaluate
from daybook.ledger.alerts.facts import Facts
from daybook.ledger.alerts.findings import Answer, Finding
from daybook.ledger.alerts.inhibiting import inhibitor, order
from daybook.ledger.alerts.keys import dedup_key
from daybook.ledger.alerts.matching import silence_of
from daybook.ledger.alerts.states import Context, Decision, Details, Reason, end, transition
from daybook.schemas.alerts import Alert, AlertState, Scope, Silence
from daybook.schemas.rules import Rule, RulesFile

_FORGOTTEN: Final = timedelta(days=2)
"""After its business date an alert of which nothing is asked any more ends: its store may be gone."""


class Question(NamedTuple):
    """A rule, a scope with its business date, and the facts by which the rule is judged there."""

    rule: Rule
    scope: Scope
    business_date: date
    facts: Facts

    @property
    def key(self) -> str:
        """The dedup key of the alert that it is about."""
        return dedup_key(self.rule.id, self.scope, self.business_date)


Describe = Callable[[Question, Finding], Details]
"""Puts together what an alert carries; asked only where there is an alert."""


class Evaluation(NamedTuple):
    """What an evaluation goes by beside questions and kept alerts.

    ``now`` is the tick's time, aware; ``version`` that of what is decided, rising from tick to tick.
    """

    file: RulesFile
    now: datetime
    version: int
    silences: Sequence[Silence] = ()
    describe: Describe = lambda _question, _finding: Details()


def decide(
    questions: Iterable[Question], kept: Mapping[str, Alert], evaluation: Evaluation
) -> list[Decision]:
    """Evaluate all questions; the decisions that change something, for every alert at most one.

    Of a scope that is not asked about nothing changes until its business day is over; alerts of rules that
    are gone end. An older tick than the kept one changes nothing.

    Args:
        questions: what is asked now.
        kept: alerts as they were kept, by dedup key; resolved ones of the same day included.
        evaluation: rules, time and silences.
    """
    under_way = _UnderWay(kept, evaluation)
    asked = sorted(questions, key=lambda question: order(question.rule, question.scope))
    for question in asked:
        under_way.ask(question)
    under_way.end_others(asked)
    return under_way.decisions


class _UnderWay:
    """An evaluation under way. What is decided first explains what comes after it."""

    def __init__(self, kept: Mapping[str, Alert], evaluation: Evaluation) -> None:
        self._kept = kept
        self._file, self._now, self._version, self._silences, self._describe = evaluation
        self._going_on = {key: alert for key, alert in kept.items() if alert.state is not AlertState.RESOLVED}
        self.decisions: list[Decision] = []

    def ask(self, question: Question) -> None:
        finding = evaluate(question.rule, question.facts, self._now)
        key = question.key
        if finding.answer is not Answer.FOUND and key not in self._going_on:
            return
        self._settle(transition(self._kept.get(key), finding, self._now, self._context(question, finding)))

    def _context(self, question: Question, finding: Finding) -> Context:
        rule, scope, key = question.rule, question.scope, question.key
        others = (alert for other, alert in self._going_on.items() if other != key)
        cause = inhibitor(rule, scope, others, self._file.inhibitions, finding.measured)
        silence = silence_of(self._silences, rule, scope, key, self._now)
        return Context(
            rule,
            scope,
            question.business_date,
            self._version,
            silence.silence_id if silence else None,
            cause.dedup_key if cause else None,
            self._describe(question, finding),
        )

    def end_others(self, asked: Sequence[Question]) -> None:
        """End alerts of rules that are gone, and of business days that are over."""
        rules = {rule.id for rule in self._file.rules if rule.enabled}
        keys = {question.key for question in asked}
        days = {(q.rule.id, q.scope.dimension, q.scope.key, q.scope.currency): q.business_date for q in asked}
        for key, alert in list(self._going_on.items()):
            if key in keys:
                continue
            if alert.rule not in rules:
                self._settle(end(alert, Reason.RULE_GONE, self._now, self._version))
                continue
            scope = (alert.rule, alert.scope.dimension, alert.scope.key, alert.scope.currency)
            day = days.get(scope, (self._now - _FORGOTTEN).date())
            if day > alert.business_date:
                self._settle(end(alert, Reason.DAY_ENDED, self._now, self._version))

    def _settle(self, decision: Decision) -> None:
        alert = decision.alert
        if alert is None or not decision.changed:
            return
        self.decisions.append(decision)
        if alert.state is AlertState.RESOLVED:
            self._going_on.pop(alert.dedup_key, None)
        else:
            self._going_on[alert.dedup_key] = alert
