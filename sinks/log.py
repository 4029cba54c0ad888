"""The sink's side of Kafka: one consumer on all topics, and what survives a change of assignment."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import IllegalStateError, KafkaError

from daybook.schemas import topics
from daybook.sinks.rows import SourceRecord

Records = dict[TopicPartition, list[ConsumerRecord[Any, Any]]]
_LOG: Final = logging.getLogger(__name__)


class _Assignments(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka ships no types
    """Counts assignments: what was fetched under an older one has to be read again."""

    def __init__(self) -> None:
        self.count = 0

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:  # noqa: ARG002 - its interface
        self.count += 1

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:  # noqa: ARG002 - its interface
        self.count += 1


class LogReader:
    """Committed records of the topics, in a consumer group. Who wrote the rows commits the offsets."""

    def __init__(
        self, bootstrap: str, group_id: str, names: Iterable[str], options: Mapping[str, Any] | None = None
    ) -> None:
        self._assignments = _Assignments()
        self._seen = 0
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=bootstrap,
            group_id=group_id,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            # Range: partition n of every topic goes to one member, which so knows what n's totals wait for.
            partition_assignment_strategy=(RangePartitionAssignor,),
            **(options or {}),
        )
        self._consumer.subscribe(list(names), listener=self._assignments)

    async def start(self) -> None:
        """Connect and join the group.

        Raises:
            KafkaError: the brokers cannot be reached.
        """
        await self._consumer.start()

    async def stop(self) -> None:
        """Leave the group; nothing is committed on the way."""
        await self._consumer.stop()

    @property
    def current(self) -> bool:
        """Whether what was fetched still belongs to this member."""
        return self._seen == self._assignments.count

    async def fetch(self, seconds: float, limit: int) -> Records:
        """Up to ``limit`` records, waiting at most ``seconds``; none if the assignment is not ``current``."""
        got: Records = await self._consumer.getmany(timeout_ms=int(seconds * 1000), max_records=limit)
        return got if self.current else {}

    async def resume_at_committed(self) -> bool:
        """After a change of assignment: go back to what is committed. False if it has changed once more.

        Part of what was fetched may belong to the assignment that is over, and its successor's position may
        lie behind it: without going back, a hole could be committed.
        """
        count = self._assignments.count
        try:
            for place in self._consumer.assignment():
                committed = await self._consumer.committed(place)
                if committed is None:
                    await self._consumer.seek_to_beginning(place)
                else:
                    self._consumer.seek(place, committed)
                self._consumer.resume(place)
        except (KafkaError, IllegalStateError):
            _LOG.info("The assignment changed while it was taken over", exc_info=True)
            return False
        self._seen = count
        return self.current

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        """Commit next offsets. Where that fails their records simply come again."""
        try:
            await self._consumer.commit(offsets)
        except (KafkaError, IllegalStateError):
            _LOG.warning("Offsets could not be committed; their rows will be written again", exc_info=True)

    async def breathe(self) -> None:
        """Poll without fetching: a consumer that does not poll is put out of its group.

        All partitions are paused. What one gives nevertheless came with a new assignment, after which all is
        read again from what is committed.
        """
        self._consumer.pause(*self._consumer.assignment())
        await self._consumer.getmany(timeout_ms=0)

    def hold(self, full: set[TopicPartition]) -> None:
        """Fetch from all partitions but these."""
        for place in self._consumer.assignment():
            if place in full:
                self._consumer.pause(place)
            else:
                self._consumer.resume(place)

    async def ends(self) -> dict[TopicPartition, int]:
        """The end of each assigned partition; empty while there is no assignment.

        Raises:
            KafkaError: the brokers cannot be asked.
        """
        assigned = self._consumer.assignment()
        if not assigned or not self.current:
            return {}
        ends: dict[TopicPartition, int] = await self._consumer.end_offsets(assigned)
        return ends

    async def position(self, place: TopicPartition) -> int:
        """The next offset that ``fetch`` will give."""
        return int(await self._consumer.position(place))


def source_record(record: ConsumerRecord[Any, Any]) -> SourceRecord:
    """A consumer record of ``sales.events``."""
    received = next((value for name, value in record.headers if name == topics.RECEIVED_AT_HEADER), None)
    return SourceRecord(
        record.partition,
        record.offset,
        record.timestamp,
        record.value or b"",
        received.decode("ascii", "replace") if received else None,
    )
