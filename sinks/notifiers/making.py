"""The notifier of a receiver in the rules file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from daybook.schemas.receivers import (
    AlertmanagerReceiver,
    AppriseReceiver,
    PagerDutyReceiver,
    Receiver,
    WebhookReceiver,
)
from daybook.sinks.notifiers.alertmanager import AlertmanagerNotifier
from daybook.sinks.notifiers.chat import AppriseNotifier
from daybook.sinks.notifiers.contract import NotDelivered, Notifier, Secret
from daybook.sinks.notifiers.pagerduty import PagerDutyNotifier
from daybook.sinks.notifiers.webhook import WebhookNotifier


def _now() -> datetime:
    return datetime.now(UTC)


def make_notifier(receiver: Receiver, secret: Secret, clock: Callable[[], datetime] = _now) -> Notifier:
    """A notifier; it connects when it has something to tell. ``clock`` is what a webhook signs."""
    match receiver:
        case AppriseReceiver():
            return AppriseNotifier(receiver, secret)
        case PagerDutyReceiver():
            return PagerDutyNotifier(receiver, secret)
        case AlertmanagerReceiver():
            return AlertmanagerNotifier(receiver, secret)
        case WebhookReceiver():
            return WebhookNotifier(receiver, secret, clock)


def secrets_beside(rules_file: Path) -> Secret:
    """Secrets in files, named from the rules file's folder, read anew for every notification."""

    def read(name: str) -> str:
        try:
            return (rules_file.parent / name).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise NotDelivered(f"the secret file {name} cannot be read") from error

    return read
