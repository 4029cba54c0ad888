"""Fetching from a foreign system's REST interface what its deliveries leave out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import httpx

from daybook.producers.adapters.contract import Fetch
from daybook.producers.adapters.documents import UnreadableError, read_any_json
from daybook.producers.hooks.shops import Connection

SECONDS: Final = 4.0
"""For one answer. Shopify gives a delivery five seconds in all and then sends it again."""
_LARGEST: Final = 8 * 2**20
_MISSING: Final = 404


class NotFetchedError(ConnectionError):
    """The foreign system gave no answer that helps. Later it may."""


class Fetcher:
    """Gets JSON from foreign systems; one client, whose connections are kept open."""

    def __init__(self, transport: httpx.AsyncBaseTransport | None = None) -> None:
        """``transport`` is httpx's own, if left out."""
        # No redirects: a token goes to the address that the shops file names, and nowhere else.
        self._client = httpx.AsyncClient(
            transport=transport, timeout=SECONDS, follow_redirects=False, trust_env=False
        )

    async def get(self, connection: Connection, fetch: Fetch) -> Any:
        """The JSON behind a path; None if there is nothing (404).

        Raises:
            NotFetchedError: no answer in time, one that is no JSON, or one that says no.
        """
        base = (connection.shop.api_url or "").rstrip("/")
        url = f"{base}/{fetch.path.lstrip('/')}"
        try:
            async with self._client.stream(
                "GET", url, params=list(fetch.params), headers=self._headers(connection)
            ) as answer:
                if answer.status_code == _MISSING:
                    return None
                if not answer.is_success:
                    raise NotFetchedError(f"{url} answered {answer.status_code}")
                body = await body_within(answer, _LARGEST)
                if body is None:
                    raise NotFetchedError(f"{url} answered with more than {_LARGEST} bytes")
                return read_any_json(body)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NotFetchedError(f"{url}: {type(error).__name__}") from error
        except UnreadableError as error:
            raise NotFetchedError(f"{url} answered with something else than JSON") from error

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    @staticmethod
    def _headers(connection: Connection) -> Mapping[str, str]:
        if connection.api_token is None:
            return {}
        return connection.adapter.api_headers(connection.api_token)


async def body_within(answer: httpx.Response, largest: int) -> bytes | None:
    """The body of a streamed answer; None, without reading on, where it has more bytes than that."""
    body = bytearray()
    async for piece in answer.aiter_bytes():
        body += piece
        if len(body) > largest:
            return None
    return bytes(body)
