"""A backup while everything runs: the workers' state, and with it exactly what that state is made of.

The order, from which it follows that nothing is in it twice or not at all:

1. each partition's state from the changelog, which says up to which offset it counts;
2. once the sink has written all below those offsets: ClickHouse's tables, without what lies above;
3. from Kafka the events from those offsets on: a restore publishes them again;
4. the newest records of the compacted topics, and the files that settings name.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from daybook.backup.files import FORMAT, Kept, Manifest, Table, finish, write_records
from daybook.backup.reading import newest, tail
from daybook.backup.signals import kept_signals, signal_states
from daybook.backup.waiting import OF_SALES, until_written
from daybook.brokers import client_security
from daybook.epochs import META, read_recorded
from daybook.ledger.messages import PartitionPosition
from daybook.operations.base import CannotAct, need_one_shard
from daybook.schemas import topics
from daybook.settings import Settings
from daybook.sinks.columns import BELOW
from daybook.sinks.reconcile import bounds_parameters
from daybook.sinks.store import Store
from daybook.standstill import position_of
from daybook.topics import TopicPlan, changelog_of, planned_topics

DERIVED: Final = frozenset({"totals", "positions", "signal_totals", "signal_positions", "migrations"})
"""Tables that a restore fills from the state, or makes."""
BOUNDED: Final = frozenset({"events", "lines", "outcomes", "dead_letters"})
BOUNDED_SIGNALS: Final = frozenset({"signal_events", "signal_outcomes", "signal_dead_letters"})
"""Tables of which only what the state counts is taken, by the positions of sales and of signals."""
_SECRET: Final = ("kafka_", "clickhouse_", "grafana_")


async def back_up(settings: Settings, store: Store, folder: Path) -> Manifest:
    """Write a backup into a folder that is not there yet, or empty.

    Raises:
        CannotAct: the folder is not empty, there are no topics, the sink is behind, or rows are on shards.
        StoreUnavailable, StoreRefused: ClickHouse gave no answer, or an error.
        KafkaError: Kafka cannot be asked.
        OSError: the folder cannot be written.
    """
    await asyncio.to_thread(need_one_shard, store)
    _prepare(folder)
    recorded = await read_recorded(settings.kafka_bootstrap, security=client_security(settings))
    if recorded is None:
        raise CannotAct("The source topic has no epoch yet; `daybook topics` records one.")
    states = [
        await newest(settings, changelog_of(settings.application), p) for p in range(recorded.partitions)
    ]
    positions = [position_of(state, p, recorded.epoch) for p, state in enumerate(states)]
    await until_written(store, recorded.epoch, positions, OF_SALES)
    for partition, state in enumerate(states):
        write_records(folder / f"state-{partition}.ndjson", (Kept(k, v, []) for k, v in state.items()))
    signals = await kept_signals(settings, store, folder)
    tables = await asyncio.to_thread(_dump, store, positions, signals.positions, folder)
    for partition, position in enumerate(positions):
        rest = folder / f"tail-{partition}.ndjson"
        await tail(settings, topics.EVENTS, partition, position.next_offset, rest)
    for plan in single_topics(settings):
        state = await newest(settings, plan.name, 0)
        write_records(folder / f"topic-{plan.name}.ndjson", (Kept(k, v, []) for k, v in state.items()))
    manifest = Manifest(
        format=FORMAT,
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        epoch=recorded.epoch,
        partitions=recorded.partitions,
        positions=[position.next_offset for position in positions],
        signal_epoch=signals.epoch,
        signal_partitions=len(signals.positions),
        tables=tables,
        copied=_copy_files(settings, folder),
        files={},
    )
    finish(folder, manifest)
    return manifest


def single_topics(settings: Settings) -> list[TopicPlan]:
    """The compacted topics of one partition: what watcher, notifier and people have decided."""
    plans = planned_topics(
        partitions=1, replication_factor=1, application=settings.application, retention=timedelta(days=14)
    )
    own = {META, topics.TOTALS, changelog_of(settings.application), *signal_states(settings)}
    return [plan for plan in plans if plan.config["cleanup.policy"] == "compact" and plan.name not in own]


def _prepare(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise CannotAct(f"{folder} is not empty: name a new folder for each backup.")
    # It holds keys and every sale: for its owner alone, also where the folder was there before.
    folder.chmod(0o700)


def _dump(
    store: Store,
    positions: Sequence[PartitionPosition],
    signals: Sequence[PartitionPosition],
    folder: Path,
) -> list[Table]:
    own = {p.partition: p.version for p in positions}
    of_signals = {p.partition: p.version for p in signals}
    found = store.rows(
        "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'"
        " ORDER BY name"
    )
    tables = []
    for (name,) in found:
        if name in DERIVED:
            continue
        columns = [str(row[0]) for row in store.rows(f"DESCRIBE TABLE {name}")]
        where = f"WHERE {BELOW}" if name in BOUNDED | BOUNDED_SIGNALS else ""
        bounds = bounds_parameters(of_signals if name in BOUNDED_SIGNALS else own)
        selected = f"FROM {name} FINAL {where}"
        rows = int(store.value(f"SELECT count() {selected}", bounds))
        store.export(f"SELECT {', '.join(columns)} {selected}", folder / f"table-{name}.native", bounds)
        tables.append(Table(name=name, columns=columns, rows=rows))
    return tables


def _copy_files(settings: Settings, folder: Path) -> dict[str, str]:
    """Copy the files that settings name, and what lies beside keys; no password of Kafka or ClickHouse."""
    kept = folder / "files"
    kept.mkdir(mode=0o700)
    copied = {}
    for name in type(settings).model_fields:
        path = getattr(settings, name)
        if not name.endswith("_file") or name.startswith(_SECRET) or not isinstance(path, Path):
            continue
        for file in sorted({path, *path.parent.glob(f"{path.stem}-*{path.suffix}")}):
            if file.is_file():
                shutil.copy2(file, kept / file.name)
        if path.is_file():
            copied[name] = path.name
    return copied
