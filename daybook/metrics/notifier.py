"""The notifier's readings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from daybook.metrics import names
from daybook.metrics.endpoint import Reading, single
from daybook.metrics.watcher import tick_readings

if TYPE_CHECKING:
    from daybook.notifier import Notifier


def readings(notifier: Notifier) -> Iterator[Reading]:
    """What a notifier tells: how it decides, and how far its notifications come."""
    yield from tick_readings(notifier, "notifier")
    yield single(names.RULES_BROKEN, notifier.rules.problem is not None)
    yield single(names.NOTIFICATIONS_DUE, notifier.agent.waiting)
    sending = notifier.sending
    yield Reading(names.NOTIFICATIONS_SENT, {(name,): count for name, count in dict(sending.sent).items()})
    yield Reading(
        names.NOTIFICATIONS_FAILED, {(name,): count for name, count in dict(sending.failed).items()}
    )
