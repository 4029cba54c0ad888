"""A plain webhook: the notification as JSON, signed as Standard Webhooks has it (specification 1.0.0)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime
from typing import Final

import httpx

from daybook.schemas.notifications import Notification
from daybook.schemas.receivers import WebhookReceiver
from daybook.sinks.notifiers.contract import NotDelivered, Secret, client, post

_PREFIX: Final = "whsec_"


class WebhookNotifier:
    """Posts notifications. Tries of one carry the same ``webhook-id``, by which the other side knows them."""

    def __init__(
        self,
        receiver: WebhookReceiver,
        secret: Secret,
        clock: Callable[[], datetime],
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """``clock`` gives the time that is signed, aware."""
        self._receiver = receiver
        self._secret = secret
        self._clock = clock
        self._http = client(receiver.timeout_seconds, transport=transport)

    async def send(self, notification: Notification) -> None:
        """See ``Notifier``."""
        body = notification.model_dump_json(exclude_none=True).encode()
        key = signing_key(self._secret(self._receiver.secret_file), self._receiver.secret_file)
        headers = signed(key, message_id(notification), self._clock(), body)
        await post(self._http, self._receiver.url, body, headers)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()


def message_id(notification: Notification) -> str:
    """The id of a notification: the same for every try."""
    return hashlib.sha256(notification.notification_id.encode()).hexdigest()[:32]


def signing_key(secret: str, file: str) -> bytes:
    """The bytes behind a secret as it is written, ``whsec_`` and base64.

    Raises:
        NotDelivered: it is not such a secret.
    """
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not key or not secret.startswith(_PREFIX):
        raise NotDelivered(f"{file} holds no signing secret; one is whsec_ and base64")
    return key


def signed(key: bytes, message: str, now: datetime, body: bytes) -> dict[str, str]:
    """The three headers of a signed message."""
    timestamp = str(int(now.timestamp()))
    mac = hmac.new(key, f"{message}.{timestamp}.".encode() + body, hashlib.sha256)
    made = base64.b64encode(mac.digest()).decode()
    return {"webhook-id": message, "webhook-timestamp": timestamp, "webhook-signature": f"v1,{made}"}
