"""Signals the whole way: a real Kafka, the worker that counts them as a process, the sink, ClickHouse."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from confluent_kafka import Producer

from daybook.ledger.arrivals import Record
from daybook.ledger.signals.state import SignalLedger
from daybook.ledger.signals.totals import merged
from daybook.schemas import topics
from daybook.sinks.errors import StoreError
from daybook.sinks.raw_signals import recomputed, told
from tests.streams.plant import CALENDAR, Plant
from tests.streams.trade import STORES
from tests.support.kafka import KafkaBroker

COUNT = 900


def _signals(seed: int) -> list[tuple[str, bytes]]:
    """Signals of all kinds in any order, by key; some are repeats, some damaged, some of an unknown store."""
    chance = random.Random(seed)  # noqa: S311 - a repeatable run
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=20)
    made: list[tuple[str, bytes]] = []
    for number in range(COUNT):
        if made and chance.random() < 0.05:
            made.append(chance.choice(made))
            continue
        at = start + timedelta(minutes=chance.randrange(1_100))
        kind = chance.choice(["session", "deal", "heartbeat", "answer"])
        subject = f"{kind}-{chance.randrange(60)}"
        body = {"schema_version": "1.0", "source": "plant", "event_id": str(number), "time": at.isoformat()}
        body |= {"subject_id": subject, "store_id": chance.choice([*STORES, "nowhere"])}
        made.append((subject, orjson.dumps(body | _about(kind, number, chance, start))))
    damaged = [(key, value[: len(value) // 2]) for key, value in chance.sample(made, 20)]
    return made + damaged


def _about(kind: str, number: int, chance: random.Random, start: datetime) -> dict[str, Any]:
    if kind == "session":
        return {"type": "funnel.step", "step": chance.choice(["visit", "view_item", "cart", "purchase"])}
    if kind == "deal":
        state = {"status": chance.choice(["open", "won", "lost"]), "stage": "offer", "currency": "EUR"}
        value = {"value": chance.randrange(10_000), "created_at": start.isoformat()}
        return {"type": "deal.changed", "version": number, **state, **value}
    if kind == "answer":
        return {"type": "satisfaction.answered", "kind": "nps", "score": chance.randrange(11)}
    return {"type": "terminal.heartbeat"}


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


def _publish(bootstrap: str, signals: list[tuple[str, bytes]]) -> None:
    producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True})
    for key, value in signals:
        producer.produce(topics.SIGNALS, value, key)
    assert producer.flush(30) == 0


def _received(plant: Plant) -> int:
    try:
        return int(plant.store.value("SELECT sum(received) FROM signal_positions FINAL"))
    except StoreError:
        return -1


def test_signals_are_counted_once_through_a_kill(plant: Plant) -> None:
    """With repeats, damage and a kill ClickHouse stands where the whole log in one go comes to."""
    signals = _signals(7)
    worker = plant.program("worker", "--of=signals")
    worker.start()
    half = len(signals) // 2
    for part in (signals[:half], signals[half:]):
        _publish(plant.bootstrap, part)
        plant.wait(lambda: _received(plant) > 0, "signals received")
        if part == signals[:half]:
            worker.kill()
            worker.start()
    plant.wait(lambda: _received(plant) >= len(signals), f"{len(signals)} signals received")
    counted, dead = plant.store.rows("SELECT sum(counted), sum(dead) FROM signal_positions FINAL")[0]
    plant.wait(
        lambda: int(plant.store.value("SELECT count() FROM signal_dead_letters FINAL")) == dead,
        "dead letters",
    )
    rows = plant.store.rows(
        "SELECT partition, offset, toUnixTimestamp64Milli(recorded_at), raw FROM signal_events FINAL "
        "ORDER BY partition, offset",
        binary=("raw",),
    )
    ledgers: dict[int, SignalLedger] = {}
    for partition, offset, at, raw in rows:
        ledger = ledgers.setdefault(partition, SignalLedger(partition, 1, CALENDAR))
        ledger.fold([Record(offset, at, raw)])
    expected = merged(ledger.totals for ledger in ledgers.values())
    plant.wait(lambda: told(plant.store) == expected, "totals as the log has them")
    assert recomputed(plant.store, CALENDAR) == expected
    assert counted == sum(ledger.position.counted for ledger in ledgers.values())
    assert dead >= 20
