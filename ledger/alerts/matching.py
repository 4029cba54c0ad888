"""Which alerts a match means: all its fields have to fit, each with any of its values."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from daybook.schemas.alerts import Alert, Match, Scope, Severity, Silence
from daybook.schemas.rules import Rule, kind_of


def matches(match: Match, alert: Alert) -> bool:
    """Whether an alert is meant."""
    about = about_rule(match, alert.rule, alert.kind, alert.severity) and about_scope(match, alert.scope)
    return about and _fits(alert.dedup_key, match.dedup_keys)


def about_rule(match: Match, rule: str, kind: str, severity: Severity) -> bool:
    """Whether what is said of rules fits."""
    return (
        _fits(rule, match.rules)
        and _fits(kind, list(map(str, match.kinds)))
        and _fits(severity.value, [each.value for each in match.severities])
    )


def about_scope(match: Match, scope: Scope) -> bool:
    """Whether what is said of the place fits. A store's region is its own, and a till's store too."""
    return (
        _fits(scope.dimension.value, [each.value for each in match.dimensions])
        and _fits(scope.key, match.keys)
        and _fits(scope.store, match.stores)
        and _fits(scope.region, match.regions)
        and _fits(scope.currency, match.currencies)
    )


def silence_of(
    silences: Iterable[Silence], rule: Rule, scope: Scope, key: str, now: datetime
) -> Silence | None:
    """The silence that holds for an alert at an aware moment; of several the one that ends last."""
    holding = [
        silence
        for silence in silences
        if silence.starts_at <= now < silence.ends_at
        and about_rule(silence.match, rule.id, kind_of(rule), rule.severity)
        and about_scope(silence.match, scope)
        and _fits(key, silence.match.dedup_keys)
    ]
    return max(holding, key=lambda silence: (silence.ends_at, silence.silence_id), default=None)


def _fits(value: str | None, wanted: list[str]) -> bool:
    return not wanted or value in wanted
