"""Who is at work: the members of a consumer group, and how far it has come."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from daybook.brokers import client_security
from daybook.settings import Settings

WATCHERS: Final = "watch"
NOTIFIERS: Final = "notify"
"""What the group of those who go by ticks is called, after the application's name."""
_PAUSE: Final = 0.5


async def members(settings: Settings, group: str) -> int:
    """How many processes are in a group.

    Raises:
        CannotAct: a certificate or password file cannot be read.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap, **client_security(settings))
    await admin.start()
    try:
        return await members_of(admin, group)
    finally:
        await admin.close()


async def members_of(admin: AIOKafkaAdminClient, group: str) -> int:
    """The same, by a client that is there already."""
    try:
        answers = await admin.describe_consumer_groups([group])
    except KafkaError:
        # A cluster that never had a group has no coordinator for it.
        return 0
    return sum(len(described[5]) for answer in answers for described in answer.groups)


async def committed_by(
    admin: AIOKafkaAdminClient, group: str, places: Sequence[TopicPartition]
) -> dict[TopicPartition, int]:
    """The group's committed offsets; -1 for a partition of which it never committed any.

    A cluster that never had a group refuses until it has made room for them: bound the wait.
    """
    while True:
        try:
            told = await admin.list_consumer_group_offsets(group, partitions=list(places))
        except KafkaError:
            await asyncio.sleep(_PAUSE)
        else:
            return {place: int(told[place].offset) if place in told else -1 for place in places}
