"""Signals of all kinds as tests publish them, and what the whole log of them comes to."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from confluent_kafka import Producer

from daybook.ledger.arrivals import Record
from daybook.ledger.signals.state import SignalLedger
from daybook.schemas import topics
from daybook.sinks.errors import StoreError
from daybook.sinks.store import Store
from tests.streams.plant import CALENDAR
from tests.streams.trade import STORES


def made_signals(seed: int, count: int) -> list[tuple[str, bytes]]:
    """Signals of all kinds in any order, by key; some are repeats, some damaged, some of an unknown store."""
    chance = random.Random(seed)  # noqa: S311 - a repeatable run
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=20)
    made: list[tuple[str, bytes]] = []
    for number in range(count):
        if made and chance.random() < 0.05:
            made.append(chance.choice(made))
            continue
        # Some come days late.
        late = timedelta(days=6) if chance.random() < 0.03 else timedelta()
        at = start - late + timedelta(minutes=chance.randrange(1_100))
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
        value = {"value": chance.randrange(10_000), "created_at": (start - timedelta(days=7)).isoformat()}
        return {"type": "deal.changed", "version": number, **state, **value}
    if kind == "answer":
        return {"type": "satisfaction.answered", "kind": "nps", "score": chance.randrange(11)}
    return {"type": "terminal.heartbeat"}


def publish(bootstrap: str, signals: list[tuple[str, bytes]]) -> None:
    """Send signals by their keys, and wait until all are acknowledged."""
    producer = Producer(
        {"bootstrap.servers": bootstrap, "enable.idempotence": True, "partitioner": "murmur2_random"}
    )
    for key, value in signals:
        producer.produce(topics.SIGNALS, value, key)
    assert producer.flush(60) == 0


def received(store: Store) -> int:
    """How many signals are counted or refused; -1 while that cannot be asked."""
    try:
        return int(store.value("SELECT sum(received) FROM signal_positions FINAL"))
    except StoreError:
        return -1


def one_ledger(signals: list[tuple[str, bytes]]) -> SignalLedger:
    """A ledger that has counted signals on one partition, by nobody but the rules."""
    ledger = SignalLedger(0, 1, CALENDAR)
    recorded = int(time.time() * 1000)
    ledger.fold([Record(offset, recorded, value) for offset, (_, value) in enumerate(signals)])
    return ledger


def whole_log(store: Store) -> list[SignalLedger]:
    """Ledgers that have counted the raw signals in one go, in the order of the log."""
    rows = store.rows(
        "SELECT partition, offset, toUnixTimestamp64Milli(recorded_at), raw FROM signal_events FINAL "
        "ORDER BY partition, offset",
        binary=("raw",),
    )
    ledgers: dict[int, SignalLedger] = {}
    for partition, offset, at, raw in rows:
        ledger = ledgers.setdefault(partition, SignalLedger(partition, 1, CALENDAR))
        ledger.fold([Record(offset, at, raw)])
    return list(ledgers.values())
