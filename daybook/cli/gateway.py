"""``daybook gateway``."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import os
import socket
from pathlib import Path
from typing import Final

import click

from daybook.cli.kafka_options import give_up, kafka_options
from daybook.gateway import composed, connection_limits, serve
from daybook.logs import talk
from daybook.producers.gateway import KeysFile, KeysFileError, SigningKeysFile
from daybook.producers.hooks import Connection, ShopsFileError, load_shops
from daybook.settings import Settings

_WAITING: Final = 2048
"""Connections that the system keeps until they are accepted."""
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
    "--shops",
    "shops_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file of connections to other systems (webhooks).",
)
@click.option(
    "--board",
    "with_board",
    is_flag=True,
    help="Serve the live page too, with view keys (DAYBOOK_CLICKHOUSE_URL, DAYBOOK_STORES_FILE).",
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
    shops_path: Path | None,
    with_board: bool,
    max_backlog: int,
) -> None:
    """Take sales over HTTP and publish them, until told to end (Ctrl-C, SIGTERM)."""
    del as_json  # there is no document: it runs until it is told to end
    talk(settings)
    path = keys_path or settings.gateway_keys_file
    if path is None:
        raise click.UsageError(
            "Name the keys file with --keys or DAYBOOK_GATEWAY_KEYS_FILE; `daybook keys create` makes one."
        )
    _check_keys(path)
    app = composed(settings, path, max_backlog, _shops(shops_path or settings.shops_file))
    host, port = host or settings.gateway_host, port or settings.gateway_port
    if not _is_loopback(host):
        _log.warning("Listening on %s without TLS: put a proxy that speaks it in front", host)
    try:
        listening = socket.create_server((host, port), backlog=_WAITING)
    except OSError as error:
        give_up(f"Cannot listen on {host}:{port}: {error.strerror}.")
    limits = connection_limits(settings)
    with listening:
        if with_board:
            from daybook.cli.gateway_board import serve_both  # noqa: PLC0415 - needs the ClickHouse driver

            serve_both(app, settings, path, listening, limits)
        else:
            asyncio.run(serve(app, listening, limits))


def _check_keys(path: Path) -> None:
    try:
        keys = [*KeysFile(path).load(), *SigningKeysFile(path).load()]
    except KeysFileError as error:
        give_up(str(error))
    if not any(key.revoked_at is None for key in keys):
        _log.warning("No key is in force: every request will be answered with 401")


def _shops(path: Path | None) -> dict[str, Connection]:
    if path is None:
        return {}
    try:
        return load_shops(path, os.environ)
    except ShopsFileError as error:
        give_up(str(error))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
