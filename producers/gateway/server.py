"""The web server of a gateway: uvicorn over httptools, with deadlines (docs/decisions/0010)."""

from __future__ import annotations

import resource
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp

from daybook.producers.gateway.connections import ConnectionLimits, deadline_protocol

_RESERVED_FILES: Final = 256
"""Open files that are not clients: Kafka, logs, listening sockets, and room to spare."""


def server_config(app: ASGIApp, limits: ConnectionLimits, **others: Any) -> uvicorn.Config:
    """The settings of uvicorn for an application that anybody can reach; ``others`` are uvicorn's own."""
    return uvicorn.Config(
        app,
        http=deadline_protocol(limits),  # type: ignore[arg-type]  # a class with its limits set
        ws="none",
        server_header=False,
        access_log=False,
        **others,
    )


def raise_open_files(wanted: int) -> int:
    """Raise the soft limit of open files as far as it may be and is needed; how many clients then fit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + _RESERVED_FILES
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return wanted if soft == resource.RLIM_INFINITY else max(1, min(wanted, soft - _RESERVED_FILES))
