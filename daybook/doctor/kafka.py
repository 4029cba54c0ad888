"""Whether brokers, topics and the worker's progress are as they have to be."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from daybook.brokers import client_security
from daybook.doctor.findings import Finding, ok, skipped, warning, wrong
from daybook.doctor.processes import MANY_WAIT, process_findings
from daybook.epochs import read_epoch
from daybook.groups import committed_by
from daybook.operations.base import CannotAct
from daybook.producers.records import KafkaUnavailable
from daybook.readiness import plans_of
from daybook.schemas import topics
from daybook.settings import Settings
from daybook.topics import check_topics

_ANSWER_SECONDS: Final = 20.0
CLOCK_SECONDS: Final = 60.0
"""By which two clocks may differ before it is a finding."""


async def kafka_findings(settings: Settings) -> list[Finding]:
    """Findings about Kafka; only the first where there is no broker."""
    try:
        security = client_security(settings)
        async with asyncio.timeout(_ANSWER_SECONDS):
            wrong_topics = await check_topics(settings.kafka_bootstrap, await plans_of(settings), security)
            epoch = await read_epoch(settings.kafka_bootstrap, security=security)
    except CannotAct as error:
        do = "Put the file right, or the DAYBOOK_KAFKA_ setting that names it."
        return [wrong("broker", str(error), do)]
    except (KafkaUnavailable, KafkaError, OSError, TimeoutError):
        return [
            wrong(
                "broker",
                f"Kafka does not answer at {settings.kafka_bootstrap}.",
                "See that it runs, or name it by --bootstrap or DAYBOOK_KAFKA_BOOTSTRAP.",
            )
        ]
    found = [ok("broker", f"Kafka answers at {settings.kafka_bootstrap}."), _topics(wrong_topics)]
    if epoch is None:
        found.append(wrong("epoch", "The source topic has no epoch yet.", "`daybook topics` records one."))
    else:
        found.append(ok("epoch", f"The source topic's epoch is {epoch}."))
    if wrong_topics:
        return [*found, skipped("backlog", "Not looked at while topics are wrong.")]
    return [*found, *await _log_findings(settings)]


def _topics(sentences: list[str]) -> Finding:
    if not sentences:
        return ok("topics", "All topics are there, with the partitions that they have to have.")
    return wrong(
        "topics",
        " ".join(sentences),
        "`daybook topics` creates what is missing; DAYBOOK_PARTITIONS must be the topics' own count.",
    )


async def _log_findings(settings: Settings) -> list[Finding]:
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.kafka_bootstrap, **client_security(settings))
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap, **client_security(settings))
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            await consumer.start()
            await admin.start()
            places = [TopicPartition(topics.EVENTS, partition) for partition in range(settings.partitions)]
            ends = await consumer.end_offsets(places)
            begins = await consumer.beginning_offsets(places)
            committed = await committed_by(admin, settings.application, places)
            behind = sum(max(0, int(ends[p]) - max(int(begins[p]), committed[p])) for p in places)
            processes = await process_findings(settings, admin, consumer)
            newest = await _newest(consumer, {p: int(e) for p, e in ends.items() if e > begins[p]})
    except (KafkaError, OSError, TimeoutError):
        return [warning("backlog", "Kafka did not say who runs and how far they are.", "Run this again.")]
    finally:
        await consumer.stop()
        await admin.close()
    return [*processes, _backlog(behind), _broker_clock(newest)]


async def _newest(consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int]) -> float | None:
    """When the log recorded its newest event, in epoch seconds; None where it holds none."""
    times: list[float] = []
    for place, end in ends.items():
        consumer.assign([place])
        consumer.seek(place, end - 1)
        for records in (await consumer.getmany(place, timeout_ms=2000)).values():
            times += [record.timestamp / 1000 for record in records]
    return max(times, default=None)


def _backlog(behind: int) -> Finding:
    if behind <= MANY_WAIT:
        return ok("backlog", f"{behind:,} events wait for the worker.")
    return warning(
        "backlog",
        f"{behind:,} events wait for the worker.",
        "See that `daybook worker` runs, and start further ones up to the number of partitions.",
    )


def _broker_clock(newest: float | None) -> Finding:
    """The log's time is the brokers': it cannot lie ahead of ours unless one of the two clocks is wrong."""
    if newest is None:
        return skipped("broker clock", "The log holds no event to tell the brokers' time by.")
    ahead = newest - time.time()
    if ahead <= CLOCK_SECONDS:
        return ok("broker clock", "The newest event was not recorded in the future.")
    return wrong(
        "broker clock",
        f"The newest event was recorded {ahead:,.0f} s ahead of this machine's clock.",
        "Set the clocks of brokers and this machine by NTP: repeats are remembered by the brokers' time.",
    )
