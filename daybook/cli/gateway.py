"""``daybook gateway``."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

import click
import uvicorn
from fastapi import FastAPI

from daybook.cli.kafka_options import give_up, kafka_options
from daybook.producers.backlog import WorkerBacklog
from daybook.producers.client import SalesPublisher
from daybook.producers.gateway import KeysFile, KeysFileError, create_gateway
from daybook.settings import Settings

PUBLISH_SECONDS: Final = 10.0
"""After which a caller is told to come again: less than most HTTP clients wait."""
_log = logging.getLogger(__name__)


@click.command()
@click.option("--host", help="Address to listen on; loopback if not said.")
@click.option("--port", type=click.IntRange(1, 65535))
@click.option(
    "--keys",
    "keys_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file of the keys' hashes.",
)
@click.option(
    "--max-backlog",
    type=click.IntRange(1),
    default=500_000,
    show_default=True,
    help="Events that may wait for the worker before callers are asked to come again.",
)
@kafka_options
def gateway(
    *,
    settings: Settings,
    as_json: bool,
    host: str | None,
    port: int | None,
    keys_path: Path | None,
    max_backlog: int,
) -> None:
    """Take sales over HTTP and publish them, until told to end (Ctrl-C, SIGTERM)."""
    del as_json  # there is no document: it runs until it is told to end
    logging.getLogger().setLevel(logging.INFO)
    path = keys_path or settings.gateway_keys_file
    if path is None:
        raise click.UsageError(
            "Name the keys file with --keys or DAYBOOK_GATEWAY_KEYS_FILE; `daybook keys create` makes one."
        )
    keys = KeysFile(path)
    try:
        if not any(key.revoked_at is None for key in keys.load()):
            _log.warning("No API key is in force: every request will be answered with 401")
    except KeysFileError as error:
        give_up(str(error))
    app = composed(settings, keys, max_backlog)
    host, port = host or settings.gateway_host, port or settings.gateway_port
    if not _is_loopback(host):
        _log.warning("Listening on %s without TLS: put a proxy that speaks it in front", host)
    try:
        listening = socket.create_server((host, port))
    except OSError as error:
        give_up(f"Cannot listen on {host}:{port}: {error.strerror}.")
    with listening:
        asyncio.run(_serve(app, listening))


async def _serve(app: FastAPI, listening: socket.socket) -> None:
    config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False)
    server = _Server(config)

    def end() -> None:
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, end)
    await server.serve(sockets=[listening])


class _Server(uvicorn.Server):
    """A server that ends when told to, instead of dying of the same signal once more afterwards."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def composed(settings: Settings, keys: KeysFile, max_backlog: int) -> FastAPI:
    """The gateway over Kafka, with the worker's backlog. While Kafka is away it starts and answers 503."""
    publisher = SalesPublisher(settings.kafka_bootstrap, timeout_seconds=PUBLISH_SECONDS)
    backlog = WorkerBacklog(settings.kafka_bootstrap, group=settings.application, limit=max_backlog)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        watching = asyncio.create_task(backlog.run(), name="backlog")
        try:
            yield
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            await publisher.stop()

    return create_gateway(publisher, keys, backlog=backlog, lifespan=lifespan)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
