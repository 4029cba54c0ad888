"""What a backup holds of signals: states and totals of each partition, and what is not counted yet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from daybook.backup.files import Kept, write_records
from daybook.backup.reading import newest, tail, until
from daybook.brokers import client_security
from daybook.epochs import Recorded, read_recorded
from daybook.ledger.messages import PartitionPosition
from daybook.schemas import topics
from daybook.settings import Settings
from daybook.sinks.store import Store
from daybook.standstill import position_of
from daybook.topics import changelog_of, signals_application

_COVERED: Final = """
SELECT partition, max(offset) + 1 FROM signal_events WHERE epoch = {epoch:UInt32} GROUP BY partition
"""


def signal_states(settings: Settings) -> tuple[str, str]:
    """The compacted topics of signals: what was counted, and the state behind it."""
    return topics.SIGNAL_TOTALS, changelog_of(signals_application(settings.application))


class KeptSignals(NamedTuple):
    """The epoch of signals, and how far each partition is counted."""

    epoch: int
    positions: list[PartitionPosition]


async def kept_signals(settings: Settings, store: Store, folder: Path) -> KeptSignals:
    """Write it into the backup's folder. Raises what ``back_up`` raises."""
    recorded = await read_recorded(settings.kafka_bootstrap, topics.SIGNALS, client_security(settings))
    if recorded is None:
        return KeptSignals(0, [])
    positions = []
    for partition in range(recorded.partitions):
        for topic in reversed(signal_states(settings)):
            state = await newest(settings, topic, partition)
            kept = (Kept(key, value, []) for key, value in state.items())
            write_records(folder / f"topic-{topic}-{partition}.ndjson", kept)
            if topic != topics.SIGNAL_TOTALS:
                positions.append(position_of(state, partition, recorded.epoch))
    await until(lambda: _written(store, recorded, positions))
    for partition, position in enumerate(positions):
        rest = folder / f"tail-signals-{partition}.ndjson"
        await tail(settings, topics.SIGNALS, partition, position.next_offset, rest)
    return KeptSignals(recorded.epoch, positions)


def _written(store: Store, recorded: Recorded, positions: Sequence[PartitionPosition]) -> bool:
    rows = store.rows(_COVERED, {"epoch": recorded.epoch})
    covered = {int(partition): int(end) for partition, end in rows}
    return all(
        covered.get(position.partition, 0) >= position.next_offset
        for position in positions
        if position.epoch == recorded.epoch
    )
