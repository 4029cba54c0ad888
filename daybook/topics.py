"""Daybook's topics as they have to be, and creating them. None is ever made by chance."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, NamedTuple

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from daybook.epochs import META, PLAIN, Security, raise_epoch, read_epoch
from daybook.producers.records import KafkaUnavailable
from daybook.schemas import topics

TIMEOUT_MS: Final = 15_000
DEAD_LETTERS_KEPT: Final = timedelta(days=365)
"""Longer than the events themselves: a dead letter waits for a person."""
TICKS_KEPT: Final = timedelta(days=7)
"""Commands in it must outlast the longest time that no watcher runs."""
SOURCES: Final = (topics.EVENTS, topics.SIGNALS)
PROJECTIONS_KEPT: Final = timedelta(days=7)
"""The longest time that no sink runs, without a gap in what projections were like."""
_PAUSE: Final = 0.1
_LARGEST: Final = str(8 * 1024 * 1024)
"""Bytes: a dead letter carries its event in base64, so it is larger than any event."""


class TopicPlan(NamedTuple):
    """A topic as it has to be."""

    name: str
    partitions: int
    replication_factor: int
    config: Mapping[str, str]


@dataclass(frozen=True)
class TopicsReport:
    """What was made, what was there, and what of that is not as it has to be (sentences)."""

    created: list[str] = field(default_factory=list)
    existing: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    epoch: int | None = None
    """The source topic's epoch, if the events topic was among those asked for."""


def signals_application(application: str) -> str:
    """The consumer group and identity of the workers that count signals."""
    return f"{application}-signals"


def application_of(application: str, counted: topics.Counted) -> str:
    """The consumer group and identity of the workers that count sales, or signals."""
    return application if counted is topics.SALES else signals_application(application)


def changelog_of(application: str) -> str:
    """Name of the topic behind the worker's table of totals."""
    return f"{application}-totals-changelog"


def planned_topics(
    *,
    partitions: int,
    replication_factor: int,
    application: str,
    retention: timedelta,
    signal_partitions: int | None = None,
) -> list[TopicPlan]:
    """All topics. What is counted has the same number of partitions: a record's follows its source's.

    Signals have ``signal_partitions``, which are as many as those of sales until these become more.

    ``daybook.meta``, where the epoch is kept, has one, and so has what the watcher and the notifier decide.
    ``application`` names the changelogs; ``retention`` is that of the events, and must outlast the longest
    time that the worker may be away.
    """
    durable = {"min.insync.replicas": str(max(1, replication_factor - 1))}
    large = {"max.message.bytes": _LARGEST}
    kept = {"cleanup.policy": "delete", "retention.ms": _milliseconds(retention)}
    compacted = {"cleanup.policy": "compact"} | large
    configs = {
        # The log's own time decides which repeats are remembered, so publishers must not set it.
        **dict.fromkeys(SOURCES, kept | {"message.timestamp.type": "LogAppendTime"}),
        **dict.fromkeys((topics.TOTALS, topics.SIGNAL_TOTALS), compacted),
        **dict.fromkeys((topics.OUTCOMES, topics.SIGNAL_OUTCOMES), kept | large),
        **dict.fromkeys(
            (topics.DEAD_LETTERS, topics.SIGNAL_DEAD_LETTERS),
            kept | large | {"retention.ms": _milliseconds(max(retention, DEAD_LETTERS_KEPT))},
        ),
        changelog_of(application): compacted,
        changelog_of(signals_application(application)): compacted,
    }
    signals = {*topics.ALL_SIGNALS, changelog_of(signals_application(application))}
    single = {
        META: {"cleanup.policy": "compact"},
        # The log's own time is the time by which agents decide.
        topics.TICKS: kept
        | {"message.timestamp.type": "LogAppendTime", "retention.ms": _milliseconds(TICKS_KEPT)},
        topics.PROJECTIONS: kept | large | {"retention.ms": _milliseconds(PROJECTIONS_KEPT)},
        **dict.fromkeys(topics.STATES, compacted),
        **{topics.agent_changelog(application, name): compacted for name in topics.AGENTS},
    }
    return [
        TopicPlan(name, count, replication_factor, config | durable)
        for counted, group in ((1, single), (partitions, configs))
        for name, config in group.items()
        for count in (signal_partitions or counted if name in signals else counted,)
    ]


def _milliseconds(time: timedelta) -> str:
    return str(int(time.total_seconds() * 1000))


async def create_topics(
    bootstrap: str, plans: Sequence[TopicPlan], security: Security = PLAIN
) -> TopicsReport:
    """Create what is missing; what is there is compared and left as it is.

    Raises:
        KafkaUnavailable: Kafka cannot be reached, or refuses; the message is a sentence.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=TIMEOUT_MS, **security)
    try:
        await admin.start()
        return await _create(bootstrap, admin, plans, security)
    except (KafkaError, OSError, TimeoutError) as error:
        raise KafkaUnavailable(f"Kafka at {bootstrap} did not create the topics: {error}") from error
    finally:
        await admin.close()


async def check_topics(bootstrap: str, plans: Sequence[TopicPlan], security: Security = PLAIN) -> list[str]:
    """What is missing or not as it has to be, in sentences; empty if all is well.

    Raises:
        KafkaUnavailable: Kafka cannot be reached, or refuses; the message is a sentence.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=TIMEOUT_MS, **security)
    try:
        await admin.start()
        there = set(await admin.list_topics())
        wrong = [f"There is no topic {plan.name}." for plan in plans if plan.name not in there]
        for plan in plans:
            if plan.name in there:
                wrong.extend(await _differences(admin, plan))
    except (KafkaError, OSError, TimeoutError) as error:
        raise KafkaUnavailable(f"Kafka at {bootstrap} did not describe its topics: {error}") from error
    else:
        return wrong
    finally:
        await admin.close()


async def _create(
    bootstrap: str, admin: AIOKafkaAdminClient, plans: Sequence[TopicPlan], security: Security
) -> TopicsReport:
    created: list[str] = []
    existing: list[str] = []
    wrong: list[str] = []
    epoch: int | None = None
    there = set(await admin.list_topics())
    for plan in plans:
        if plan.name in SOURCES:
            # Before the topic itself: without an epoch of its own it would be taken for the one before.
            raised = await read_epoch(bootstrap, plan.name, security)
            if raised is None or plan.name not in there:
                raised = await raise_epoch(bootstrap, plan.partitions, topic=plan.name, security=security)
            epoch = raised if plan.name == topics.EVENTS else epoch
        if plan.name in there or not await _made(admin, plan):
            existing.append(plan.name)
            wrong.extend(await _differences(admin, plan))
        else:
            created.append(plan.name)
    for plan in plans:
        if plan.name in created:
            await settled(admin, plan)
    return TopicsReport(created, existing, wrong, epoch)


async def settled(admin: AIOKafkaAdminClient, plan: TopicPlan) -> None:
    """Wait until brokers tell of a topic that was just made: a busy one still says that there is none.

    Raises:
        TimeoutError: they do not after 15 seconds.
    """
    await settled_at(admin, plan.name, plan.partitions)


async def settled_at(admin: AIOKafkaAdminClient, name: str, partitions: int) -> None:
    """Wait until brokers tell of so many partitions of a topic.

    Raises:
        TimeoutError: they do not after 15 seconds.
    """
    async with asyncio.timeout(TIMEOUT_MS / 1000):
        while len((await admin.describe_topics([name]))[0]["partitions"]) < partitions:
            await asyncio.sleep(_PAUSE)


async def _made(admin: AIOKafkaAdminClient, plan: TopicPlan) -> bool:
    """Whether the topic was made; False if somebody else made it meanwhile."""
    topic = NewTopic(plan.name, plan.partitions, plan.replication_factor, topic_configs=dict(plan.config))
    answer = await admin.create_topics([topic], timeout_ms=TIMEOUT_MS)
    for _, code, *message in answer.topic_errors:
        if code == TopicAlreadyExistsError.errno:
            return False
        if code:
            raise for_code(code)(f"{plan.name}: {message[0] if message else ''}")
    return True


async def _differences(admin: AIOKafkaAdminClient, plan: TopicPlan) -> list[str]:
    described = (await admin.describe_topics([plan.name]))[0]
    found = len(described["partitions"])
    wrong = (
        [] if found == plan.partitions else [f"{plan.name} has {found} partitions, not {plan.partitions}."]
    )
    actual = await _config(admin, plan.name)
    # How long records are kept and how many replicas confirm is the operator's choice; these are not.
    return wrong + [
        f"{plan.name} has {key}={actual.get(key)}, not {plan.config[key]}."
        for key in ("cleanup.policy", "message.timestamp.type")
        if key in plan.config and actual.get(key) != plan.config[key]
    ]


async def _config(admin: AIOKafkaAdminClient, name: str) -> dict[str, str]:
    answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)])
    return {
        entry[0]: entry[1] for answer in answers for resource in answer.resources for entry in resource[4]
    }
