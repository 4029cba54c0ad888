"""A small HTTP server on loopback that keeps what it is asked and answers as it is told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import NamedTuple, Self

Answer = tuple[int, dict[str, str], bytes]


class Posted(NamedTuple):
    """A request, of either method."""

    path: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """Takes requests from its start to its end. ``answer`` may be changed at any time."""

    def __init__(self, answer: Callable[[Posted], Answer] | None = None) -> None:
        self.requests: list[Posted] = []
        self.answer = answer or (lambda _: (202, {}, b"{}"))
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("content-length", 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                body = self.rfile.read(length)
                if len(body) < length:
                    # Whoever sent it was killed on the way.
                    return
                posted = Posted(self.path, headers, body)
                outer.requests.append(posted)
                code, extra, body = outer.answer(posted)
                self.send_response(code)
                for name, value in extra.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST  # noqa: N815 - the server's own name for it

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
