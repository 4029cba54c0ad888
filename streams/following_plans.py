"""Following targets and adjustments as they are published."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from daybook.ledger.plans import Plans
from daybook.schemas import topics
from daybook.schemas.plans import decode_adjustment, decode_target
from daybook.streams.following import TopicFollower

PLAN_TOPICS: Final = (topics.TARGETS, topics.ADJUSTMENTS)


class PlansFollower(TopicFollower):
    """Adds to ``plans`` what is published on one of the plans' topics."""

    def __init__(
        self,
        bootstrap: str,
        topic: str,
        plans: Plans,
        consumer_options: Mapping[str, Any] | None = None,
        partitions: int = 1,
    ) -> None:
        super().__init__(bootstrap, topic, partitions, consumer_options)
        self._add: Callable[[bytes], None] = {
            topics.TARGETS: lambda value: plans.add_target(decode_target(value)),
            topics.ADJUSTMENTS: lambda value: plans.add_adjustment(decode_adjustment(value)),
        }[topic]

    def take(self, record: Any) -> None:
        """Add what was published."""
        if record.value:
            self._add(record.value)
