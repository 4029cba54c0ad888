"""Rules, facts and alerts for the tests, made in a word."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
from pydantic import TypeAdapter

from daybook.ledger.alerts.facts import GapFacts, RecentFacts, Trading
from daybook.ledger.alerts.findings import Answer, Finding
from daybook.ledger.alerts.states import Context, Decision, transition
from daybook.schemas.alerts import Alert, Dimension, Scope
from daybook.schemas.rules import Rule, RulesFile

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
TODAY = date(2026, 3, 10)
QUARTER = timedelta(minutes=15)
SELLING = Trading(is_open=True, data_missing=False, like_days=8, share_passed=500_000)
ALL = Scope(dimension=Dimension.ALL)
NORTH = Scope(dimension=Dimension.REGION, key="North", currency="GBP", region="North")
QUAYSIDE = Scope(dimension=Dimension.STORE, key="quayside", currency="GBP", store="quayside", region="North")
TILL = Scope(dimension=Dimension.TILL, key="quayside/2", store="quayside", region="North")

_RULE: TypeAdapter[Rule] = TypeAdapter(Rule)


def rule(kind: str, **more: Any) -> Rule:
    """A rule of a kind, otherwise as it is by default."""
    return _RULE.validate_json(orjson.dumps({"id": kind, "kind": kind, **more}))


def file_of(*rules: Rule, **more: Any) -> RulesFile:
    """A rules file."""
    return RulesFile(rules=list(rules), **more)


def selling_less(drop: int = 50) -> RecentFacts:
    """A last hour that is so many percent below usual, far beyond its spread."""
    return RecentFacts(SELLING, 60, 10_000 - 100 * drop, 10_000, 500, "GBP")


def silence(minutes: int = 60) -> GapFacts:
    """A silence in which like days have an order a minute."""
    return GapFacts(SELLING, minutes * 60, minutes * 1_000_000, 5_000_000, open_stores=9)


def found(answer: Answer = Answer.FOUND) -> Finding:
    """A finding."""
    return Finding(answer, answer.value)


def context(of: Rule | None = None, scope: Scope = QUAYSIDE, **more: Any) -> Context:
    """What a transition goes by, at version 1 unless said otherwise."""
    day, version = more.pop("business_date", TODAY), more.pop("version", 1)
    return Context(of or rule("recent"), scope, day, version, **more)


def after(*answers: Answer, kept: Alert | None = None, start: datetime = NOON, **more: Any) -> Decision:
    """The decision after answers at one quarter hour each."""
    decision: Decision | None = None
    for number, answer in enumerate(answers):
        decision = transition(kept, found(answer), start + number * QUARTER, context(**more))
        kept = decision.alert
    assert decision is not None
    return decision


def firing(**more: Any) -> Alert:
    """An alert that fires since a quarter past twelve."""
    alert = after(Answer.FOUND, Answer.FOUND, **more).alert
    assert alert is not None
    return alert
