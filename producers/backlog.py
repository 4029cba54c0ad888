"""How far the worker is behind the event topic, for a gateway that must not let that grow for ever."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from daybook.schemas.topics import EVENTS

RETRY_SECONDS: Final = 10
_PERIOD_SECONDS: Final = 1.0
_TIMEOUT_MS: Final = 5000
_log = logging.getLogger(__name__)


class WorkerBacklog:
    """Asks Kafka once a second how many events the worker's consumer group has not committed yet."""

    def __init__(
        self,
        bootstrap: str,
        *,
        group: str,
        limit: int,
        topic: str = EVENTS,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        """``options`` go to Kafka's clients: security."""
        self._options = dict(options or {})
        self._bootstrap = bootstrap
        self._group = group
        self._limit = limit
        self._topic = topic
        self.events: int | None = None
        """Events not yet counted; None while that is not known."""

    def __call__(self) -> int | None:
        """Seconds after which to come again if more events wait than the limit; None if not, or unknown."""
        return RETRY_SECONDS if self.events is not None and self.events > self._limit else None

    async def run(self) -> None:
        """Keep the figure fresh until cancelled; while Kafka is away it is unknown."""
        while True:
            try:
                await self._watch()
            except (KafkaError, OSError, TimeoutError) as error:
                self.events = None
                _log.warning("The worker's backlog is not known: %s", error)
                await asyncio.sleep(_PERIOD_SECONDS * 5)

    async def _watch(self) -> None:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap, request_timeout_ms=_TIMEOUT_MS, **self._options
        )
        admin = AIOKafkaAdminClient(
            bootstrap_servers=self._bootstrap, request_timeout_ms=_TIMEOUT_MS, **self._options
        )
        try:
            await consumer.start()
            await admin.start()
            while True:
                self.events = await self._behind(consumer, admin)
                await asyncio.sleep(_PERIOD_SECONDS)
        finally:
            await consumer.stop()
            await admin.close()

    async def _behind(self, consumer: AIOKafkaConsumer, admin: AIOKafkaAdminClient) -> int | None:
        await consumer._client.force_metadata_update()  # noqa: SLF001 - partitions_for_topic never asks again
        partitions = consumer.partitions_for_topic(self._topic)
        if not partitions:
            return None
        places = [TopicPartition(self._topic, partition) for partition in partitions]
        ends = await consumer.end_offsets(places)
        begins = await consumer.beginning_offsets(places)
        committed = await admin.list_consumer_group_offsets(self._group, partitions=places)
        return sum(
            int(ends[place]) - max(int(begins[place]), int(committed[place].offset)) for place in places
        )
