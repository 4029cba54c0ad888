"""What one topic partition has delivered and is not written yet, and what of it may be written now."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from typing import Final, NamedTuple

from daybook.ledger.calendar import Calendar
from daybook.schemas import topics
from daybook.sinks.blocks import (
    Block,
    Told,
    dead_letter_blocks,
    event_blocks,
    needs,
    outcome_blocks,
    totals_blocks,
)
from daybook.sinks.rows import SourceRecord

ORDER: Final = (topics.EVENTS, topics.OUTCOMES, topics.DEAD_LETTERS, topics.TOTALS)
"""The order in which a flush writes the topics: what a total is made of before the total."""


class Batch(NamedTuple):
    """Blocks to insert in order, and what holds once they are in."""

    blocks: list[Block]
    records: int
    next_offset: int
    versions: dict[bytes, int]


class Pending(ABC):
    """Records of one topic partition in the order of the log; they leave when they are written."""

    def __init__(self, topic: str, partition: int, epoch: int) -> None:
        self.topic = topic
        self.partition = partition
        self.epoch = epoch

    @abstractmethod
    def __len__(self) -> int: ...

    @property
    @abstractmethod
    def first_offset(self) -> int | None:
        """The lowest offset that is not written."""

    @abstractmethod
    def batch(self, covered: int, limit: int) -> Batch | None:
        """The next batch of up to ``limit`` records, or None.

        ``covered`` is the version below which all raw events are written.
        """

    @abstractmethod
    def drop(self, batch: Batch) -> None:
        """Forget a batch that is written."""


class PendingEvents(Pending):
    """Records of ``sales.events``."""

    def __init__(self, partition: int, epoch: int, calendar: Calendar) -> None:
        super().__init__(topics.EVENTS, partition, epoch)
        self._calendar = calendar
        self._records: deque[SourceRecord] = deque()

    def __len__(self) -> int:
        return len(self._records)

    @property
    def first_offset(self) -> int | None:
        """The lowest offset that is not written."""
        return self._records[0].offset if self._records else None

    def add(self, record: SourceRecord) -> None:
        """Take over the next record."""
        self._records.append(record)

    def batch(self, covered: int, limit: int) -> Batch | None:  # noqa: ARG002 - raw events wait for nothing
        """The next records, whatever is covered."""
        taken = [self._records[i] for i in range(min(limit, len(self._records)))]
        if not taken:
            return None
        blocks = event_blocks(taken, self.epoch, self._calendar)
        return Batch(blocks, len(taken), taken[-1].offset + 1, {})

    def drop(self, batch: Batch) -> None:
        """Forget a batch that is written."""
        for _ in range(batch.records):
            self._records.popleft()


class PendingTold(Pending):
    """Records of what the totals agent tells; each waits until the raw events behind it are written."""

    def __init__(self, topic: str, partition: int, epoch: int, written: dict[bytes, int]) -> None:
        super().__init__(topic, partition, epoch)
        self._written = written
        self._told: deque[Told] = deque()

    def __len__(self) -> int:
        return len(self._told)

    @property
    def first_offset(self) -> int | None:
        """The lowest offset that is not written."""
        return self._told[0].offset if self._told else None

    def add(self, told: Told) -> None:
        """Take over the next record."""
        self._told.append(told)

    def batch(self, covered: int, limit: int) -> Batch | None:
        """The next records whose raw events are in."""
        taken: list[Told] = []
        for told in self._told:
            if len(taken) == limit or needs(told.message) > covered:
                break
            taken.append(told)
        if not taken:
            return None
        blocks, versions = self._blocks(taken)
        return Batch(blocks, len(taken), taken[-1].offset + 1, versions)

    def _blocks(self, taken: list[Told]) -> tuple[list[Block], dict[bytes, int]]:
        if self.topic == topics.TOTALS:
            made = totals_blocks(taken, self.epoch, self.partition, self._written)
            return made.blocks, made.versions
        make = outcome_blocks if self.topic == topics.OUTCOMES else dead_letter_blocks
        return make(taken, self.epoch, self.partition), {}

    def drop(self, batch: Batch) -> None:
        """Forget a batch that is written, and remember the versions in it."""
        for _ in range(batch.records):
            self._told.popleft()
        self._written.update(batch.versions)
