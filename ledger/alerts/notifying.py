"""Whether a group of alerts is told to a receiver now, and why: first time, something new, an end, a repeat.

The log entry of the last time is all that is remembered. It is written before anything is sent, so that after
a crash a notification may come twice but is never left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from daybook.schemas.alerts import Alert, AlertState
from daybook.schemas.notifications import Notification, NotifyReason
from daybook.schemas.rules import Route


class Group(NamedTuple):
    """Alerts that are told together, on one route to one receiver."""

    key: str
    receiver: str
    route: Route
    alerts: Sequence[Alert]


class Wait(StrEnum):
    """Why nothing is told now."""

    NOTHING = "nothing_to_tell"
    GROUP_WAIT = "waiting_for_more_of_the_group"
    GROUP_INTERVAL = "waiting_for_the_group_interval"
    REPEAT = "repeat_interval_not_elapsed"


class Telling(NamedTuple):
    """What to do, why, and the dedup keys by what is told of them."""

    reason: NotifyReason | Wait
    firing: list[str]
    acknowledged: list[str]
    quiet: list[str]
    resolved: list[str]

    @property
    def due(self) -> bool:
        """Whether something is to be told."""
        return isinstance(self.reason, NotifyReason)


def notify(group: Group, log: Notification | None, now: datetime) -> Telling:
    """Whether a group is told to its receiver now, with the reason.

    Args:
        group: its alerts as they stand, resolved ones included for as long as they are kept.
        log: the entry of the last time that this group was told to this receiver; None before the first.
        now: aware.
    """
    told = _told(group.alerts, log)
    return told._replace(reason=_reason(group, told, log, now))


def _told(alerts: Sequence[Alert], log: Notification | None) -> Telling:
    """What would be told: what fires and is explained by nothing else, and the ends of what had been told."""
    before = {*log.firing, *log.acknowledged, *log.quiet} if log else set[str]()
    known = {alert.dedup_key: alert for alert in alerts}
    speaking = [alert for alert in alerts if alert.inhibited_by is None]
    over = [
        key
        for key in before
        # One that is not kept any more is over: its end is told rather than never.
        if key not in known or known[key].state is AlertState.RESOLVED
    ]
    return Telling(
        Wait.NOTHING,
        firing=sorted(a.dedup_key for a in speaking if a.state is AlertState.FIRING),
        acknowledged=sorted(a.dedup_key for a in speaking if a.state is AlertState.ACKNOWLEDGED),
        # Told before, and silenced or explained since: it is not repeated, but its end will be told.
        quiet=sorted(before & {alert.dedup_key for alert in alerts if _is_quiet(alert)}),
        resolved=sorted(over),
    )


def _reason(group: Group, told: Telling, log: Notification | None, now: datetime) -> NotifyReason | Wait:
    interval = timedelta(seconds=group.route.group_interval_seconds)
    if log is None or not (log.firing or log.acknowledged or log.quiet):
        return _first(group, told, log, now)
    change = _change(group, told, log)
    if change is not None:
        return change if now - log.decided_at >= interval else Wait.GROUP_INTERVAL
    if not told.firing:
        return Wait.NOTHING
    elapsed = now - log.decided_at >= timedelta(minutes=group.route.repeat_minutes)
    return NotifyReason.REPEAT if elapsed else Wait.REPEAT


def _first(group: Group, told: Telling, log: Notification | None, now: datetime) -> NotifyReason | Wait:
    """Nothing that was told before goes on."""
    route = group.route
    if not told.firing:
        return Wait.NOTHING
    if now - _first_fired(group.alerts, told.firing) < timedelta(seconds=route.group_wait_seconds):
        return Wait.GROUP_WAIT
    if log is not None and now - log.decided_at < timedelta(seconds=route.group_interval_seconds):
        return Wait.GROUP_INTERVAL
    return NotifyReason.FIRST


def _is_quiet(alert: Alert) -> bool:
    live = alert.state in (AlertState.FIRING, AlertState.ACKNOWLEDGED)
    return alert.state is AlertState.SILENCED or (live and alert.inhibited_by is not None)


def _change(group: Group, told: Telling, log: Notification) -> NotifyReason | None:
    """What is new since the last time; a new alert counts more than an end."""
    fired = {alert.dedup_key: alert.fired_at for alert in group.alerts}
    if any(key not in log.firing or _since(fired[key], log.decided_at) for key in told.firing):
        return NotifyReason.NEW_ALERT
    if told.resolved and group.route.send_resolved:
        return NotifyReason.RESOLVED
    if set(told.acknowledged) - set(log.acknowledged):
        return NotifyReason.ACKNOWLEDGED
    return None


def _since(fired_at: datetime | None, moment: datetime) -> bool:
    """Whether it fired anew after it had been told: it ended between, or a silence did."""
    return fired_at is not None and fired_at > moment


def _first_fired(alerts: Sequence[Alert], keys: Sequence[str]) -> datetime:
    return min(alert.fired_at or alert.updated_at for alert in alerts if alert.dedup_key in keys)
