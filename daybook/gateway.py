"""The gateway's composition: settings, keys, Kafka, the worker's backlog, and the web server."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import uvicorn
from fastapi import FastAPI

from daybook.brokers import client_security
from daybook.emergency import StopFollower
from daybook.metrics.endpoint import told
from daybook.metrics.gateway import backlog_readings
from daybook.producers.backlog import WorkerBacklog
from daybook.producers.client import SalesPublisher, SignalsPublisher
from daybook.producers.gateway import Callers, Gate, KeysFile, LastUses, Limits, SigningKeysFile, gateway_app
from daybook.producers.gateway.connections import ConnectionLimits
from daybook.producers.gateway.server import raise_open_files, server_config
from daybook.producers.hooks import Connection, Fetcher, hooks_router
from daybook.reloading import Looked, reloading
from daybook.schemas import topics
from daybook.settings import Settings
from daybook.topics import signals_application

PUBLISH_SECONDS: Final = 10.0
"""After which a caller is told to come again: less than most HTTP clients wait."""
_ENDING_SECONDS: Final = 15
"""For which requests under way may go on once the gateway is told to end."""
_log = logging.getLogger(__name__)


def composed(
    settings: Settings, keys_path: Path, max_backlog: int, shops: Mapping[str, Connection]
) -> FastAPI:
    """The gateway over Kafka, with the worker's backlog. While Kafka is away it starts and answers 503."""
    security = client_security(settings)
    publisher = SalesPublisher(settings.kafka_bootstrap, timeout_seconds=PUBLISH_SECONDS, **security)
    backlog = WorkerBacklog(
        settings.kafka_bootstrap, group=settings.application, limit=max_backlog, options=security
    )
    signals = SignalsPublisher(settings.kafka_bootstrap, timeout_seconds=PUBLISH_SECONDS, **security)
    signal_backlog = WorkerBacklog(
        settings.kafka_bootstrap,
        group=signals_application(settings.application),
        limit=max_backlog,
        topic=topics.SIGNALS,
        options=security,
    )
    uses = LastUses(keys_path)
    follower = StopFollower(settings.kafka_bootstrap, security)
    limits = request_limits(settings)
    gate = Gate(publisher, limits=limits, backlog=backlog, stopped=lambda: follower.stop is not None)
    signal_gate = gate.beside(signals, signal_backlog)
    callers = Callers(KeysFile(keys_path), SigningKeysFile(keys_path), uses)
    fetcher = Fetcher()

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        watching = [
            *(asyncio.create_task(each.run(), name="backlog") for each in (backlog, signal_backlog)),
            asyncio.create_task(follower.follow(), name="emergency stop"),
        ]
        try:
            with told(settings, lambda: backlog_readings(backlog.events)):
                yield
        finally:
            for task in watching:
                task.cancel()
            await asyncio.gather(*watching, return_exceptions=True)
            await fetcher.close()
            await publisher.stop()
            await signals.stop()
            await uses.written()

    app = gateway_app(gate, callers, signals=signal_gate, lifespan=lifespan)
    app.include_router(hooks_router(gate, shops, fetcher, signals=signal_gate))
    return app


def request_limits(settings: Settings) -> Limits:
    """What one request, one key and all together may take."""
    return Limits(
        body_bytes=settings.gateway_body_bytes,
        events=settings.gateway_events,
        depth=settings.gateway_depth,
        events_per_second=settings.gateway_events_per_second,
        burst_events=max(settings.gateway_burst_events, settings.gateway_events),
        in_flight=settings.gateway_in_flight,
        in_flight_per_key=settings.gateway_in_flight_per_key,
        buffered_bytes=settings.gateway_buffered_bytes,
        body_seconds=settings.gateway_body_seconds,
    )


def connection_limits(settings: Settings) -> ConnectionLimits:
    """What a connection may take; the limit of open files is raised for them as far as it may be."""
    connections = raise_open_files(settings.gateway_connections)
    if connections < settings.gateway_connections:
        _log.warning("The limit of open files leaves room for %d connections", connections)
    return ConnectionLimits(
        header_seconds=settings.gateway_header_seconds,
        # A little more than the body itself may take, so that a slow client is told before it is cut off.
        body_seconds=settings.gateway_body_seconds + 2,
        request_bytes=3 * settings.gateway_body_bytes,
        connections=connections,
    )


async def serve(
    app: FastAPI,
    listening: socket.socket,
    limits: ConnectionLimits,
    *,
    before_end: Callable[[], None] | None = None,
    files: Sequence[Looked] = (),
) -> None:
    """Serve until told to end (SIGINT, SIGTERM).

    ``before_end`` lets go of answers that never end by themselves, for which the server would wait;
    ``files`` are read anew when they change.
    """
    server = _Server(server_config(app, limits, log_config=None, timeout_graceful_shutdown=_ENDING_SECONDS))

    def end() -> None:
        if before_end is not None:
            before_end()
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, end)
    async with reloading(*files):
        await server.serve(sockets=[listening])


class _Server(uvicorn.Server):
    """A server that ends when told to, instead of dying of the same signal once more afterwards."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
