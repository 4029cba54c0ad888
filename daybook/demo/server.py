"""The demo's one web server: gateway, live page, and what other commands ask of the running demo."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import os
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from typing import Final

import uvicorn
from fastapi import FastAPI
from fastapi.middleware.trustedhost import TrustedHostMiddleware

from daybook.board import composed, opened_door
from daybook.dashboards.board.access import Role
from daybook.dashboards.board.app import Board
from daybook.demo.receiver import receiver_router
from daybook.demo.runtime import Demo
from daybook.operations.access import send_command
from daybook.operations.base import Place
from daybook.operations.server import create_operations
from daybook.producers.gateway import Callers, Gate, KeysFile, SigningKeysFile, gateway_app
from daybook.producers.gateway.connections import ConnectionLimits
from daybook.producers.gateway.server import server_config
from daybook.producers.hooks import Connection, Fetcher, hooks_router, load_shops
from daybook.producers.records import OutgoingRecord
from daybook.view_keys import ViewKeysFile

log = logging.getLogger(__name__)

HOST: Final = "127.0.0.1"


class PortTakenError(Exception):
    """Another program listens on the port; the message is one plain sentence."""


def create_app(
    demo: Demo, token: str, reload_stores: Callable[[], None], fetcher: Fetcher
) -> tuple[FastAPI, Board]:
    """The application, and the board to close before the server stops.

    Raises:
        ShopsFileError: there is a shops file in the data folder that cannot be used.
    """
    keys = demo.folder.path / "keys.json"
    gate = Gate(demo.publisher)
    signals = gate.beside(demo.signals.publisher)
    app = gateway_app(gate, Callers(KeysFile(keys), SigningKeysFile(keys)), signals=signals)
    app.include_router(hooks_router(gate, _shops(demo), fetcher, signals=signals))
    # A page elsewhere could otherwise have its own name point to loopback, and read the board from a visitor.
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"])
    door = opened_door(keys, key_required=False)
    tell = functools.partial(send_command, demo.broker.bootstrap)
    board = composed(
        demo.store, demo.calendar, demo.settings, door, command=tell, filling=lambda: demo.is_filling
    )
    app.include_router(board.router)
    app.include_router(receiver_router(demo.folder.path))
    app.include_router(create_operations(_place(demo, reload_stores), token))
    return app, board


def _shops(demo: Demo) -> dict[str, Connection]:
    path = demo.folder.path / "shops.json"
    return load_shops(path, os.environ) if path.exists() else {}


def _place(demo: Demo, reload_stores: Callable[[], None]) -> Place:
    loop = asyncio.get_running_loop()

    def publish(records: Sequence[OutgoingRecord]) -> None:
        # Operations run in threads; the publisher lives on the loop.
        asyncio.run_coroutine_threadsafe(demo.publisher.send(records), loop).result()

    def publish_to(topic: str, records: Sequence[OutgoingRecord]) -> None:
        asyncio.run_coroutine_threadsafe(demo.publish_to(topic, records), loop).result()

    return Place(
        demo.store,
        demo.calendar,
        publish=publish,
        publish_to=publish_to,
        command=functools.partial(send_command, demo.broker.bootstrap),
        reload_stores=reload_stores,
        filling=lambda: demo.is_filling,
    )


def bind(port: int) -> socket.socket:
    """A listening socket on loopback; port 0 takes any free one.

    Raises:
        PortTakenError: another program has it.
    """
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((HOST, port))
    except OSError:
        bound.close()
        raise PortTakenError(
            f"Port {port} is taken by another program; end it, or choose another port with --port."
        ) from None
    return bound


@contextlib.asynccontextmanager
async def serving(
    demo: Demo, bound: socket.socket, token: str, reload_stores: Callable[[], None]
) -> AsyncIterator[None]:
    """Serve on a bound socket for as long as the block runs."""
    fetcher = Fetcher()
    app, board = create_app(demo, token, reload_stores, fetcher)
    limits = ConnectionLimits()
    config = server_config(app, limits, log_level="warning", lifespan="off", timeout_graceful_shutdown=3)
    server = uvicorn.Server(config)
    # Ctrl-C is the demo's to handle: it stops all parts in order.
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]  # as wide
    task = asyncio.create_task(server.serve(sockets=[bound]), name="web server")
    try:
        while not server.started and not task.done():
            await asyncio.sleep(0.02)
        yield
    finally:
        board.close()
        server.should_exit = True
        await asyncio.gather(task, return_exceptions=True)
        await fetcher.close()


def new_demo_key(demo: Demo) -> str:
    """A key for trying the gateway by hand, valid for every store; made anew at each start."""
    keys = KeysFile(demo.folder.path / "keys.json")
    now = datetime.now(UTC)
    for key in keys.load():
        if key.label == "demo" and key.revoked_at is None:
            keys.revoke(key.key_id, now)
    return keys.create("demo", stores=["*"], sources=["*"], now=now).token


def new_demo_view_key(demo: Demo) -> str:
    """A manager's key for the live page, which may acknowledge and silence; made anew at each start."""
    keys = ViewKeysFile(demo.folder.path / "keys.json")
    now = datetime.now(UTC)
    for key in keys.load():
        if key.label == "demo" and key.revoked_at is None:
            keys.revoke(key.key_id, now)
    return keys.create("demo", role=Role.MANAGER, stores=["*"], operator=True, now=now).token
