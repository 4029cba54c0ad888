"""What a backup holds of signals: states and totals of each partition, and what is not counted yet."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from daybook.backup.files import Kept, write_records
from daybook.backup.reading import newest, tail, told_totals
from daybook.backup.waiting import OF_SIGNALS, until_written
from daybook.brokers import client_security
from daybook.epochs import read_recorded
from daybook.ledger.messages import PartitionPosition
from daybook.schemas import topics
from daybook.settings import Settings
from daybook.sinks.store import Store
from daybook.standstill import position_of
from daybook.topics import changelog_of, signals_application


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
    totals, changelog = signal_states(settings)
    positions = []
    for partition in range(recorded.partitions):
        state = await newest(settings, changelog, partition)
        # What was told of totals may be of a later moment: those of this state are in it.
        for topic, records in ((changelog, state), (totals, told_totals(state, partition))):
            kept = (Kept(key, value, []) for key, value in records.items())
            write_records(folder / f"topic-{topic}-{partition}.ndjson", kept)
        positions.append(position_of(state, partition, recorded.epoch))
    await until_written(store, recorded.epoch, positions, OF_SIGNALS)
    for partition, position in enumerate(positions):
        rest = folder / f"tail-signals-{partition}.ndjson"
        await tail(settings, topics.SIGNALS, partition, position.next_offset, rest)
    return KeptSignals(recorded.epoch, positions)
