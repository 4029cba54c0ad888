"""Alerts in words, for chat and email: the state, the figures with their parts, and where to go. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from daybook.ledger.alerts.amounts import money
from daybook.schemas.alerts import Alert, DayFigures, Freshness, Links, Scope, Split
from daybook.schemas.notifications import Notification, NotifyReason
from daybook.sinks.notifiers.recognising import award_subject, award_text

_WORDS: Final = {
    NotifyReason.FIRST: "FIRING",
    NotifyReason.NEW_ALERT: "FIRING",
    NotifyReason.RESOLVED: "RESOLVED",
    NotifyReason.ACKNOWLEDGED: "ACKNOWLEDGED",
    NotifyReason.REPEAT: "STILL FIRING",
    NotifyReason.TEST: "TEST",
    NotifyReason.REPORT: "REPORT",
    NotifyReason.AWARD: "AWARD",
}
_MILLION: Final = 1_000_000


def subject(notification: Notification) -> str:
    """One line: what happened, and to whom."""
    if notification.written is not None:
        return f"Sales report: {notification.written.title}"
    if notification.award is not None:
        return award_subject(notification.award)
    shown = _shown(notification)
    what = shown[0].title if shown else notification.group_key
    more = f" and {len(shown) - 1} more" if len(shown) > 1 else ""
    return f"[{_WORDS[notification.reason]}] {what}{more}"


def text(notification: Notification) -> str:
    """The whole message; a report is Markdown."""
    if notification.written is not None:
        return notification.written.markdown
    if notification.award is not None:
        return award_text(notification.award)
    return "\n\n".join("\n".join(_lines(alert, notification)) for alert in _shown(notification))


def _shown(notification: Notification) -> list[Alert]:
    """What is news first: ends where it is about ends, else what fires."""
    ended = set(notification.resolved)
    first = ended if notification.reason is NotifyReason.RESOLVED else set(notification.firing)
    return sorted(notification.alerts, key=lambda alert: (alert.dedup_key not in first, alert.title))


def _lines(alert: Alert, notification: Notification) -> Iterator[str]:
    over = alert.dedup_key in notification.resolved
    yield f"{alert.title}{' - resolved' if over else ''} ({alert.severity}, {alert.business_date})"
    yield alert.summary
    if alert.day is not None:
        yield from _day(alert.day, alert.scope)
    if alert.split is not None and not over:
        yield from _split(alert.split, alert.scope)
    yield from (f"Expected is {a.factor} of the usual: {a.reason} ({a.source})." for a in alert.adjustments)
    if alert.acknowledged is not None:
        yield f"Acknowledged by {alert.acknowledged.by}."
    if alert.freshness is not None:
        yield _freshness(alert.freshness)
    yield from _links(alert.links, over=over)


def _day(day: DayFigures, scope: Scope) -> Iterator[str]:
    expected = f", usual by now {money(day.expected, scope.currency)}" if day.expected is not None else ""
    yield f"Today {money(day.actual, scope.currency)}{expected}."
    if day.projected_close is not None:
        band = ""
        if day.low is not None and day.high is not None:
            band = f" ({money(day.low, scope.currency)} to {money(day.high, scope.currency)})"
        yield f"Projected close {money(day.projected_close, scope.currency)}{band}."
    if day.target is not None:
        chance = f", chance {day.chance * 100 // _MILLION} %" if day.chance is not None else ""
        yield f"Target {money(day.target, scope.currency)}{chance}."
    if day.at_risk is not None and day.at_risk > 0:
        yield f"At risk {money(day.at_risk, scope.currency)}."


def _split(split: Split, scope: Scope) -> Iterator[str]:
    yield f"Of {money(split.shortfall, scope.currency)}:"
    for row in split.parts:
        yield f"  {row.label or row.name.replace('_', ' ')} {money(row.amount, scope.currency)}"
    for each in split.breakdowns:
        rows = [f"{row.label or row.name} {money(row.amount, scope.currency)}" for row in each.rows]
        yield f"  by {each.dimension}: {', '.join([*rows, f'others {money(each.rest, scope.currency)}'])}"


def _freshness(fresh: Freshness) -> str:
    if fresh.recorded_at is None:
        return f"As of {fresh.as_of:%H:%M} UTC; nothing is counted yet."
    return f"As of {fresh.as_of:%H:%M} UTC, with sales up to {fresh.recorded_at:%H:%M:%S} UTC."


def _links(links: Links, *, over: bool) -> Iterator[str]:
    named = [("Board", links.board), ("What to do", links.runbook)]
    if not over:
        named += [("Acknowledge", links.acknowledge), ("Silence", links.silence)]
    yield from (f"{name}: {url}" for name, url in named if url is not None)
