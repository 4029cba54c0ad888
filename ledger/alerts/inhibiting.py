"""Which alert explains another, so that only the first is told.

The order of the definitions always holds: missing data explains silence, and both explain a shortfall; a
region's alert explains those of its stores. But a shortfall that is one place's own, without which the wider
place would not be short, is told of that place. The rules file may add to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from daybook.ledger.alerts.keys import dedup_key
from daybook.ledger.alerts.matching import about_rule, about_scope, matches
from daybook.schemas.alerts import Alert, AlertKind, AlertState, Dimension, Measured, Scope
from daybook.schemas.rules import Inhibition, Rule, kind_of

_RANK: Final = {
    AlertKind.DATA_MISSING: 0,
    AlertKind.SILENT: 1,
    AlertKind.RECENT: 2,
    AlertKind.TARGET: 3,
    AlertKind.THRESHOLD: 3,
    AlertKind.SIGNAL: 3,
}
"""Which question comes first. Spikes, feed and receivers explain nothing and are explained by nothing."""
_A_TENTH: Final = 10
_WIDTH: Final = {Dimension.ALL: 0, Dimension.REGION: 1, Dimension.STORE: 2, Dimension.TILL: 3}


def order(rule: Rule, scope: Scope) -> tuple[int, int, str, str]:
    """Where a question stands: what may explain others is asked before them."""
    return _RANK.get(kind_of(rule), 9), _WIDTH.get(scope.dimension, 9), rule.id, scope.key or ""


def inhibitor(
    rule: Rule,
    scope: Scope,
    others: Iterable[Alert],
    stated: Sequence[Inhibition] = (),
    measured: Measured | None = None,
) -> Alert | None:
    """The alert that explains what a rule finds at a scope; of several the widest of the first question.

    ``others`` are the alerts that are pending or live now. A pending one counts: while missing data is
    suspected, nothing is said about sales. ``measured`` is what the rule looked at.
    """
    found = [
        other
        for other in others
        if other.state is not AlertState.RESOLVED
        and other.inhibited_by is None
        and not _own_shortfall(rule, measured, other)
        and (explains(other, rule, scope) or any(_states(each, other, rule, scope) for each in stated))
    ]
    return min(found, key=lambda other: (_RANK.get(other.kind, 9), other.dedup_key), default=None)


def explains(other: Alert, rule: Rule, scope: Scope) -> bool:
    """Whether an alert answers an earlier question about the same place, or the same about a wider one."""
    kind = kind_of(rule)
    if kind not in _RANK or other.kind not in _RANK:
        return False
    if other.kind is AlertKind.DATA_MISSING and _RANK[kind] > 1 and _covers(scope, other.scope):
        return True  # where data of a part is missing nothing can be said about the whole
    if not _covers(other.scope, scope):
        return False
    wider = _WIDTH[other.scope.dimension] < _WIDTH.get(scope.dimension, 9)
    earlier = _RANK[other.kind] < _RANK[kind]
    # All shortfalls are one question: a wider one explains a narrower one, whichever rule found it.
    same = _RANK[other.kind] == _RANK[kind] or min(_RANK[other.kind], _RANK[kind]) > 1
    return earlier or (wider and same)


def _own_shortfall(rule: Rule, measured: Measured | None, wider: Alert) -> bool:
    """Whether what lacks in the last minutes lacks here, and the rest of the wider place is not short."""
    whole = wider.measured
    if measured is None or whole is None or not kind_of(rule) == wider.kind == AlertKind.RECENT:
        return False
    if (whole.name, whole.minutes) != (measured.name, measured.minutes):
        return False
    if whole.value is None or whole.usual is None or whole.level is None:
        return False
    if measured.value is None or measured.usual is None:
        return False
    actual, usual = whole.value - measured.value, whole.usual - measured.usual
    if usual * _A_TENTH < whole.usual:
        return False  # there is hardly a rest: both are the same shortfall
    return actual * whole.usual > usual * whole.level


def _covers(wide: Scope, narrow: Scope) -> bool:
    if wide.dimension not in _WIDTH:
        return False
    if wide.currency is not None and narrow.currency is not None and wide.currency != narrow.currency:
        return False
    if wide.dimension is Dimension.ALL:
        return True
    if wide.dimension is Dimension.REGION:
        return wide.key == narrow.region
    if wide.dimension is Dimension.STORE:
        return wide.key == narrow.store
    return wide.key == narrow.key and narrow.dimension is Dimension.TILL


def _states(inhibition: Inhibition, other: Alert, rule: Rule, scope: Scope) -> bool:
    """Whether the rules file says so. Nothing explains itself."""
    meant = (
        matches(inhibition.source, other)
        and about_rule(inhibition.target, rule.id, kind_of(rule), rule.severity)
        and about_scope(inhibition.target, scope)
    )
    own = other.dedup_key == dedup_key(rule.id, scope, other.business_date)
    return meant and not own and all(_same(label, other, scope) for label in inhibition.same)


def _same(label: str, other: Alert, scope: Scope) -> bool:
    if label == "business_date":
        return True
    value = getattr(scope, label)
    return value is not None and getattr(other.scope, label) == value
