"""Ports for servers that are killed and started again in a test."""

from __future__ import annotations

import random
import socket

# Below the range from which systems take the ports of outgoing connections (from 32768 on Linux). A client
# that keeps trying a dead server's port inside that range sooner or later gets that port as its own and
# connects to itself; the server then cannot bind it again.
_LOWEST, _HIGHEST = 20_000, 32_000


def free_port() -> int:
    """A loopback port that nothing listens on, and that no outgoing connection will take.

    Raises:
        OSError: If none of many tries was free.
    """
    for _ in range(200):
        port = random.randint(_LOWEST, _HIGHEST)  # noqa: S311 - nothing secret about it
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    msg = f"no free port between {_LOWEST} and {_HIGHEST}"
    raise OSError(msg)
