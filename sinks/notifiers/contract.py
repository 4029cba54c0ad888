"""What a notifier is: it tells one notification to one receiver, whole or not at all.

A notification may come again, also after it was taken: other systems know it by its dedup keys, and who
receives a webhook by the message's id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import httpx

from daybook.schemas.notifications import Notification

Secret = Callable[[str], str]
"""Reads the secret in a file that the rules file names. Raises NotDelivered where it cannot be read."""

_LONGEST_TOLD: Final = 200


class NotDelivered(Exception):
    """A receiver did not take a notification, or nobody knows whether it did.

    The message is for people and holds no secret. ``retry_after``, in seconds, is what the receiver asks for.
    """

    def __init__(self, why: str, retry_after: float | None = None) -> None:
        super().__init__(why)
        self.retry_after = retry_after


class Notifier(Protocol):
    """One receiver."""

    async def send(self, notification: Notification) -> None:
        """Tell it.

        Raises:
            NotDelivered: it was not taken; trying again later may help.
        """

    async def close(self) -> None:
        """Let go of connections."""


def client(timeout_seconds: float, **options: Any) -> httpx.AsyncClient:
    """A client that goes nowhere but where it is told: no proxies from the environment, no redirects."""
    return httpx.AsyncClient(timeout=timeout_seconds, trust_env=False, follow_redirects=False, **options)


async def post(
    http: httpx.AsyncClient, url: str, body: bytes, headers: Mapping[str, str] | None = None
) -> None:
    """Post JSON; any 2xx is a yes.

    Raises:
        NotDelivered: another answer, or none.
    """
    sent = {"content-type": "application/json", "user-agent": "daybook"} | dict(headers or {})
    try:
        answer = await http.post(url, content=body, headers=sent)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotDelivered(f"{_host(url)} gave no answer ({type(error).__name__})") from error
    if not answer.is_success:
        raise NotDelivered(
            f"{_host(url)} answered {answer.status_code}", _seconds(answer.headers.get("retry-after"))
        )


def _host(url: str) -> str:
    """Who is meant: the rest of an address may be a secret."""
    return (urlsplit(url).hostname or "the receiver")[:_LONGEST_TOLD]


def _seconds(text: str | None) -> float | None:
    """``Retry-After`` in seconds; a date in it is not followed."""
    return float(text) if text is not None and text.isdecimal() else None
