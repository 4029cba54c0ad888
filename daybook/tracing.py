"""One sale followed from the gateway to the boards, on request: a test sale is sent, and each stage is timed.

Nothing of what counts sales is slower for it. The trace's context travels as ``traceparent`` (W3C Trace
Context) in the request and in the record's headers; when a stage was through is told by what it writes.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition

from daybook.brokers import client_security
from daybook.epochs import read_recorded
from daybook.ledger.messages import PartitionPosition, decode_totals
from daybook.operations.base import CannotAct
from daybook.schemas import topics
from daybook.settings import Settings
from daybook.sinks.store import Store

PATIENCE: Final = 30.0
"""Seconds after which a stage is given up."""
SOURCE: Final = "daybook-trace"
_LOOK_SECONDS: Final = 0.05
_ROW: Final = """
SELECT epoch, partition, offset, toUnixTimestamp64Milli(recorded_at)
FROM events WHERE source = {source:String} AND event_id = {event_id:String} LIMIT 1
"""
_SHOWN: Final = "SELECT max(version) FROM positions FINAL WHERE partition = {partition:UInt16}"


class Step(NamedTuple):
    """A stage that the sale has passed: its name, and when it began and ended (epoch milliseconds)."""

    name: str
    began: float
    ended: float


class Trace(NamedTuple):
    """A sale that was followed: the trace's id, the sale's, and the stages in their order."""

    trace_id: str
    event_id: str
    steps: list[Step]


class Way(NamedTuple):
    """Where the sale goes in: the gateway, a key of it, and the store and currency of the test sale."""

    gateway: str
    key: str
    store_id: str
    currency: str


async def follow_sale(settings: Settings, store: Store, way: Way) -> Trace:
    """Send a test sale and follow it until boards show it. It counts in the ledger of test sales alone.

    Raises:
        CannotAct: the gateway does not take it, or a stage does not pass it on in time; says which.
        KafkaError: Kafka cannot be asked.
        StoreUnavailable, StoreRefused: ClickHouse cannot.
    """
    trace_id, span_id, event_id = secrets.token_hex(16), secrets.token_hex(8), secrets.token_hex(8)
    async with _positions(settings) as positions:
        sent = _now()
        await _send(way, event_id, f"00-{trace_id}-{span_id}-01")
        taken = _now()
        row = await _until(lambda: store.arows(_ROW, {"source": SOURCE, "event_id": event_id}), "the sink")
        written = _now()
        (epoch, partition, offset, recorded), *_ = row
        position = await positions.reached(int(partition), int(epoch), int(offset))
        counted = position.told_at
        name = {"partition": int(partition)}
        while int(await asyncio.to_thread(store.value, _SHOWN, name)) < position.version:
            if _now() - counted > PATIENCE * 1000:
                raise CannotAct("The sale is counted, but the sink does not write it: see that it runs.")
            await asyncio.sleep(_LOOK_SECONDS)
        shown = _now()
    # The clocks of several machines: no stage ends before it began.
    accepted = min(float(recorded), taken)
    steps = [
        Step("gateway", sent, taken),
        Step("kafka", min(sent, accepted), accepted),
        Step("worker", accepted, max(accepted, counted)),
        Step("sink", accepted, max(accepted, written)),
        Step("boards", max(accepted, counted), max(accepted, counted, shown)),
    ]
    return Trace(trace_id, event_id, steps)


def _now() -> float:
    return time.time() * 1000


async def _send(way: Way, event_id: str, traceparent: str) -> None:
    event = {
        "schema_version": "1.0",
        "type": "sale.completed",
        "source": SOURCE,
        "event_id": event_id,
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "order_id": event_id,
        "store_id": way.store_id,
        "channel": "pos",
        "currency": way.currency,
        "test": True,
        "lines": [{"product_id": "trace", "unit_price": 1, "amount": 1}],
        "charged": 1,
    }
    headers = {"Authorization": f"Bearer {way.key}", "traceparent": traceparent}
    try:
        async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False) as client:
            answer = await client.post(f"{way.gateway}/v1/events", json=event, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise CannotAct(f"The gateway at {way.gateway} does not answer; see that it runs.") from error
    if answer.status_code != httpx.codes.ACCEPTED:
        raise CannotAct(f"The gateway refuses the test sale ({answer.status_code}): {answer.text[:300]}")


async def _until(look: Any, stage: str) -> Sequence[Any]:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := await look():
            return list(found)
        await asyncio.sleep(_LOOK_SECONDS)
    raise CannotAct(f"The sale is not in ClickHouse after {PATIENCE:g} s: see that {stage} runs.")


class _Reached(NamedTuple):
    version: int
    told_at: float


class _Positions:
    """What workers tell of how far they are, from the moment on at which it was made."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer
        self._told: list[tuple[PartitionPosition, float]] = []

    async def reached(self, partition: int, epoch: int, offset: int) -> _Reached:
        """When a worker had counted an offset: the time of the first position beyond it."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for told, at in self._told:
                if (told.partition, told.epoch) == (partition, epoch) and told.next_offset > offset:
                    return _Reached(told.version, at)
            await self._read()
        raise CannotAct(
            f"The sale is in Kafka, but not counted after {PATIENCE:g} s: see that a worker runs."
        )

    async def _read(self) -> None:
        for records in (await self._consumer.getmany(timeout_ms=200)).values():
            for record in records:
                if (record.key or b"").startswith(b"position|") and record.value:
                    told = decode_totals(record.value)
                    assert isinstance(told, PartitionPosition)
                    self._told.append((told, float(record.timestamp)))


@asynccontextmanager
async def _positions(settings: Settings) -> AsyncIterator[_Positions]:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka_bootstrap,
        group_id=None,
        isolation_level="read_committed",
        **client_security(settings),
    )
    try:
        await consumer.start()
        recorded = await read_recorded(settings.kafka_bootstrap, security=client_security(settings))
        if recorded is None:
            raise CannotAct("There are no topics yet; `daybook topics` makes them.")
        places = [TopicPartition(topics.TOTALS, number) for number in range(recorded.partitions)]
        consumer.assign(places)
        await consumer.seek_to_end(*places)
        for place in places:
            await consumer.position(place)
        yield _Positions(consumer)
    finally:
        await consumer.stop()
