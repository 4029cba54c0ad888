"""The readings of the agents that go by ticks."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from typing import Any, Literal

from daybook.metrics import names
from daybook.metrics.endpoint import Reading, single
from daybook.reloading import Reloaded
from daybook.rules_file import Rules
from daybook.schemas.rewards import RewardsFile
from daybook.streams.following import TotalsFollower
from daybook.streams.tick_app import TickApp
from daybook.streams.watch_agent import WatchAgent


def readings(
    app: TickApp[Any], follower: TotalsFollower, rules: Rules, programmes: Reloaded[RewardsFile]
) -> Iterator[Reading]:
    """What a watcher tells: how it decides, how fresh what it looks at is, and what fires."""
    yield from tick_readings(app, "watcher")
    yield single(names.RULES_BROKEN, rules.problem is not None)
    yield single(names.REWARDS_BROKEN, programmes.problem is not None)
    for processor in app.processors:
        if isinstance(processor.agent, WatchAgent):
            states = Counter(alert.state.value for alert in list(processor.agent.alerts.values()))
            yield Reading(names.ALERTS, {(state,): count for state, count in states.items()})
    if (newest := follower.merged.recorded_at) is not None:
        yield single(names.WATCHED_AGE, max(0.0, time.time() - newest / 1000))


def tick_readings(app: TickApp[Any], role: Literal["watcher", "notifier"]) -> Iterator[Reading]:
    """What all agents that go by ticks tell: whether this process decides, and how often it has."""
    yield Reading(names.DECIDING, {(role,): app.deciding})
    yield Reading(names.TICKS, {(p.agent.name,): p.ticks for p in app.processors})
    yield Reading(names.FAILED_TICKS, {(p.agent.name,): p.failed for p in app.processors})
    if app.ticked_at is not None:
        yield Reading(names.TICK_AGE, {(role,): max(0.0, time.time() - app.ticked_at)})
