"""Shopify's orders that changed between two times, page by page, after its REST reference (API 2024-10).

Shopify calls the REST interface legacy, but it is the one whose orders have the form of its webhooks: one
adapter reads both. Pages follow each other by the ``Link`` header, of which a cursor is the only content; a
full bucket of requests is answered with 429 and ``Retry-After``.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import httpx

from daybook.producers.adapters.documents import UnreadableError, read_json
from daybook.producers.hooks import Connection
from daybook.producers.hooks.fetching import body_within

PAGE: Final = 250
"""Orders on a page: the most that Shopify gives."""
TRIES: Final = 6
_LONGEST_WAIT: Final = 60.0
_LARGEST: Final = 64 * 2**20
_OK: Final = 200
_TOO_MANY: Final = 429
_SERVER_ERROR: Final = 500
_REFUSED: Final = {
    401: "does not know the token",
    403: "does not let the token read orders (scope read_orders)",
    404: "has no orders at this api_url, which ends in /admin/api/<version>",
}

Sleep = Callable[[float], Awaitable[None]]


class ShopUnavailable(ConnectionError):
    """The shop gave no answer that helps; the message is one sentence, without the token."""


async def orders_changed(
    client: httpx.AsyncClient,
    connection: Connection,
    start: datetime,
    end: datetime,
    *,
    sleep: Sleep = asyncio.sleep,
) -> AsyncIterator[list[Mapping[str, Any]]]:
    """Pages of the orders whose last change lies between the times, both included, oldest change first.

    An order that changes meanwhile may be left out: its new change is later than ``end`` or has a webhook.

    Raises:
        ShopUnavailable: no answer after several tries, one that says no, or one of another form.
    """
    base = httpx.URL(f"{connection.shop.api_url}".rstrip("/") + "/orders.json")
    # Without a status only open orders are listed, and neither cancelled nor archived ones.
    url: httpx.URL | None = base.copy_merge_params(
        {
            "status": "any",
            "order": "updated_at asc",
            "limit": str(PAGE),
            "updated_at_min": start.astimezone(UTC).isoformat(timespec="seconds"),
            "updated_at_max": end.astimezone(UTC).isoformat(timespec="seconds"),
        }
    )
    seen: set[str] = set()
    while url is not None:
        if str(url) in seen:
            raise ShopUnavailable(f"{base.host} gives the same page again and again.")
        seen.add(str(url))
        orders, following = await _page(client, connection, url, sleep)
        yield orders
        url = _checked(following, base)


async def _page(
    client: httpx.AsyncClient, connection: Connection, url: httpx.URL, sleep: Sleep
) -> tuple[list[Mapping[str, Any]], str | None]:
    headers = {"Accept": "application/json", **connection.adapter.api_headers(connection.api_token or "")}
    trouble = ""
    for attempt in range(TRIES):
        try:
            async with client.stream("GET", url, headers=headers) as answer:
                if answer.status_code == _OK:
                    return _orders(await _limited(answer), url), answer.links.get("next", {}).get("url")
                trouble = f"answered {answer.status_code}"
                if answer.status_code != _TOO_MANY and answer.status_code < _SERVER_ERROR:
                    raise ShopUnavailable(f"{url.host} {_REFUSED.get(answer.status_code, trouble)}.")
                wait = _wait(answer.headers.get("retry-after", ""), attempt)
        except httpx.HTTPError as error:
            trouble, wait = f"gave no answer ({type(error).__name__})", _wait("", attempt)
        if attempt < TRIES - 1:
            await sleep(wait)
    raise ShopUnavailable(f"{url.host} {trouble} at {TRIES} tries.")


def _wait(told: str, attempt: int) -> float:
    """Seconds that Shopify asks for, or twice as long each time; never more than a minute."""
    try:
        wait = float(told)
    except ValueError:
        wait = 2.0**attempt
    return min(wait, _LONGEST_WAIT) if wait > 0 else 1.0  # not a number is not above zero either


async def _limited(answer: httpx.Response) -> bytes:
    body = await body_within(answer, _LARGEST)
    if body is None:
        raise ShopUnavailable(f"{answer.url.host} answered with more than {_LARGEST} bytes.")
    return body


def _orders(body: bytes, url: httpx.URL) -> list[Mapping[str, Any]]:
    try:
        orders = read_json(body).get("orders")
    except UnreadableError:
        orders = None
    if not isinstance(orders, list) or not all(isinstance(order, dict) for order in orders):
        raise ShopUnavailable(f"{url.host} answered with something else than orders.")
    return orders


def _checked(following: str | None, base: httpx.URL) -> httpx.URL | None:
    """The next page. The token goes to no other place than the shops file names."""
    if following is None:
        return None
    try:
        url = base.join(following)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if (url.scheme, url.host, url.port, url.path) != (base.scheme, base.host, base.port, base.path):
        raise ShopUnavailable(f"{base.host} names a next page that is elsewhere.")
    return url
