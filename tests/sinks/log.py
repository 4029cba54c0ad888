"""The topics on a real broker, into which a world's records are put as gateway and worker would put them."""

from __future__ import annotations

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from daybook.schemas import topics
from tests.sinks.world import World


class Log:
    """Knows what it has sent of a world, and sends what is new."""

    def __init__(self, bootstrap: str, world: World) -> None:
        self.bootstrap = bootstrap
        self.world = world
        self._sent: dict[tuple[str, int], int] = {}

    async def create(self) -> None:
        """Make the topics, of two partitions each."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        await admin.start()
        try:
            await admin.create_topics([NewTopic(name, 2, 1) for name in topics.ALL])
        finally:
            await admin.close()

    async def send_events(self) -> None:
        """Source records, outside any transaction."""
        async with AIOKafkaProducer(bootstrap_servers=self.bootstrap, acks="all") as producer:
            for partition, records in self.world.records.items():
                for record in records[self._from(topics.EVENTS, partition, len(records)) :]:
                    await producer.send_and_wait(
                        topics.EVENTS, record.value, partition=partition, timestamp_ms=record.recorded_at
                    )

    async def send_told(self) -> None:
        """What the ledgers told in one transaction, and before it one that is given up."""
        async with AIOKafkaProducer(
            bootstrap_servers=self.bootstrap, transactional_id="totals", acks="all"
        ) as producer:
            await producer.begin_transaction()
            await producer.send_and_wait(topics.TOTALS, b"given up", partition=0)
            await producer.abort_transaction()
            async with producer.transaction():
                for (topic, partition), said in self.world.said.items():
                    for key, value in said[self._from(topic, partition, len(said)) :]:
                        await producer.send_and_wait(topic, value, key=key, partition=partition)

    def _from(self, topic: str, partition: int, end: int) -> int:
        first = self._sent.get((topic, partition), 0)
        self._sent[topic, partition] = end
        return first
