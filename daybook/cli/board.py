"""``daybook board``."""

from __future__ import annotations

import asyncio
import socket

import click

from daybook.board import HOST, serve_board
from daybook.cli.ending import told_in_a_sentence
from daybook.cli.store_options import give_up, store_options
from daybook.logs import talk
from daybook.operations.access import calendar_of, opened
from daybook.settings import Settings


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8401, show_default=True)
@store_options
def board(*, settings: Settings, as_json: bool, port: int) -> None:
    """Serve the live page on loopback, until told to end (Ctrl-C, SIGTERM).

    It asks nobody for a key, so it listens on loopback only: let a proxy with a login show it to others.
    """
    del as_json  # there is no document: it runs until it is told to end
    talk(settings)
    with told_in_a_sentence(settings), opened(settings) as store:
        calendar = calendar_of(settings)
        if calendar is None:
            give_up("Name the stores file by --stores: which day it is depends on the store.")
        try:
            listening = socket.create_server((HOST, port))
        except OSError as error:
            give_up(f"Cannot listen on {HOST}:{port}: {error.strerror}.")
        with listening:
            click.echo(f"The live page: http://{HOST}:{port}", err=True)
            asyncio.run(serve_board(store, calendar, listening))
