"""Connections that cannot be held open: a deadline for each part of a request, and a limit on their number.

uvicorn has none for the headers or the body of a request, and each byte that comes ends its idle timer. Here
a deadline is absolute: bytes that trickle do not move it (docs/decisions/0010-uvicorn-with-deadlines.md).
"""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_INTERNET: Final = (socket.AF_INET, socket.AF_INET6)


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """What a client may take of a connection."""

    header_seconds: float = 10.0
    """From the connection, or a request's first byte, to the end of its headers."""
    body_seconds: float = 30.0
    """From there to the end of its body, read or not."""
    write_seconds: float = 30.0
    """For which an answer may wait for a client that does not read."""
    header_bytes: int = 65_536
    request_bytes: int = 24 * 1024 * 1024
    """All bytes of one request, with the framing of its chunks."""
    connections: int = 8192
    """At one more, the one that has waited longest without a whole request goes."""


class Waiting:
    """Connections of one server that have not sent a whole request yet, oldest first."""

    def __init__(self) -> None:
        self._since: dict[DeadlineProtocol, None] = {}

    def add(self, protocol: DeadlineProtocol) -> None:
        """A connection waits for its client, from now on."""
        self._since.pop(protocol, None)
        self._since[protocol] = None

    def discard(self, protocol: DeadlineProtocol) -> None:
        """It waits no more."""
        self._since.pop(protocol, None)

    def drop_oldest(self) -> None:
        """Close the one that has waited longest, if any waits."""
        oldest = next(iter(self._since), None)
        if oldest is not None:
            oldest.give_up()


class DeadlineProtocol(HttpToolsProtocol):
    """uvicorn's protocol over httptools, with deadlines for headers, body and the writing of the answer."""

    def __init__(self, *arguments: Any, limits: ConnectionLimits, waiting: Waiting, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._limits = limits
        self._waiting = waiting
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.TimerHandle | None = None
        self._in_headers = True
        self._received = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Start the clock: a client that says nothing is a slow one too."""
        super().connection_made(transport)
        # asyncio does so only for sockets that name their protocol, and those of socket.create_server do not:
        # the second part of an answer would wait until the client has acknowledged the first, for 40 ms.
        connection = transport.get_extra_info("socket")
        if connection is not None and connection.family in _INTERNET:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if len(self.connections) > self._limits.connections:
            self._waiting.drop_oldest()
        self._expect(self._limits.header_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop all clocks."""
        self._settle()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes, as long as there are not too many of them."""
        if self._timer is None and self._in_headers:
            self._expect(self._limits.header_seconds)
        self._received += len(data)
        super().data_received(data)
        limit = self._limits.header_bytes if self._in_headers else self._limits.request_bytes
        if self._received > limit:
            self.give_up()

    def on_headers_complete(self) -> None:
        """From the headers' deadline to the body's."""
        self._in_headers = False
        self._expect(self._limits.body_seconds)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is whole: from here on it is the application that takes its time."""
        self._settle()
        self._in_headers = True
        self._received = 0
        super().on_message_complete()

    def pause_writing(self) -> None:
        """The client does not read as fast as it is answered."""
        super().pause_writing()
        if self._writing is None:
            self._writing = self.loop.call_later(self._limits.write_seconds, self.give_up)

    def resume_writing(self) -> None:
        """It has read on."""
        super().resume_writing()
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None

    def give_up(self) -> None:
        """Close at once: what is still to be written is for nobody."""
        self._settle()
        self.transport.abort()

    def _expect(self, seconds: float) -> None:
        self._settle()
        self._waiting.add(self)
        self._timer = self.loop.call_later(seconds, self.give_up)

    def _settle(self) -> None:
        self._waiting.discard(self)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def deadline_protocol(limits: ConnectionLimits) -> partial[DeadlineProtocol]:
    """The protocol with its limits, as uvicorn's ``http`` setting takes it; for one server."""
    return partial(DeadlineProtocol, limits=limits, waiting=Waiting())
