"""Signals the whole way: a real Kafka, the worker that counts them as a process, the sink, ClickHouse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from daybook.ledger.signals.totals import merged
from daybook.sinks.raw_signals import recomputed, told
from tests.streams.plant import CALENDAR, Plant
from tests.streams.signalled import made_signals, publish, received, whole_log
from tests.support.kafka import KafkaBroker

COUNT = 900


@pytest.fixture
def plant(
    kafka_broker: KafkaBroker, clickhouse_url: str, clickhouse_database: str, tmp_path: Path
) -> Iterator[Plant]:
    """Topics, and a sink; no worker that counts sales."""
    made = Plant(kafka_broker.bootstrap, clickhouse_url, clickhouse_database, tmp_path)
    try:
        made.sink.start()
        yield made
    finally:
        made.end()


def test_signals_are_counted_once_through_a_kill(plant: Plant) -> None:
    """With repeats, damage and a kill ClickHouse stands where the whole log in one go comes to."""
    signals = made_signals(7, COUNT)
    worker = plant.program("worker", "--of=signals")
    worker.start()
    half = len(signals) // 2
    for part in (signals[:half], signals[half:]):
        publish(plant.bootstrap, part)
        plant.wait(lambda: received(plant.store) > 0, "signals received")
        if part == signals[:half]:
            worker.kill()
            worker.start()
    plant.wait(lambda: received(plant.store) >= len(signals), f"{len(signals)} signals received")
    counted, dead = plant.store.rows("SELECT sum(counted), sum(dead) FROM signal_positions FINAL")[0]
    plant.wait(
        lambda: int(plant.store.value("SELECT count() FROM signal_dead_letters FINAL")) == dead,
        "dead letters",
    )
    ledgers = whole_log(plant.store)
    expected = merged(ledger.totals for ledger in ledgers)
    plant.wait(lambda: told(plant.store) == expected, "totals as the log has them")
    assert recomputed(plant.store, CALENDAR) == expected
    assert counted == sum(ledger.position.counted for ledger in ledgers)
    assert dead >= 20
