"""The notification log: what is due, what was taken, what is tried again when. Pure.

An entry is written as due before anything is sent, and as sent after it was taken. Whoever dies between
finds it due again, so a notification may come twice and is never left out.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, NamedTuple

from daybook.ledger.alerts.notifying import Group, Telling
from daybook.schemas.notifications import Notification, NotificationStatus, NotifyReason

_FIRST_PAUSE: Final = timedelta(seconds=5)
_LONGEST_PAUSE: Final = timedelta(minutes=5)
_DOUBLINGS: Final = 10


class Tried(NamedTuple):
    """How a try went: ``why`` is None where the receiver took it."""

    notification_id: str
    at: datetime
    why: str | None


def due(
    group: Group, telling: Telling, log: Notification | None, now: datetime, version: int
) -> Notification:
    """The entry of what is to be told now. ``telling`` is due.

    What the entry before it had to tell and did not get out is told with it.
    """
    assert isinstance(telling.reason, NotifyReason)
    firing, quiet = set(telling.firing), set(telling.quiet)
    untold = log if log is not None and log.status is not NotificationStatus.SENT else None
    resolved = set(telling.resolved) | set(untold.resolved if untold else ()) - firing - quiet
    known = {alert.dedup_key: alert for alert in (log.alerts if log else ())}
    known |= {alert.dedup_key: alert for alert in group.alerts}
    told = sorted(firing | resolved | set(telling.acknowledged))
    return Notification(
        notification_id=notification_id(group, now),
        version=version,
        receiver=group.receiver,
        group_key=group.key,
        reason=telling.reason,
        status=NotificationStatus.DUE,
        decided_at=now,
        firing=telling.firing,
        acknowledged=telling.acknowledged,
        quiet=telling.quiet,
        resolved=sorted(resolved),
        alerts=[known[key] for key in told if key in known],
    )


def notification_id(group: Group, now: datetime) -> str:
    """Names what is told to a receiver about a group at a moment."""
    place = sha256(f"{group.receiver}\x1f{group.key}".encode()).hexdigest()[:16]
    return f"{group.receiver}/{place}/{int(now.timestamp() * 1000)}"


def taken(entry: Notification, at: datetime, version: int) -> Notification:
    """The entry after the receiver took it."""
    return entry.model_copy(
        update={
            "version": version,
            "status": NotificationStatus.SENT,
            "attempts": entry.attempts + 1,
            "last_attempt_at": at,
            "sent_at": at,
            "error": None,
        }
    )


def refused(
    entry: Notification, why: str, at: datetime, version: int, give_up_after: timedelta
) -> Notification:
    """The entry after a try that failed. After long enough it is given up; what fires is decided anew."""
    over = at - entry.decided_at >= give_up_after
    return entry.model_copy(
        update={
            "version": version,
            "status": NotificationStatus.FAILED if over else NotificationStatus.DUE,
            "attempts": entry.attempts + 1,
            "last_attempt_at": at,
            "error": why,
        }
    )


def next_try(entry: Notification) -> datetime:
    """From when a due entry is tried: at once the first time, then after pauses that double."""
    if entry.last_attempt_at is None or not entry.attempts:
        return entry.decided_at
    pause: timedelta = _FIRST_PAUSE * (1 << min(entry.attempts - 1, _DOUBLINGS))
    return entry.last_attempt_at + min(pause, _LONGEST_PAUSE)


def judged_by(log: Notification | None) -> Notification | None:
    """The entry by which is decided whether to tell again: one that was given up counts as never told."""
    return None if log is not None and log.status is NotificationStatus.FAILED else log


def over(log: Notification, now: datetime, kept: timedelta) -> bool:
    """Whether an entry can be forgotten: nothing in it goes on, and it was told long ago."""
    finished = log.status is not NotificationStatus.DUE and not (log.firing or log.acknowledged or log.quiet)
    return finished and now - log.decided_at >= kept
