"""The live page inside the gateway's process, apart from it: a gateway alone needs no ClickHouse driver."""

from __future__ import annotations

import asyncio
import functools
import socket
from pathlib import Path

from fastapi import FastAPI

from daybook.board import composed, opened_door
from daybook.brokers import client_security
from daybook.cli.ending import told_in_a_sentence
from daybook.cli.store_options import give_up
from daybook.dashboards.board.app import Board
from daybook.gateway import serve
from daybook.json_files import FileError
from daybook.ledger.calendar import Calendar
from daybook.operations.access import calendar_of, opened, send_command
from daybook.producers.gateway import KeysFileError
from daybook.producers.gateway.connections import ConnectionLimits
from daybook.settings import Settings
from daybook.sinks.store import Store
from daybook.watched_stores import watched_stores


def serve_both(
    app: FastAPI, settings: Settings, keys_path: Path, listening: socket.socket, limits: ConnectionLimits
) -> None:
    """Serve a gateway with the live page, until told to end (SIGINT, SIGTERM)."""
    with told_in_a_sentence(settings), opened(settings) as store:
        calendar = calendar_of(settings)
        if calendar is None:
            give_up("Name the stores file by DAYBOOK_STORES_FILE: which day it is depends on the store.")
        board = _board(settings, keys_path, store, calendar)
        app.include_router(board.router)
        files = [watched_stores(settings, calendar)]
        asyncio.run(serve(app, listening, limits, before_end=board.close, files=files))


def _board(settings: Settings, keys_path: Path, store: Store, calendar: Calendar) -> Board:
    """The page asks for a view key, whatever the address."""
    command = functools.partial(send_command, settings.kafka_bootstrap, security=client_security(settings))
    try:
        door = opened_door(keys_path, key_required=True)
        return composed(store, calendar, settings, door, command=command)
    except (FileError, KeysFileError) as error:
        give_up(str(error))
