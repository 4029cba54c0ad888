"""Making topics on a broker that has more to do."""

from __future__ import annotations

from typing import Any

from daybook.topics import TopicPlan, settled


async def test_a_topic_counts_as_made_once_brokers_tell_of_it() -> None:
    """A busy broker that was asked at once described a new topic as one without partitions."""

    class Admin:
        """Tells of no partitions twice."""

        asked = 0

        async def describe_topics(self, names: list[str]) -> list[dict[str, Any]]:
            """As aiokafka's admin client does."""
            self.asked += 1
            return [{"topic": names[0], "partitions": [{}] * (4 if self.asked > 2 else 0)}]

    admin = Admin()
    await settled(admin, TopicPlan("new", 4, 1, {}))
    assert admin.asked == 3
