"""A publisher that posts to the gateway: in batches of NDJSON, with a bearer key."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Self

import httpx

from daybook.producers.client import EventLike, outgoing, outgoing_signal
from daybook.producers.http.answers import ACCOUNTED, refusals_in, retry_after
from daybook.producers.records import OutgoingRecord, RecordsRefused, RecordTooLarge, Refusal, Unavailable

DEFAULT_TIMEOUT: Final = 30.0
_MAX_EVENTS: Final = 500
_MAX_BYTES: Final = 4 * 1024 * 1024
"""Half of what the gateway takes in one request."""
_LINE_BREAKS: Final = bytes.maketrans(b"\r\n", b"  ")


class GatewayUnavailable(Unavailable):
    """The gateway did not acknowledge. Publish again with the same event ids: a repeat counts once."""


class HttpPublisher:
    """Publishes sale events through a gateway. Made for one event loop, like SalesPublisher."""

    _path = "/v1/events"
    _outgoing = staticmethod(outgoing)

    def __init__(
        self,
        url: str,
        key: str,
        *,
        timeout_seconds: float = DEFAULT_TIMEOUT,
        allow_plain_http: bool = False,
        **options: Any,
    ) -> None:
        """``url`` is the gateway's, without our path; ``key`` the token that ``daybook keys create`` shows.

        ``timeout_seconds`` bounds every request. ``options`` go to httpx.AsyncClient: verify, proxy.

        Raises:
            ValueError: plain HTTP to another machine, which would show the key to all on the way.
        """
        base = httpx.URL(url.rstrip("/"))
        if base.scheme != "https" and not (allow_plain_http or _is_loopback(base.host)):
            raise ValueError(f"{base} is not https: the key would travel in the clear.")
        self._url = str(base)
        self._timeout = timeout_seconds
        # A gateway on this machine is not asked for by way of a proxy that the environment names.
        options.setdefault("trust_env", not _is_loopback(base.host))
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/x-ndjson"}
        self._client = httpx.AsyncClient(headers=headers, timeout=timeout_seconds, **options)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def publish(self, event: EventLike) -> None:
        """Publish one event; returns once the gateway says that Kafka has it.

        Raises:
            EventRefused: it is not valid; nothing was sent.
            RecordsRefused: the gateway will not have it, such as one of a store that the key is not for.
            GatewayUnavailable: it was not acknowledged, and may or may not be stored.
        """
        await self.send([self._outgoing(event)])

    async def send(self, records: Sequence[OutgoingRecord]) -> None:
        """Send records that were checked before; see :class:`daybook.producers.records.Publisher`."""
        refusals: dict[int, Sequence[Refusal]] = {}
        for first, batch in _batches(records):
            refusals |= {first + position: why for position, why in (await self._post(batch)).items()}
        if refusals:
            raise RecordsRefused(refusals)

    async def _post(self, batch: Sequence[OutgoingRecord]) -> Mapping[int, Sequence[Refusal]]:
        body = b"\n".join(record.value.translate(_LINE_BREAKS) for record in batch)
        try:
            async with asyncio.timeout(self._timeout):
                answer = await self._client.post(f"{self._url}{self._path}", content=body)
        except (httpx.HTTPError, TimeoutError, OSError) as error:
            raise self._unavailable(f"cannot be reached ({type(error).__name__})") from error
        if answer.status_code in ACCOUNTED:
            refusals = refusals_in(answer.content, len(batch))
            if refusals is not None:
                return refusals
        if answer.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE:
            raise RecordTooLarge(f"The gateway at {self._url} takes no request of {len(body)} bytes.")
        wait = retry_after(answer.headers.get("retry-after"), datetime.now(UTC))
        raise self._unavailable(f"answered {answer.status_code}", wait)

    async def ready(self) -> bool:
        """Whether the gateway says that events could be published now."""
        try:
            answer = await self._client.get(f"{self._url}/readyz")
        except (httpx.HTTPError, OSError):
            return False
        return answer.status_code == httpx.codes.OK

    async def stop(self, seconds: float | None = None) -> None:
        """Close the connections; there is nothing on its way to wait for."""
        del seconds
        await self._client.aclose()

    def _unavailable(self, what: str, wait: float | None = None) -> GatewayUnavailable:
        again = "Publish again with the same event ids: a repeat counts once."
        return GatewayUnavailable(f"The gateway at {self._url} {what}. {again}", retry_after=wait)


class HttpSignalsPublisher(HttpPublisher):
    """Publishes signals in the same way."""

    _path = "/v1/signals"
    _outgoing = staticmethod(outgoing_signal)


def _batches(records: Sequence[OutgoingRecord]) -> Iterator[tuple[int, Sequence[OutgoingRecord]]]:
    """The records in requests of bearable size, each with the position of its first."""
    first = size = 0
    for position, record in enumerate(records):
        if position > first and (position - first == _MAX_EVENTS or size + len(record.value) > _MAX_BYTES):
            yield first, records[first:position]
            first, size = position, 0
        size += len(record.value)
    if records:
        yield first, records[first:]


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
