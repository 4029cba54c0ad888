"""``daybook board``."""

from __future__ import annotations

import asyncio
import functools
import socket
from pathlib import Path

import click

from daybook.board import HOST, composed, is_loopback, opened_door, serve_board
from daybook.brokers import client_security
from daybook.cli.ending import told_in_a_sentence
from daybook.cli.store_options import give_up, store_options
from daybook.dashboards.board.app import Board
from daybook.dashboards.board.door import Door
from daybook.json_files import FileError
from daybook.ledger.calendar import Calendar
from daybook.logs import talk
from daybook.operations.access import calendar_of, opened, send_command
from daybook.producers.gateway import KeysFileError
from daybook.settings import Settings
from daybook.sinks.store import Store
from daybook.watched_stores import watched_stores


@click.command()
@click.option("--host", default=HOST, show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8401, show_default=True)
@click.option(
    "--keys",
    "keys_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file of the API keys; view keys are in one beside it.",
)
@click.option("--require-key", is_flag=True, help="Ask for a view key on loopback, too: behind a proxy.")
@store_options
def board(
    *, settings: Settings, as_json: bool, host: str, port: int, keys_path: Path | None, require_key: bool
) -> None:
    """Serve the live page, until told to end (Ctrl-C, SIGTERM).

    On loopback anybody may look; a view key opens bottom lists and the right to act. Elsewhere nobody looks
    without a view key: `daybook keys create NAME --role viewer` makes one.
    """
    del as_json  # there is no document: it runs until it is told to end
    talk(settings)
    everywhere = require_key or not is_loopback(host)
    door = _door(keys_path or settings.gateway_keys_file, key_required=everywhere)
    with told_in_a_sentence(settings), opened(settings) as store:
        calendar = calendar_of(settings)
        if calendar is None:
            give_up("Name the stores file by --stores: which day it is depends on the store.")
        try:
            listening = socket.create_server((host, port))
        except OSError as error:
            give_up(f"Cannot listen on {host}:{port}: {error.strerror}.")
        with listening:
            click.echo(f"The live page: http://{host}:{port}", err=True)
            page = _page(store, calendar, settings, door)
            files = [watched_stores(settings, calendar)]
            asyncio.run(serve_board(page, listening, everywhere=everywhere, files=files))


def _page(store: Store, calendar: Calendar, settings: Settings, door: Door) -> Board:
    command = functools.partial(send_command, settings.kafka_bootstrap, security=client_security(settings))
    try:
        return composed(store, calendar, settings, door, command=command)
    except FileError as error:
        give_up(str(error))


def _door(keys_path: Path | None, *, key_required: bool) -> Door:
    if key_required and keys_path is None:
        raise click.UsageError(
            "Off loopback the page asks for a view key: name the keys file with --keys or "
            "DAYBOOK_GATEWAY_KEYS_FILE; `daybook keys create NAME --role viewer` makes one."
        )
    try:
        return opened_door(keys_path, key_required=key_required)
    except KeysFileError as error:
        give_up(str(error))
