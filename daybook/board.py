"""The live page's composition, where it is served alone: loopback only, over a store of totals."""

from __future__ import annotations

import socket
from typing import Final

from fastapi import FastAPI
from fastapi.middleware.trustedhost import TrustedHostMiddleware

from daybook.dashboards.board.app import Board, create_app, create_board
from daybook.gateway import serve
from daybook.ledger.calendar import Calendar
from daybook.producers.gateway.connections import ConnectionLimits
from daybook.sinks.store import Store

HOST: Final = "127.0.0.1"


async def serve_board(store: Store, calendar: Calendar, listening: socket.socket) -> None:
    """Serve the live page until told to end (SIGINT, SIGTERM)."""
    board = create_board(store, calendar)
    await serve(_guarded(board), listening, ConnectionLimits(), before_end=board.close)


def _guarded(board: Board) -> FastAPI:
    """The page under loopback's names alone: another page's name may point here, and must not read it."""
    app = create_app(board)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"])
    return app
