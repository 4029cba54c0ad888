"""The worker's readings."""

from __future__ import annotations

import time
from collections.abc import Iterator

from daybook.metrics import names
from daybook.metrics.endpoint import Reading, single
from daybook.streams.app import Worker


def readings(worker: Worker) -> Iterator[Reading]:
    """What a worker tells: how far it is, how fresh, and what went wrong."""
    noted, now = worker.processor.noted, time.time()
    positions = {
        (str(partition),): ledger.position for partition, ledger in list(worker.table.ledgers.items())
    }
    topic = worker.settings.counted.source
    lag: dict[tuple[str, ...], float] = {
        (topic, str(partition)): float(behind) for partition, behind in dict(worker.lag).items()
    }
    yield Reading(names.LAG, lag)
    newest = max((position.recorded_at for position in positions.values()), default=0)
    yield single(names.FRESHNESS, max(0.0, now - newest / 1000) if newest and any(lag.values()) else 0.0)
    yield single(names.CHECKPOINT_AGE, noted.age(now, list(worker.table.ledgers)))
    yield Reading(names.RECEIVED, {place: p.received for place, p in positions.items()})
    yield Reading(names.DUPLICATES, {place: p.duplicates + p.superseded for place, p in positions.items()})
    yield Reading(names.DEAD, {place: p.dead for place, p in positions.items()})
    yield Reading(names.MISSING, {place: p.missing for place, p in positions.items()})
    yield Reading(
        names.DEAD_LETTERS, {(reason,): count for reason, count in dict(noted.dead_letters).items()}
    )
    yield single(names.CHECKPOINTS, noted.checkpoints)
    yield single(names.LOST_CHECKPOINTS, noted.lost)
    yield single(names.FENCINGS, noted.fencings)
    yield single(names.REPLAYS, worker.processor.replays)
    yield single(names.DEFECTS, noted.defects)
