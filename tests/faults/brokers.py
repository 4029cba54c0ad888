"""Brokers killed and restarted, leaders moved, and no Kafka at all for a while."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import orjson
from confluent_kafka.admin import AdminClient

from daybook.producers.client import SalesPublisher
from daybook.producers.records import KafkaUnavailable, OutgoingRecord
from daybook.schemas import topics
from tests.faults.ground import DIFFERS, Ground, Run, ground, wait_ready
from tests.faults.rows import Row
from tests.faults.tills import GatewayTill
from tests.streams.plant import PARTITIONS, SESSION_SECONDS
from tests.streams.trade import Sent
from tests.streams.truth import messages


def broker_killed(run: Run) -> Row:
    """The only broker dies under load and comes back; a worker that ended itself is started again."""
    with ground(run) as on:
        plant = on.plant
        plant.worker.start()
        plant.sink.start()
        plant.publish(run.pick(12_000, 100_000), per_second=1_500)
        seen = {"brokers killed": 0}
        for _ in range(run.pick(1, 5)):
            plant.progress()
            on.brokers[0].kill()
            time.sleep(SESSION_SECONDS / 3)
            on.brokers[0].start()
            seen["brokers killed"] += 1
        return on.judged("broker killed and restarted", seen, *seen)


def leaders_moved(run: Run) -> Row:
    """Of three brokers each in turn is killed or stopped: every partition's leader moves, and moves again."""
    with ground(run, nodes=3) as on:
        plant = on.plant
        plant.limit *= 2
        plant.worker.start()
        plant.sink.start()
        plant.publish(run.pick(20_000, 100_000), per_second=1_000)
        seen = {"brokers killed": 0, "brokers stopped": 0, "leaders moved": 0}
        for number, broker in enumerate(on.brokers):
            plant.progress()
            before = _leaders(on)
            if number % 2:
                broker.stop()
                seen["brokers stopped"] += 1
            else:
                broker.kill()
                seen["brokers killed"] += 1
            time.sleep(SESSION_SECONDS)
            seen["leaders moved"] += sum(a != b for a, b in zip(before, _leaders(on), strict=True))
            broker.start(wait=False)
            wait_ready(broker)
        return on.judged("broker of three killed, leader moved", seen, *seen)


def _leaders(on: Ground) -> list[int]:
    client = AdminClient({"bootstrap.servers": on.plant.bootstrap, "log_level": 0})
    found = client.list_topics(topics.EVENTS, timeout=20).topics[topics.EVENTS].partitions
    return [int(found[partition].leader) for partition in sorted(found)]


def kafka_gone(run: Run) -> Row:
    """No broker for two minutes (short: ten seconds): what gateway or client acknowledged is there."""
    with ground(run) as on, GatewayTill(on.plant) as till:
        plant = on.plant
        plant.worker.start()
        plant.sink.start()
        till.start()
        sales = [sent for sent in plant.trade.events(run.pick(600, 4_000)) if b"damaged" not in sent.key]
        third = len(sales) // 3
        acknowledged = till.send(sales[:third])
        on.brokers[0].kill()
        until = time.monotonic() + run.pick(10, 120)
        refused, kept = asyncio.run(_without_kafka(on, till, sales[third : third + 40], until))
        acknowledged += kept
        on.brokers[0].start()
        acknowledged += till.send_until_taken(sales[third:])
        log = [m.value() for p in range(PARTITIONS) for m in messages(plant.bootstrap, topics.EVENTS, p)]
        plant.sent = len(log)
        seen = {"acknowledged": len(acknowledged), **refused}
        row = _only_log(on, "Kafka gone, gateway and client", seen)
        lost = {_identity(sent.value) for sent in acknowledged} - {_identity(value) for value in log}
        return (
            row._replace(reached=False, detail=f"{DIFFERS}{len(lost)} acknowledged are lost") if lost else row
        )


def _only_log(on: Ground, name: str, seen: dict[str, int]) -> Row:
    """Judge by the log alone: of what was refused nobody knows whether it was stored, or how often."""
    on.plant.trade_is_known = False
    return on.judged(name, seen, *seen)


def _identity(value: bytes | str | None) -> tuple[str, str]:
    event = orjson.loads(value or b"")
    return event["source"], event["event_id"]


async def _without_kafka(
    on: Ground, till: GatewayTill, sales: Sequence[Sent], until: float
) -> tuple[dict[str, int], list[Sent]]:
    """Ask gateway and client to take sales while there is no broker; how often each refused."""
    refused = {"refused by the gateway": 0, "refused by the client": 0}
    kept: list[Sent] = []
    publisher = SalesPublisher(on.plant.bootstrap, timeout_seconds=2)
    try:
        while time.monotonic() < until:
            if taken := await asyncio.to_thread(till.send, sales[:1]):
                kept += taken
            else:
                refused["refused by the gateway"] += 1
            try:
                await publisher.send([OutgoingRecord(sales[1].key, sales[1].value)])
                kept.append(sales[1])
            except KafkaUnavailable:
                refused["refused by the client"] += 1
            await asyncio.sleep(0.5)
    finally:
        await publisher.stop()
    return refused, kept
