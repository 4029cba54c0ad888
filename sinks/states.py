"""State topics: whatever is told as "this key stands so now" goes into a table by a row function of its own.

A topic is an entry of a table here and needs no code in the writer: its records become rows of a
ReplacingMergeTree whose version is the record's position, or one that the value itself states. So blocks may
come again, overlap and come in any order, and the newest state is read. These records wait for no raw events.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from aiokafka import ConsumerRecord

from daybook.ledger.positions import version
from daybook.sinks.blocks import Block, token
from daybook.sinks.pending import Batch, Pending
from daybook.sinks.store import Row, transposed

_LOG: Final = logging.getLogger(__name__)


class StateRecord(NamedTuple):
    """A record of a state topic. ``version`` orders the records of its partition, over epochs too."""

    partition: int
    offset: int
    version: int
    recorded_at: int
    """When the log recorded it, epoch milliseconds."""
    key: bytes
    value: bytes


class StateTopic(NamedTuple):
    """A topic, the table that it goes to, and the rows that one record becomes.

    ``rows`` raises ValueError, TypeError or KeyError for a value that is not of this topic. ``also`` are
    further tables for the same records, written after this one; their own ``also`` is not looked at.
    """

    topic: str
    table: str
    columns: tuple[str, ...]
    rows: Callable[[StateRecord], Sequence[Row]]
    also: tuple[StateTopic, ...] = ()


class _Made(NamedTuple):
    """The rows of one record, for each table."""

    offset: int
    rows: Sequence[Sequence[Row]]


class PendingStates(Pending):
    """Records of a state topic's partition that are not written yet."""

    def __init__(self, state: StateTopic, partition: int, epoch: int) -> None:
        super().__init__(state.topic, partition, epoch)
        self._tables = (state, *state.also)
        self._made: deque[_Made] = deque()

    def __len__(self) -> int:
        return len(self._made)

    @property
    def first_offset(self) -> int | None:
        """The lowest offset that is not written."""
        return self._made[0].offset if self._made else None

    def add(self, record: ConsumerRecord[Any, Any]) -> None:
        """Take over the next record. One that cannot be read is reported and passed over."""
        self._made.append(_Made(record.offset, self._rows(record)))

    def _rows(self, record: ConsumerRecord[Any, Any]) -> Sequence[Sequence[Row]]:
        nothing: Sequence[Sequence[Row]] = [()] * len(self._tables)
        if not record.value:
            # Its key is no longer kept in the topic; what was written of it stays.
            return nothing
        position = version(self.epoch, record.offset)
        state = StateRecord(
            record.partition, record.offset, position, record.timestamp, record.key or b"", record.value
        )
        try:
            return [table.rows(state) for table in self._tables]
        except (ValueError, TypeError, KeyError):
            _LOG.exception(
                "%s holds a record at offset %d that is not ours; it is passed over",
                self.topic,
                record.offset,
            )
            return nothing

    def batch(self, covered: int, limit: int) -> Batch | None:  # noqa: ARG002 - it waits for nothing
        """The next records, whatever is covered."""
        taken = [self._made[i] for i in range(min(limit, len(self._made)))]
        if not taken:
            return None
        name = token(self.topic, self.epoch, self.partition, taken[0].offset, taken[-1].offset)
        blocks = [
            Block(
                table.table,
                transposed(table.columns, [row for made in taken for row in made.rows[place]]),
                name,
            )
            for place, table in enumerate(self._tables)
        ]
        return Batch(blocks, len(taken), taken[-1].offset + 1, {})

    def drop(self, batch: Batch) -> None:
        """Forget a batch that is written."""
        for _ in range(batch.records):
            self._made.popleft()
