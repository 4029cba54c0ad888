"""A way to a server on which answers get lost: the request has arrived, and nobody hears how it went."""

from __future__ import annotations

import socket
import threading
from urllib.parse import urlsplit


class LosingAnswers:
    """A TCP proxy on loopback. While ``drop`` is set, inserts go through and the connection then ends."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._target = parts.hostname or "127.0.0.1", parts.port or 8123
        self.drop = threading.Event()
        self.lost = 0
        """Answers that were dropped."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            with client, socket.create_connection(self._target) as server:
                inserting = threading.Event()
                answers = threading.Thread(target=self._answer, args=(server, client, inserting), daemon=True)
                answers.start()
                while data := client.recv(65536):
                    # The statement may come after the head, by itself; the head has the block's token.
                    if data.startswith(b"POST"):
                        (inserting.set if b"insert_deduplication_token" in data else inserting.clear)()
                    server.sendall(data)
        except OSError:
            return

    def _answer(self, server: socket.socket, client: socket.socket, inserting: threading.Event) -> None:
        try:
            while data := server.recv(65536):
                if self.drop.is_set() and inserting.is_set():
                    self.lost += 1
                    client.shutdown(socket.SHUT_RDWR)
                    return
                client.sendall(data)
        except OSError:
            return
