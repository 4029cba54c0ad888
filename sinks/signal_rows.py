"""Signals in ClickHouse: the raw ones, their totals and positions, and what was not counted."""

from __future__ import annotations

from datetime import date
from typing import Final

from daybook.ledger.identity import SIZE, identity
from daybook.ledger.messages import PartitionPosition, decode_dead_letter, decode_outcomes, decode_totals
from daybook.ledger.positions import epoch_of
from daybook.ledger.signals.encoding import decode_bucket
from daybook.schemas import topics
from daybook.schemas.codec import EventRefused
from daybook.schemas.guard import find_personal_data
from daybook.schemas.redaction import redact_event
from daybook.schemas.signals.any import decode_signal
from daybook.sinks import rows
from daybook.sinks.states import StateRecord, StateTopic
from daybook.sinks.store import Row

EVENT_COLUMNS: Final = (
    *("epoch", "partition", "offset", "recorded_at", "source", "event_id", "type", "subject_id"),
    *("store_id", "occurred_at", "identity", "raw", "redacted"),
)
TOTAL_COLUMNS: Final = (
    *("book", "business_date", "currency", "dimension", "key", "measure", "partition", "version", "value"),
)
_POSITION: Final = b"position|"


def event_rows(record: StateRecord) -> list[Row]:
    """The raw row of a signal; without what it says where it cannot be read."""
    where = (epoch_of(record.version), record.partition, record.offset, record.recorded_at)
    try:
        signal = decode_signal(record.value)
    except EventRefused:
        raw, redacted = redact_event(record.value)
        return [(*where, "", "", "", "", "", None, bytes(SIZE), raw, int(redacted))]
    raw, redacted = record.value, False
    if find_personal_data(raw.decode()) is not None:
        raw, redacted = redact_event(raw)
    name = identity(signal.source, signal.event_id)
    at = rows.milliseconds(signal.time)
    head = (signal.source, signal.event_id, signal.type, signal.subject_id, signal.store_id, at)
    return [(*where, *head, name, raw, int(redacted))]


def total_rows(record: StateRecord) -> list[Row]:
    """A row for each measure of each total in a bucket."""
    if record.key.startswith(_POSITION):
        return []
    bucket = decode_bucket(record.value)
    head = (bucket.book, date.fromisoformat(bucket.business_date), bucket.currency, bucket.dimension)
    return [
        (*head, key, measure, bucket.partition, version, value)
        for key, (version, measures) in bucket.entries.items()
        for measure, value in measures.items()
    ]


def position_rows(record: StateRecord) -> list[Row]:
    """The row of a position; none for a bucket."""
    if not record.key.startswith(_POSITION):
        return []
    position = decode_totals(record.value)
    if not isinstance(position, PartitionPosition):
        raise TypeError("a bucket under a position's key")
    return [rows.position_row(position)]


def outcome_rows(record: StateRecord) -> list[Row]:
    """Rows of what was not counted."""
    return rows.outcome_rows(decode_outcomes(record.value))


def dead_letter_rows(record: StateRecord) -> list[Row]:
    """The row of a dead letter."""
    return [rows.dead_letter_row(decode_dead_letter(record.value))]


_POSITIONS: Final = StateTopic(topics.SIGNAL_TOTALS, "signal_positions", rows.POSITION_COLUMNS, position_rows)
SIGNAL_TABLES: Final = (
    StateTopic(topics.SIGNALS, "signal_events", EVENT_COLUMNS, event_rows),
    StateTopic(topics.SIGNAL_OUTCOMES, "signal_outcomes", rows.OUTCOME_COLUMNS, outcome_rows),
    StateTopic(topics.SIGNAL_DEAD_LETTERS, "signal_dead_letters", rows.DEAD_LETTER_COLUMNS, dead_letter_rows),
    StateTopic(topics.SIGNAL_TOTALS, "signal_totals", TOTAL_COLUMNS, total_rows, (_POSITIONS,)),
)
"""The raw signals come first: totals are recomputed from them."""
