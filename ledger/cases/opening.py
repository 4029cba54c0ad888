"""Which shortfall opens a case, and which belongs to one that there is.

One shortfall is one case, however many rules find it, however often they find it again, and however wide
each of them looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from daybook.ledger.cases.looking import quarter_of
from daybook.schemas.alerts import Alert, AlertKind, AlertState, Dimension, Measured, Scope
from daybook.schemas.cases import Case, CaseKind, CaseState
from daybook.schemas.guard import redact

SHORTFALLS: Final = (AlertKind.RECENT, AlertKind.TARGET, AlertKind.SILENT)
"""The kinds of alert that say that sales are short: below the usual, below the target, none at all."""
BY_ITSELF: Final = "daybook"
"""Who opened a case that an alert opened."""
_TITLE: Final = 200
_ID: Final = 12
_WIDTH: Final = {Dimension.ALL: 0, Dimension.REGION: 1, Dimension.STORE: 2}
_BEFORE: Final = timedelta(hours=1)
"""Looked into before an alert began, where it does not say what it looks at."""


def is_shortfall(alert: Alert) -> bool:
    """Whether an alert says that sales are short, and has fired; being silenced or over changes nothing."""
    return alert.kind in SHORTFALLS and alert.times_fired > 0 and not alert.test


def in_turn(fresh: Iterable[Alert]) -> list[Alert]:
    """Shortfalls in the order in which they get their cases: as they fired.

    Of those at once the wider comes first, and has the narrower within it; unless it is one of these that
    explains it, for then the case is about that place.
    """
    every = list(fresh)

    def turn(alert: Alert) -> tuple[datetime, bool, int, str]:
        at, width = _fired(alert), _WIDTH.get(alert.scope.dimension, len(_WIDTH))
        explained = any(_fired(other) == at and _accounts(other, alert) for other in every)
        return at, explained, -width if explained else width, alert.dedup_key

    return sorted(every, key=turn)


def _fired(alert: Alert) -> datetime:
    return alert.fired_at or alert.started_at


def belongs_to(alert: Alert, cases: Iterable[Case], alerts: Mapping[str, Alert]) -> Case | None:
    """The case that a shortfall is part of, if there is one.

    It is the case that knows the alert already; else one of the same business date and currency that is
    still going on and is about the same place, about a wider one, or about a narrower one that explains at
    least half of what is missing.

    Args:
        alert: the shortfall.
        cases: all that are kept.
        alerts: all alerts as they stand, by dedup key.
    """
    same_day = [
        case
        for case in cases
        if case.kind is CaseKind.SHORTFALL and case.business_date == alert.business_date
    ]
    for case in same_day:
        if alert.dedup_key in case.alerts:
            return case
    going_on = [case for case in same_day if _goes_on(case, alerts) and _same_money(case.scope, alert.scope)]
    fitting = [case for case in going_on if covers(case.scope, alert.scope) or _explains(case, alert, alerts)]
    return min(fitting, key=lambda case: (case.opened_at, case.case_id), default=None)


def case_of(alert: Alert, version: int, now: datetime) -> Case:
    """The case that a shortfall opens. Its id follows from the alert, so that there is never a second one."""
    return Case(
        case_id=f"c-{alert.dedup_key[:_ID]}",
        version=version,
        kind=CaseKind.SHORTFALL,
        title=_title(alert),
        scope=alert.scope,
        business_date=alert.business_date,
        window_start=_begin(alert),
        window_end=max(quarter_of(now), _begin(alert)),
        opened_at=now,
        opened_by=BY_ITSELF,
        alerts=[alert.dedup_key],
        split=alert.split,
        shortfall=_missing(alert),
    )


def covers(wide: Scope, narrow: Scope) -> bool:
    """Whether a scope is the other, or has it within it."""
    if wide.dimension is Dimension.ALL:
        return narrow.dimension in _WIDTH
    if wide.dimension is Dimension.REGION:
        return narrow.region == wide.key and narrow.dimension in _WIDTH
    return (wide.dimension, wide.key) == (narrow.dimension, narrow.key)


def _title(alert: Alert) -> str:
    """The alert's, as a free text may be."""
    return redact("".join(c if c.isprintable() else " " for c in alert.title))[:_TITLE]


def _begin(alert: Alert) -> datetime:
    """Since when sales may have been short: the minutes that the rule looks at are before the alert."""
    minutes = alert.measured.minutes if alert.measured else None
    return quarter_of(alert.started_at - (timedelta(minutes=minutes) if minutes else _BEFORE))


def _missing(alert: Alert) -> int | None:
    """Minor units that are missing by now, negative."""
    if alert.split is not None:
        return alert.split.shortfall
    if alert.day is not None and alert.day.expected is not None:
        return alert.day.actual - alert.day.expected
    return None


def _goes_on(case: Case, alerts: Mapping[str, Alert]) -> bool:
    if not case.alerts:
        return case.state is CaseState.OPEN
    own = [alerts[key] for key in case.alerts if key in alerts]
    return any(alert.state is not AlertState.RESOLVED for alert in own)


def _same_money(case: Scope, alert: Scope) -> bool:
    return None in (case.currency, alert.currency) or case.currency == alert.currency


def _explains(case: Case, alert: Alert, alerts: Mapping[str, Alert]) -> bool:
    """Whether an alert of a narrower case explains a wider shortfall."""
    own = [alerts[key] for key in case.alerts if key in alerts]
    return covers(alert.scope, case.scope) and any(_accounts(each, alert) for each in own)


def _accounts(own: Alert, wider: Alert) -> bool:
    """Whether a narrower shortfall is at least half of what a wider one misses, or all that matters of it.

    It is all that matters where the wider place would be back above the level at which its alert clears, had
    the narrower one sold as usual.
    """
    if not covers(wider.scope, own.scope) or covers(own.scope, wider.scope):
        return False
    if not _same_money(own.scope, wider.scope) or own.business_date != wider.business_date:
        return False
    here, there = _lacks(own, wider)
    return there < 0 and (2 * here <= there or _clears_without(own, wider))


def _clears_without(own: Alert, wider: Alert) -> bool:
    """Whether a wider shortfall would be over, had the place of another alert sold as usual."""
    mine, whole = own.measured, wider.measured
    if mine is None or whole is None or not _same_figure(mine, whole) or whole.clears_at is None:
        return False
    return (whole.value or 0) + (mine.usual or 0) - (mine.value or 0) >= whole.clears_at


def _same_figure(one: Measured, other: Measured) -> bool:
    return (one.name, one.unit, one.minutes) == (other.name, other.unit, other.minutes)


def _lacks(own: Alert, other: Alert) -> tuple[int, int]:
    """What two alerts miss: both in money, or both in what their rules look at; else zeros."""
    here, there = _missing(own), _missing(other)
    if here is not None and there is not None:
        return here, there
    mine, theirs = own.measured, other.measured
    if mine and theirs and _same_figure(mine, theirs):
        return (mine.value or 0) - (mine.usual or 0), (theirs.value or 0) - (theirs.usual or 0)
    return 0, 0
