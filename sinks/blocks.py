"""From the records of one topic partition to the blocks that are inserted.

A block is named by what it was made from: topic, epoch, partition, first and last offset. ClickHouse drops a
second block of the same name, and whatever overlaps otherwise is folded by the tables' keys.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from daybook.ledger.calendar import Calendar
from daybook.ledger.messages import (
    DeadLetter,
    Outcomes,
    PartitionPosition,
    TotalsBucket,
    decode_dead_letter,
    decode_outcomes,
    decode_totals,
)
from daybook.ledger.positions import version
from daybook.schemas import topics
from daybook.sinks import rows
from daybook.sinks.store import Columns, transposed

Message = TotalsBucket | PartitionPosition | Outcomes | DeadLetter
Written = Mapping[bytes, int]
"""Highest version of an entry that was written of each bucket, by the bucket's record key."""

_LOG: Final = logging.getLogger(__name__)
_DECODERS: Final = {
    topics.TOTALS: decode_totals,
    topics.OUTCOMES: decode_outcomes,
    topics.DEAD_LETTERS: decode_dead_letter,
}


class Told(NamedTuple):
    """A record of the totals agent's topics; its message is None where it cannot be read."""

    offset: int
    key: bytes
    message: Message | None


class Block(NamedTuple):
    """Rows for one table, inserted whole. Without a token it is not told apart from another."""

    table: str
    columns: Columns
    token: str


class TotalsBlocks(NamedTuple):
    """Blocks of totals, and the highest version in them by bucket, to be remembered once they are written."""

    blocks: list[Block]
    versions: dict[bytes, int]


def read_told(topic: str, offset: int, key: bytes | None, value: bytes | None) -> Told:
    """A record of one of the totals agent's topics. One that cannot be read is reported and passed over."""
    try:
        message = _DECODERS[topic](value) if value else None
    except (ValueError, TypeError, KeyError):
        _LOG.exception("%s holds a record at offset %d that is not ours; it is passed over", topic, offset)
        message = None
    return Told(offset, key or b"", message)


def needs(message: Message | None) -> int:
    """The version up to which raw events have to be written before this message may be.

    So totals never run ahead of the raw events, from which they are rebuilt.
    """
    match message:
        case TotalsBucket() | PartitionPosition():
            return message.version
        case Outcomes():
            return max((version(o.epoch, o.offset + 1) for o in message.outcomes), default=0)
        case DeadLetter():
            return version(message.epoch, message.offset + 1)
        case _:
            return 0


def event_blocks(records: Sequence[rows.SourceRecord], epoch: int, calendar: Calendar) -> list[Block]:
    """Blocks for records of ``sales.events`` of one partition; a raw event goes after its lines."""
    made = [rows.event_rows(record, epoch, calendar) for record in records]
    lines = [line for row in made for line in row.lines]
    name = token(topics.EVENTS, epoch, records[0].partition, records[0].offset, records[-1].offset)
    return [
        Block("lines", transposed(rows.LINE_COLUMNS, lines), name),
        Block("events", transposed(rows.EVENT_COLUMNS, [row.event for row in made]), name),
    ]


def outcome_blocks(told: Sequence[Told], epoch: int, partition: int) -> list[Block]:
    """The block for records of ``sales.outcomes`` of one partition."""
    made = [row for t in told if isinstance(t.message, Outcomes) for row in rows.outcome_rows(t.message)]
    name = _token_of(topics.OUTCOMES, told, epoch, partition)
    return [Block("outcomes", transposed(rows.OUTCOME_COLUMNS, made), name)]


def dead_letter_blocks(told: Sequence[Told], epoch: int, partition: int) -> list[Block]:
    """The block for records of ``sales.dead-letters`` of one partition."""
    made = [rows.dead_letter_row(t.message) for t in told if isinstance(t.message, DeadLetter)]
    name = _token_of(topics.DEAD_LETTERS, told, epoch, partition)
    return [Block("dead_letters", transposed(rows.DEAD_LETTER_COLUMNS, made), name)]


def totals_blocks(told: Sequence[Told], epoch: int, partition: int, written: Written) -> TotalsBlocks:
    """Blocks for records of ``sales.totals`` of one partition, positions last.

    Only the newest message of each bucket counts, and of it only what changed since it was last written.
    """
    newest = {t.key: t.message for t in told}
    totals: list[rows.Row] = []
    positions: list[rows.Row] = []
    versions: dict[bytes, int] = {}
    for key, message in newest.items():
        if isinstance(message, PartitionPosition):
            positions.append(rows.position_row(message))
        elif isinstance(message, TotalsBucket):
            totals += rows.total_rows(message, written.get(key, -1))
            versions[key] = max((entry[0] for entry in message.entries.values()), default=-1)
    name = _token_of(topics.TOTALS, told, epoch, partition)
    blocks = [
        Block("totals", transposed(rows.TOTAL_COLUMNS, totals), name),
        Block("positions", transposed(rows.POSITION_COLUMNS, positions), name),
    ]
    return TotalsBlocks(blocks, versions)


def _token_of(topic: str, told: Sequence[Told], epoch: int, partition: int) -> str:
    # The version besides: what a rebuilt state tells at a start has offsets that the log will use, too.
    newest = max(needs(t.message) for t in told)
    return f"{token(topic, epoch, partition, told[0].offset, told[-1].offset)}/{newest}"


def token(topic: str, epoch: int, partition: int, first: int, last: int) -> str:
    """The name of a block."""
    return f"{topic}/{epoch}/{partition}/{first}/{last}"
