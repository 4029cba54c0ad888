"""What becomes of an alert: pending, firing, acknowledged, silenced, resolved, and why.

A transition is a pure function of the alert as it was kept, what was found, and the time. Deciding again from
the kept state comes to the same: an evaluation that is not newer than the kept one changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from daybook.ledger.alerts.findings import Answer, Finding
from daybook.ledger.alerts.keys import dedup_key
from daybook.schemas.alerts import (
    Acknowledgement,
    Alert,
    AlertState,
    DayFigures,
    Expectation,
    Freshness,
    Links,
    Scope,
    Split,
)
from daybook.schemas.rules import Rule, kind_of

LIVE = (AlertState.FIRING, AlertState.ACKNOWLEDGED, AlertState.SILENCED)
"""States of an alert that has fired and is not over."""


class Reason(StrEnum):
    """Why an alert came to its state, or stayed in it."""

    FOUND = "condition_found"
    HOLDS_ON = "not_held_long_enough"
    INHIBITED = "inhibited"
    HELD = "held_long_enough"
    STILL_FIRES = "still_found"
    ON_ITS_WAY = "on_its_way_to_recovery"
    BETWEEN = "between_levels"
    KEPT = "kept_without_an_answer"
    GONE = "condition_gone"
    RECOVERED = "recovered"
    CLOSED = "closed"
    DAY_ENDED = "business_day_ended"
    RULE_GONE = "rule_gone"
    ACKNOWLEDGED = "acknowledged"
    SILENCED = "silenced"
    SILENCE_ENDED = "silence_ended"
    ALREADY = "already_decided"
    NOTHING = "nothing_found"


class Details(NamedTuple):
    """What an alert carries for those who are told of it; nothing is decided by it."""

    title: str = "Alert"
    summary: str = "See the rule."
    day: DayFigures | None = None
    split: Split | None = None
    adjustments: Sequence[Expectation] = ()
    freshness: Freshness | None = None
    links: Links = Links()


class Context(NamedTuple):
    """What else a transition goes by. ``silence`` and ``inhibited_by`` are ids of what holds now."""

    rule: Rule
    scope: Scope
    business_date: date
    version: int
    silence: str | None = None
    inhibited_by: str | None = None
    details: Details = Details()


class Decision(NamedTuple):
    """The alert as it stands now (None: there is none), why, and whether there is anything new to keep."""

    alert: Alert | None
    reason: Reason
    changed: bool


def transition(kept: Alert | None, finding: Finding, now: datetime, context: Context) -> Decision:
    """What becomes of an alert at an evaluation. ``now`` is aware; ``kept`` is None before the first time."""
    if kept is not None and now <= kept.updated_at:
        return Decision(kept, Reason.ALREADY, changed=False)
    if kept is None or kept.state is AlertState.RESOLVED:
        return _begin(kept, finding, now, context)
    if kept.state is AlertState.PENDING:
        return _pending(kept, finding, now, context)
    return _live(kept, finding, now, context)


def end(kept: Alert, reason: Reason, now: datetime, version: int) -> Decision:
    """End an alert that is not evaluated any more: its business day has ended, or its rule is gone."""
    if kept.state is AlertState.RESOLVED:
        return Decision(kept, Reason.ALREADY, changed=False)
    return _resolved(kept, reason, now, {"version": version})


def acknowledge(kept: Alert, by: str, at: datetime, note: str | None, version: int) -> Decision:
    """Somebody takes an alert on. What does not fire cannot be acknowledged, and stays as it is."""
    if kept.state not in (AlertState.FIRING, AlertState.SILENCED):
        return Decision(kept, Reason.ALREADY, changed=False)
    alert = kept.model_copy(
        update={
            "state": AlertState.ACKNOWLEDGED,
            "reason": Reason.ACKNOWLEDGED.value,
            "acknowledged": Acknowledgement(by=by, at=at, note=note),
            "silenced_by": None,
            "version": version,
        }
    )
    return Decision(alert, Reason.ACKNOWLEDGED, changed=True)


def _begin(kept: Alert | None, finding: Finding, now: datetime, context: Context) -> Decision:
    if finding.answer is not Answer.FOUND:
        return Decision(kept, Reason.NOTHING, changed=False)
    rule = context.rule
    alert = Alert(
        dedup_key=dedup_key(rule.id, context.scope, context.business_date),
        version=context.version,
        rule=rule.id,
        kind=kind_of(rule),
        severity=rule.severity,
        scope=context.scope,
        business_date=context.business_date,
        state=AlertState.PENDING,
        reason=Reason.FOUND.value,
        finding=finding.reason,
        title=context.details.title,
        summary=context.details.summary,
        started_at=now,
        updated_at=now,
        times_fired=kept.times_fired if kept else 0,
        held=1,
        inhibited_by=context.inhibited_by,
        measured=finding.measured,
    ).model_copy(update=_carried(context.details))
    return Decision(alert, Reason.FOUND, changed=True)


def _pending(kept: Alert, finding: Finding, now: datetime, context: Context) -> Decision:
    if finding.answer is not Answer.FOUND:
        return _resolved(kept, Reason.GONE, now, _seen(finding, now, context))
    update = _seen(finding, now, context) | {"held": kept.held + 1}
    long_enough = now - kept.started_at >= timedelta(minutes=context.rule.hold_minutes)
    if kept.held + 1 < context.rule.evaluations or not long_enough:
        return _same(kept, Reason.HOLDS_ON, update)
    if context.inhibited_by is not None:
        # What explains it has been told. Should that end first, this fires at once.
        return _same(kept, Reason.INHIBITED, update)
    update |= {"fired_at": now, "times_fired": kept.times_fired + 1, "cleared": 0}
    if context.silence is not None:
        return _moved(kept, AlertState.SILENCED, Reason.SILENCED, update | {"silenced_by": context.silence})
    return _moved(kept, AlertState.FIRING, Reason.HELD, update)


def _live(kept: Alert, finding: Finding, now: datetime, context: Context) -> Decision:
    update = _seen(finding, now, context)
    if finding.answer is Answer.CLOSED:
        return _resolved(kept, Reason.CLOSED, now, update)
    if finding.answer is Answer.CLEAR and kept.cleared + 1 >= context.rule.clear_evaluations:
        return _resolved(kept, Reason.RECOVERED, now, update)
    if finding.answer is Answer.CLEAR:
        return _quiet(kept, Reason.ON_ITS_WAY, now, context, update | {"cleared": kept.cleared + 1})
    if finding.answer is Answer.FOUND:
        update |= {"held": kept.held + 1, "cleared": 0}
        return _quiet(kept, Reason.STILL_FIRES, now, context, update)
    # No data is never zero, and no recovery either.
    reason = Reason.BETWEEN if finding.answer is Answer.BETWEEN else Reason.KEPT
    return _quiet(kept, reason, now, context, update | {"cleared": 0})


def _quiet(
    kept: Alert, reason: Reason, now: datetime, context: Context, update: dict[str, object]
) -> Decision:
    """It goes on; silences begin and end, unless somebody has taken it on."""
    if kept.state is AlertState.FIRING and context.silence is not None:
        update |= {"silenced_by": context.silence}
        return _moved(kept, AlertState.SILENCED, Reason.SILENCED, update)
    if kept.state is AlertState.SILENCED and context.silence is None:
        update |= {"silenced_by": None, "fired_at": now}
        return _moved(kept, AlertState.FIRING, Reason.SILENCE_ENDED, update)
    return _same(kept, reason, update)


def _seen(finding: Finding, now: datetime, context: Context) -> dict[str, object]:
    update: dict[str, object] = {
        "updated_at": now,
        "version": context.version,
        "finding": finding.reason,
        "inhibited_by": context.inhibited_by,
        "severity": context.rule.severity,
    }
    if finding.measured is not None:
        update |= {"measured": finding.measured} | _carried(context.details)
    return update


def _carried(details: Details) -> dict[str, object]:
    return details._asdict() | {"adjustments": list(details.adjustments)}


def _same(kept: Alert, reason: Reason, update: dict[str, object]) -> Decision:
    return Decision(kept.model_copy(update=update), reason, changed=True)


def _moved(kept: Alert, state: AlertState, reason: Reason, update: dict[str, object]) -> Decision:
    alert = kept.model_copy(update=update | {"state": state, "reason": reason.value})
    return Decision(alert, reason, changed=True)


def _resolved(kept: Alert, reason: Reason, now: datetime, update: dict[str, object]) -> Decision:
    update |= {"resolved_at": now, "updated_at": now, "held": 0, "cleared": 0, "silenced_by": None}
    return _moved(kept, AlertState.RESOLVED, reason, update)
