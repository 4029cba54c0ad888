"""Chat, email and whatever else Apprise knows."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Final

from apprise import Apprise, AppriseAsset, AppriseAttachment, NotifyFormat, NotifyType
from apprise.attachment.memory import AttachMemory

from daybook.schemas.alerts import Severity
from daybook.schemas.notifications import Notification, NotifyReason
from daybook.schemas.receivers import AppriseReceiver
from daybook.sinks.notifiers.contract import NotDelivered, Secret
from daybook.sinks.notifiers.telling import subject, text

# Its log lines hold addresses, and those hold passwords.
logging.getLogger("apprise").setLevel(logging.CRITICAL)

_ASSET: Final = AppriseAsset(
    app_id="Daybook", app_desc="Daybook", app_url="", async_mode=False, secure_logging=True
)
_KINDS: Final = {
    Severity.INFO: NotifyType.INFO,
    Severity.WARNING: NotifyType.WARNING,
    Severity.ERROR: NotifyType.FAILURE,
    Severity.CRITICAL: NotifyType.FAILURE,
}


class AppriseNotifier:
    """Tells all addresses in a file, one per line; lines that begin with # are left out."""

    def __init__(self, receiver: AppriseReceiver, secret: Secret) -> None:
        self._receiver = receiver
        self._secret = secret

    async def send(self, notification: Notification) -> None:
        """See ``Notifier``. Where one of several addresses fails all are told again."""
        urls = [line.strip() for line in self._secret(self._receiver.urls_file).splitlines()]
        apprise = Apprise(asset=_ASSET)
        for number, url in enumerate([url for url in urls if url and not url.startswith("#")], 1):
            if not apprise.add(url):
                raise NotDelivered(f"Apprise cannot use address {number} of {self._receiver.urls_file}")
        if not len(apprise):
            raise NotDelivered(f"there is no address in {self._receiver.urls_file}")
        # Its plugins block, so they get a thread, and no longer than the receiver may take.
        told = asyncio.to_thread(
            apprise.notify,
            body=text(notification),
            title=subject(notification),
            notify_type=_kind(notification),
            **_form(notification),
        )
        try:
            async with asyncio.timeout(self._receiver.timeout_seconds):
                taken = await told
        except TimeoutError as error:
            raise NotDelivered("Apprise did not come to an end in time") from error
        except Exception as error:
            raise NotDelivered(f"Apprise failed ({type(error).__name__})") from error
        if not taken:
            raise NotDelivered("not every address took it")

    async def close(self) -> None:
        """Nothing is kept open."""


def _form(notification: Notification) -> dict[str, Any]:
    """Alerts are plain text; a report is Markdown, with its page beside it where files can be sent."""
    if notification.written is None:
        return {"body_format": NotifyFormat.TEXT}
    page = AttachMemory(  # type: ignore[no-untyped-call]  # Apprise annotates nothing here
        notification.written.html, name="report.html", mimetype="text/html"
    )
    return {"body_format": NotifyFormat.MARKDOWN, "attach": AppriseAttachment(page)}


def _kind(notification: Notification) -> NotifyType:
    if notification.reason is NotifyReason.RESOLVED:
        return NotifyType.SUCCESS
    order = list(Severity)
    worst = max((alert.severity for alert in notification.alerts), key=order.index, default=Severity.INFO)
    return _KINDS[worst]
