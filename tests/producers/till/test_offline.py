"""The whole thing, on a real Kafka and with real kills."""

from __future__ import annotations

from pathlib import Path

from tests.faults.till_offline import run
from tests.support.kafka import KafkaBroker


def test_a_till_that_is_offline_and_killed_delivers_every_sale_once(
    kafka_broker: KafkaBroker, tmp_path: Path
) -> None:
    """Kafka is killed, the till twice meanwhile; in the end every sale is there, in order, counted once."""
    row = run(tmp_path, seconds=24, seed=4, broker=kafka_broker)
    assert row.reached, row
    assert row.seen["till_kills"] >= 2
    assert row.seen["kafka_kills"] >= 1
