"""Clients that say little, slowly or nothing do not hold up the others, and are gone after their time."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from uvicorn.server import ServerState

from daybook.producers.gateway.connections import ConnectionLimits, DeadlineProtocol, Waiting
from daybook.producers.gateway.keys import ANY, new_key
from daybook.producers.gateway.server import raise_open_files
from tests.support.ports import free_port
from tests.support.process import ServerProcess
from tests.support.sales import sale

SLOW = 2000
HEADER_SECONDS = 6
BODY_SECONDS = 6
WRITE_SECONDS = 3
ENDED = 15
"""Seconds after which every slow client must be gone, with time to spare for a busy machine."""


class Served(NamedTuple):
    """Where the gateway listens, and the token it knows."""

    port: int
    token: str

    def request(self, length: int) -> bytes:
        """The head of a request with the key and a body of that many bytes."""
        return (
            f"POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        ).encode()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A gateway in a process of its own, with short limits of time."""
    made = new_key("tests", stores=[ANY], sources=[ANY], now=datetime.now(UTC))
    port = free_port()
    seconds = map(str, (HEADER_SECONDS, BODY_SECONDS, WRITE_SECONDS))
    command = [sys.executable, "-m", "tests.producers.gateway.serving", str(port)]
    server = ServerProcess(
        "Gateway", [*command, made.key.key_id, made.key.sha256, *seconds], log=tmp_path / "log"
    )

    def ready() -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return True
        return False

    server.start(ready, seconds=60)
    yield Served(port, made.token)
    server.stop()


async def slow_client(served: Served, manner: int, alive: Counter[int]) -> None:
    """Connect, be slow in one of six manners, and note when the gateway has closed the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    alive[manner] += 1
    head = served.request(1000)
    started, trickled = {
        0: (b"", b""),  # says nothing at all
        1: (head[:60], b""),  # stops in the middle of its headers
        2: (b"", head[:-4] + b"\r\nX: " + b"a" * 1000),  # one byte of its headers a second
        3: (head, b""),  # stops before its body
        4: (head, b" " * 1000),  # one byte of its body a second
        5: (b"", b"\r\n" * 500),  # empty lines before its request
    }[manner]
    ended = asyncio.ensure_future(_until_closed(reader))
    with contextlib.suppress(ConnectionError):
        writer.write(started)
        for byte in trickled:
            if ended.done():
                break
            writer.write(bytes([byte]))
            await asyncio.wait({ended}, timeout=1)
    await ended
    alive[manner] -= 1
    writer.transport.abort()


async def _until_closed(reader: asyncio.StreamReader) -> None:
    with contextlib.suppress(ConnectionError):
        while await reader.read(4096):
            pass


async def until(happened: asyncio.Future[Any], seconds: float) -> bool:
    """Whether something happens within its time."""
    await asyncio.wait({happened}, timeout=seconds)
    return happened.done()


async def test_two_thousand_slow_clients_do_not_stop_a_fast_one(served: Served) -> None:
    """While they hang on, a fast client's sales are taken one after the other; then all of them are gone."""
    assert raise_open_files(SLOW) == SLOW
    alive: Counter[int] = Counter()
    slow = asyncio.gather(*(slow_client(served, n % 6, alive) for n in range(SLOW)))
    headers = {"Authorization": f"Bearer {served.token}"}
    taken = 0
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{served.port}", headers=headers) as fast:
        while alive.total() < SLOW and not slow.done():
            await asyncio.sleep(0.05)
        for number in range(20):
            answer = await fast.post("/v1/events", json=sale(number), timeout=HEADER_SECONDS / 2)
            taken += answer.status_code == 202
        assert taken == 20
        assert alive.total() > SLOW / 2  # they were there all the while
        assert await until(slow, ENDED), alive
        slow.result()
        assert (await fast.post("/v1/events", json=sale())).status_code == 202


async def test_a_client_that_does_not_read_is_cut_off(served: Served) -> None:
    """Answers that nobody reads do not pile up: the connection is closed after its time."""
    body = b"[" + b",".join([b"{}"] * 500) + b"]"
    request = served.request(len(body)) + body
    loop = asyncio.get_running_loop()

    async def send_on(client: socket.socket) -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                await loop.sock_sendall(client, request)
                await asyncio.sleep(0.01)

    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)  # a tiny window
        client.settimeout(0)
        await loop.sock_connect(client, ("127.0.0.1", served.port))
        assert await until(asyncio.ensure_future(send_on(client)), WRITE_SECONDS + ENDED)


@pytest.mark.parametrize(
    "sent", [b"GET / HTTP/1.1\r\nX: " + b"a" * 200_000, b"GET /" + b"a" * 200_000, b"\r\n" * 100_000]
)
async def test_endless_headers_are_cut_off(served: Served, sent: bytes) -> None:
    """Headers are not gathered beyond their limit, in whatever line they grow."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(sent)
    assert await until(asyncio.ensure_future(_until_closed(reader)), HEADER_SECONDS + ENDED)
    writer.transport.abort()


async def test_an_early_answer_does_not_keep_a_connection_open(served: Served) -> None:
    """Who is refused before the body and goes on sending it byte by byte is cut off all the same."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
    assert b" 401 " in await reader.readline()
    closed = asyncio.ensure_future(_until_closed(reader))
    with contextlib.suppress(ConnectionError):
        while not closed.done():
            writer.write(b" ")
            await writer.drain()
            await asyncio.wait({closed}, timeout=0.5)
    writer.transport.abort()


async def test_a_reset_while_the_body_comes_is_no_error(served: Served) -> None:
    """Clients that vanish in the middle leave the gateway as it was."""
    for _ in range(50):
        with socket.create_connection(("127.0.0.1", served.port)) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.sendall(served.request(1000) + b"[")
    headers = {"Authorization": f"Bearer {served.token}"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{served.port}", headers=headers) as fast:
        assert (await fast.post("/v1/events", json=sale())).status_code == 202


async def test_an_answer_is_not_held_back_by_the_system() -> None:
    """Nagle's algorithm is off on every connection: with it each answer would wait for an acknowledgement."""
    found: list[int] = []

    class Noting(DeadlineProtocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            connection = transport.get_extra_info("socket")
            found.append(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    config = uvicorn.Config(FastAPI())
    server = await asyncio.get_running_loop().create_server(
        lambda: Noting(config, ServerState(), {}, limits=ConnectionLimits(), waiting=Waiting()),
        sock=socket.create_server(("127.0.0.1", 0)),
    )
    async with server:
        _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        while not found:
            await asyncio.sleep(0.01)
        writer.close()
        await writer.wait_closed()
    assert found[0] != 0


async def test_the_oldest_waiting_connection_gives_way() -> None:
    """Where all places are taken, who has waited longest without a whole request is closed, not who comes."""
    config = uvicorn.Config(FastAPI())
    state, waiting, limits = ServerState(), Waiting(), ConnectionLimits(connections=2)
    server = await asyncio.get_running_loop().create_server(
        lambda: DeadlineProtocol(config, state, {}, limits=limits, waiting=waiting), "127.0.0.1", 0
    )
    async with server:
        clients = [await asyncio.open_connection(*server.sockets[0].getsockname()) for _ in range(3)]
        await _until_closed(clients[0][0])
        reader, writer = clients[2]
        writer.write(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert b" 200 " in await reader.readline()
        assert not clients[1][0].at_eof()
        for _, writer in clients:
            writer.transport.abort()
