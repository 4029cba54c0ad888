"""``daybook topics``, on a real Kafka."""

from __future__ import annotations

import asyncio
import uuid
from datetime import timedelta

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from daybook.epochs import META
from daybook.schemas import topics
from daybook.topics import changelog_of, create_topics, planned_topics, signals_application
from tests.producers.test_commands import document, run
from tests.support.kafka.broker import KafkaBroker


def test_topics_are_made_once_and_compared_afterwards(kafka_broker: KafkaBroker) -> None:
    """The first run makes all of them with an epoch; the second finds them; wrong ones are exit code 1."""
    bootstrap = ("--bootstrap", kafka_broker.bootstrap)
    first = document(run("topics", "--json", *bootstrap))
    assert set(first["created"]) == {
        META,
        *topics.ALL,
        *topics.ALL_SIGNALS,
        *topics.SINGLE,
        changelog_of("daybook"),
        changelog_of(signals_application("daybook")),
    } | {topics.agent_changelog("daybook", name) for name in topics.AGENTS}
    assert first["epoch"] > 0
    second = document(run("topics", "--json", *bootstrap))
    assert (second["created"], set(second["existing"]), second["wrong"]) == ([], set(first["created"]), [])
    assert second["epoch"] == first["epoch"]
    other = run("topics", "--json", "--partitions", "8", *bootstrap)
    assert other.exit_code == 1
    assert len(document(other)["wrong"]) == 5


def test_a_topic_that_was_made_by_chance_is_found(kafka: str) -> None:
    """A source topic whose publishers set the time is not what the worker needs, and is said so."""
    name = f"events-{uuid.uuid4().hex}"

    async def make_and_compare() -> list[str]:
        admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
        await admin.start()
        await admin.create_topics([NewTopic(name, 4, 1)])
        await admin.close()
        plans = planned_topics(
            partitions=4, replication_factor=1, application="c", retention=timedelta(days=14)
        )
        plan = next(plan for plan in plans if plan.name == topics.EVENTS)
        return (await create_topics(kafka, [plan._replace(name=name)])).wrong

    wrong = asyncio.run(make_and_compare())
    assert wrong == [f"{name} has message.timestamp.type=CreateTime, not LogAppendTime."]


def test_the_changelogs_name_is_the_workers() -> None:
    """The topics command makes the changelog under the name that the worker reads and writes."""
    app = pytest.importorskip("daybook.streams.app", reason="the worker is not installed")
    assert changelog_of("shop") == app.StreamSettings("", 4, "shop").changelog
