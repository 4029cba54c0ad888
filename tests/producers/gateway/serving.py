"""A gateway that keeps nothing, as a process of its own: ``python -m tests.producers.gateway.serving``.

Its arguments: port, key id, the key's hash, and seconds for headers, for a body, for a client to read.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from datetime import UTC, datetime

from daybook.gateway import serve
from daybook.producers.gateway import KeyRing, Limits, create_gateway
from daybook.producers.gateway.connections import ConnectionLimits
from daybook.producers.gateway.keys import ANY, Key
from daybook.producers.gateway.server import raise_open_files
from tests.producers.memory import MemoryPublisher


class Forgetful(MemoryPublisher):
    """Keeps nothing: the test is about connections."""

    async def send(self, records: object) -> None:
        """Take the records."""


def main() -> None:
    """Serve until told to end."""
    port, key_id, sha256, *seconds = sys.argv[1:]
    header, body, write = map(float, seconds)
    key = Key(
        key_id=key_id, sha256=sha256, label="tests", stores=[ANY], sources=[ANY], created_at=datetime.now(UTC)
    )
    app = create_gateway(Forgetful(), KeyRing([key]), limits=Limits(body_seconds=body))
    limits = ConnectionLimits(
        header_seconds=header, body_seconds=body + 1, write_seconds=write, connections=raise_open_files(4096)
    )
    with socket.create_server(("127.0.0.1", int(port)), backlog=2048) as listening:
        asyncio.run(serve(app, listening, limits))


if __name__ == "__main__":
    main()
