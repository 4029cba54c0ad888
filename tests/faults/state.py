"""What the worker keeps: nothing beside Kafka, and there also where the changelog is compacted."""

from __future__ import annotations

import shutil
from typing import Any

from confluent_kafka import admin

from tests.faults.ground import Run, ground
from tests.faults.rows import Row
from tests.streams.truth import Source, log_ends, messages


def folder_deleted(run: Run) -> Row:
    """Killed, its home and working folder deleted: all state comes back from the changelog."""
    with ground(run) as on:
        plant, worker = on.plant, on.plant.worker
        home = plant.folder / "home"
        worker.environment |= {"HOME": str(home), "PYTHONPATH": plant.code}
        worker.folder = home
        plant.sink.start()
        seen = {"folders deleted": 0, "states restored": 0}
        for _ in range(run.pick(2, 5)):
            home.mkdir()
            restored = worker.restored()
            worker.start()
            plant.publish(run.pick(2_000, 20_000))
            plant.settle()
            seen["states restored"] += worker.restored() > restored
            worker.kill()
            shutil.rmtree(home)
            seen["folders deleted"] += 1
        home.mkdir()
        worker.start()
        return on.judged("local state deleted", seen, *seen)


def changelog_compacted(run: Run) -> Row:
    """The changelog is compacted under the worker, which is killed then: nothing of its state is missing."""
    with ground(run) as on:
        plant, worker = on.plant, on.plant.worker
        source = Source(plant.bootstrap, 4, 0, plant.calendar)
        _compact_soon(source)
        plant.sink.start()
        worker.start()
        for _ in range(3):
            plant.publish(run.pick(3_000, 30_000), per_second=1_500)
            plant.join()
            plant.settle()
        plant.publish(500)
        plant.wait(lambda: _gone(source) > 0, "a compacted changelog")
        gone = _gone(source)
        worker.kill()
        worker.start()
        plant.publish(2_000)
        return on.judged("changelog compacted", {"records compacted away": gone, "kills": 1}, "rebalances")


def _compact_soon(source: Source) -> None:
    client = admin.AdminClient({"bootstrap.servers": source.bootstrap})
    soon = {"segment.ms": "2000", "min.cleanable.dirty.ratio": "0.01", "max.compaction.lag.ms": "2000"}
    exported: Any = admin  # its stubs name these, but do not export them
    entries = [
        exported.ConfigEntry(name, value, incremental_operation=exported.AlterConfigOpType.SET)
        for name, value in soon.items()
    ]
    resource = exported.ConfigResource(
        exported.ResourceType.TOPIC, source.changelog, incremental_configs=entries
    )
    for future in client.incremental_alter_configs([resource]).values():
        future.result(20)


def _gone(source: Source) -> int:
    """Offsets below the changelog's end that hold no record any more, but for the transactions' markers."""
    gone = 0
    for partition, end in enumerate(log_ends(source.bootstrap, source.changelog, source.partitions)):
        offsets = [m.offset() or 0 for m in messages(source.bootstrap, source.changelog, partition)]
        # Every transaction leaves one marker behind its records: a hole of more than one was compacted.
        holes = (b - a for a, b in zip([-1, *offsets], [*offsets, end], strict=False))
        gone += sum(max(0, hole - 3) for hole in holes)
    return gone
