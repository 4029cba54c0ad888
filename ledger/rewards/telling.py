"""Who is told of an award now: whoever earned it first, and the team after them. Pure.

What was told stands in the notification log. The team waits until its time has come, and until everyone who
is told first has been told, or cannot be reached. What was taken back, or confirmed, is between Daybook and
who earned it: the team hears of what was earned, once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from daybook.schemas.awards import Award, News
from daybook.schemas.notifications import Notification, NotificationStatus, NotifyReason
from daybook.schemas.receivers import Receiver

NEWS_FOR: Final = timedelta(days=7)
"""Older news is told to nobody: a notifier that was away for long does not come with last month's."""
REMEMBERED: Final = NEWS_FOR + timedelta(days=1)
"""For which the entry of an award is kept, so that nobody is told twice."""
TOLD_BY: Final = ("apprise", "webhook")
"""Types of receivers that take awards; the others know alerts only."""


def due_awards(
    awards: Iterable[Award], log: Iterable[Notification], receivers: Iterable[Receiver], now: datetime
) -> Iterator[Notification]:
    """The entries of what is to be told now.

    Args:
        awards: as they stand.
        log: what was decided to be told before.
        receivers: those of the rules file.
        now: aware.
    """
    known = {receiver.id for receiver in receivers if receiver.type in TOLD_BY}
    told = {(entry.receiver, entry.group_key): entry for entry in log if entry.award is not None}
    for award in awards:
        if award.news is not None and award.news_at is not None and now - award.news_at < NEWS_FOR:
            for receiver in _now(award, told, known, now):
                yield _entry(receiver, award, now)


def _now(
    award: Award, told: dict[tuple[str, str], Notification], known: Collection[str], now: datetime
) -> list[str]:
    name = _name(award)
    first = [receiver for receiver in award.tell_first if receiver in known]
    untold = [receiver for receiver in first if (receiver, name) not in told]
    if untold or award.news is not News.EARNED or award.public_at is None or now < award.public_at:
        return untold
    if any(told[receiver, name].status is NotificationStatus.DUE for receiver in first):
        return []
    return [
        receiver
        for receiver in award.tell_then
        if receiver in known and receiver not in first and (receiver, name) not in told
    ]


def is_remembered(entry: Notification, now: datetime) -> bool:
    """Whether an entry of an award has to be kept, so that it is not told again."""
    return entry.award is not None and now - entry.decided_at < REMEMBERED


def _name(award: Award) -> str:
    """What is told: whoever decides it again decides the same."""
    assert award.news is not None
    assert award.news_at is not None
    return f"award/{award.award_id}/{award.news}/{int(award.news_at.timestamp() * 1000)}"


def _entry(receiver: str, award: Award, now: datetime) -> Notification:
    name = _name(award)
    place = sha256(f"{receiver}\x1f{name}".encode()).hexdigest()[:32]
    return Notification(
        notification_id=f"award/{place}",
        version=int(now.timestamp() * 1000) * 1000,
        receiver=receiver,
        group_key=name,
        reason=NotifyReason.AWARD,
        status=NotificationStatus.DUE,
        decided_at=now,
        award=award,
    )
