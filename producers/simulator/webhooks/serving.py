"""The REST interface of a simulated system, on loopback: what its notices leave out can be fetched there."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson

HOST = "127.0.0.1"


@contextmanager
def serving(answers: Mapping[str, Any], port: int) -> Iterator[str]:
    """The address of a server that gives the JSON of each path for as long as the block runs.

    Raises:
        OSError: it cannot listen.
    """

    class Handler(BaseHTTPRequestHandler):
        """Gives what there is."""

        def do_GET(self) -> None:
            """The JSON of the path, or 404."""
            found = answers.get(self.path.partition("?")[0])
            body = orjson.dumps(found if found is not None else {"errors": ["no such thing"]})
            self.send_response(200 if found is not None else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Normal operation logs nothing."""

    server = ThreadingHTTPServer((HOST, port), Handler)
    thread = threading.Thread(target=server.serve_forever, name="simulated system", daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
