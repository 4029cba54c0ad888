"""The live page on a port of its own, beside a test."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from daybook.dashboards.board.app import Board, create_app
from tests.support.ports import free_port

START_SECONDS = 20


class _Server(uvicorn.Server):
    """Ends the board's streams before it waits for open connections."""

    def __init__(self, board: Board, port: int) -> None:
        super().__init__(uvicorn.Config(create_app(board), host="127.0.0.1", port=port, log_level="warning"))
        self._board = board

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._board.close()
        await super().shutdown(sockets)


@contextmanager
def served(board: Board) -> Iterator[str]:
    """The address of a board that is being served from a thread of this process.

    Raises:
        RuntimeError: the server did not start.
    """
    port = free_port()
    server = _Server(board, port)
    thread = threading.Thread(target=server.run, name="board")
    thread.start()
    deadline = time.monotonic() + START_SECONDS
    while not server.started:
        if time.monotonic() > deadline or not thread.is_alive():
            raise RuntimeError("the board was not served in time")
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(START_SECONDS)
        assert not thread.is_alive()
