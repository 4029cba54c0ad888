"""The gateway's readings."""

from __future__ import annotations

from collections.abc import Iterator

from daybook.metrics import names
from daybook.metrics.endpoint import Reading, single


def backlog_readings(events: int | None) -> Iterator[Reading]:
    """How many events wait for the worker; nothing while that is not known."""
    if events is not None:
        yield single(names.GATEWAY_BACKLOG, events)
