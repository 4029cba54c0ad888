"""Events a second through the gateway into a real Kafka: ``python -m benchmarks.gateway_load``.

Beside it, on the same server and in turn, a bare route that only parses the JSON. What came out, and on what,
stands in docs/benchmarks.md.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import platform
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Final, NamedTuple

import orjson
from fastapi import Request, Response

from benchmarks.events import events
from daybook.gateway import serve
from daybook.producers.client import SalesPublisher
from daybook.producers.gateway import KeyRing, Limits, create_gateway
from daybook.producers.gateway.connections import ConnectionLimits
from daybook.producers.gateway.keys import ANY, Key, new_key
from daybook.topics import create_topics, planned_topics
from tests.support.kafka.broker import KafkaBroker
from tests.support.kafka.jars import fetch_jars
from tests.support.ports import free_port
from tests.support.process import ServerProcess

LIBRARIES: Final = ("uvicorn", "httptools", "fastapi", "aiokafka")
BATCHES: Final = ((1, 64), (50, 8), (500, 4))
"""Events a request, and connections: on few of them single events only wait for the producer's linger."""
SECONDS: Final = 4.0
ROUNDS: Final = 3
WARM_SECONDS: Final = 1.0


class Run(NamedTuple):
    """One stretch of load on one route; times in milliseconds."""

    events_per_second: float
    p50: float
    p99: float


def serving(port: int, bootstrap: str, key: Key) -> None:
    """The gateway and the bare route, until told to end."""
    limits = Limits(events_per_second=1e9, burst_events=10**9, in_flight_per_key=256)
    app = create_gateway(SalesPublisher(bootstrap), KeyRing([key]), limits=limits)

    @app.post("/bare")
    async def bare(request: Request) -> Response:
        found = orjson.loads(await request.body())
        return Response(b'{"events":%d}' % len(found), status_code=202, media_type="application/json")

    with socket.create_server(("127.0.0.1", port)) as listening:
        asyncio.run(serve(app, listening, ConnectionLimits()))


async def load(
    port: int, path: str, token: str, bodies: list[bytes], *, size: int, clients: int, seconds: float
) -> Run:
    """Send batches over several connections, each as soon as the one before is answered."""
    turns = itertools.cycle(bodies)
    times: list[float] = []
    end = time.perf_counter() + seconds

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (start := time.perf_counter()) < end:
            body = next(turns)
            writer.write(
                f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
                + body
            )
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            assert b" 202 " in head, head
            await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
            times.append(time.perf_counter() - start)
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    times.sort()
    per_second = len(times) * size / (time.perf_counter() - began)
    return Run(per_second, 1e3 * times[len(times) // 2], 1e3 * times[int(len(times) * 0.99)])


async def measure(port: int, token: str) -> None:
    """All batch sizes, bare route and gateway in turn; the median of the rounds is printed."""
    made = events(5000, repeats=0)
    print(f"{sum(map(len, made)) / len(made):.0f} bytes an event")
    print("| events a request | route | events/s | p50 ms | p99 ms | slowest, fastest round | connections |")
    for size, clients in BATCHES:
        bodies = [b"[" + b",".join(made[at : at + size]) + b"]" for at in range(0, len(made), size)]
        runs: dict[str, list[Run]] = {"/bare": [], "/v1/events": []}
        for path in runs:
            await load(port, path, token, bodies, size=size, clients=clients, seconds=WARM_SECONDS)
        for path in [*runs] * ROUNDS:
            runs[path].append(
                await load(port, path, token, bodies, size=size, clients=clients, seconds=SECONDS)
            )
        rate = {path: statistics.median(r.events_per_second for r in found) for path, found in runs.items()}
        for path, found in runs.items():
            p50, p99 = statistics.median(r.p50 for r in found), statistics.median(r.p99 for r in found)
            low, high = min(r.events_per_second for r in found), max(r.events_per_second for r in found)
            print(
                f"| {size} | {path} | {rate[path]:,.0f} "
                f"| {p50:.1f} | {p99:.1f} | {low:,.0f} {high:,.0f} | {clients} |"
            )
        print(f"  ratio {rate['/v1/events'] / rate['/bare']:.3f}")


@contextlib.contextmanager
def kafka(folder: Path) -> Iterator[str]:
    """A broker of its own with Daybook's topics."""
    broker = KafkaBroker(folder, fetch_jars())
    broker.start()
    plans = planned_topics(
        partitions=4, replication_factor=1, application="daybook", retention=timedelta(days=1)
    )
    try:
        asyncio.run(create_topics(broker.bootstrap, plans))
        yield broker.bootstrap
    finally:
        broker.stop()


def main() -> None:
    """Start everything, measure, and end it."""
    libraries = ", ".join(
        f"{name} {version(name)}" for name in ("uvicorn", "httptools", "fastapi", "aiokafka")
    )
    print(f"Python {platform.python_version()}, {libraries}")
    made = new_key("benchmark", stores=[ANY], sources=[ANY], now=datetime.now(UTC))
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, kafka(Path(folder) / "kafka") as bootstrap:
        command = [sys.executable, "-m", "benchmarks.gateway_load", str(port), bootstrap]
        server = ServerProcess("Gateway", [*command, made.key.model_dump_json()], log=Path(folder) / "log")
        server.start(lambda: _answers(port), seconds=30)
        try:
            asyncio.run(measure(port, made.token))
        finally:
            server.stop()


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


if __name__ == "__main__":
    if len(sys.argv) > 1:
        serving(int(sys.argv[1]), sys.argv[2], Key.model_validate_json(sys.argv[3]))
    else:
        main()
