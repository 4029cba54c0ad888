"""The readings of the agents that go by ticks."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from daybook.metrics import names
from daybook.metrics.endpoint import Reading, single
from daybook.streams.following import TotalsFollower
from daybook.streams.tick_app import TickApp


def readings(app: TickApp[Any], follower: TotalsFollower) -> Iterator[Reading]:
    """What a watcher tells: how it decides, and how fresh what it looks at is."""
    yield from tick_readings(app)
    if (newest := follower.merged.recorded_at) is not None:
        yield single(names.WATCHED_AGE, max(0.0, time.time() - newest / 1000))


def tick_readings(app: TickApp[Any]) -> Iterator[Reading]:
    """What all agents that go by ticks tell: whether this process decides, and how often it has."""
    yield single(names.DECIDING, app.deciding)
    yield Reading(names.TICKS, {(p.agent.name,): p.ticks for p in app.processors})
    yield Reading(names.FAILED_TICKS, {(p.agent.name,): p.failed for p in app.processors})
    if app.ticked_at is not None:
        yield single(names.TICK_AGE, max(0.0, time.time() - app.ticked_at))
