"""From messages to rows, one pure function per table.

Every function gives rows in the order of its table's ``*_COLUMNS``. Times are epoch milliseconds, quarters
epoch seconds, amounts minor units.
"""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, NamedTuple

import orjson

from daybook.ledger import measures
from daybook.ledger.calendar import Calendar, UnknownStoreError
from daybook.ledger.identity import identity
from daybook.ledger.lines import LedgerLine, ledger_lines
from daybook.ledger.messages import DeadLetter, Outcomes, PartitionPosition, TotalsBucket
from daybook.schemas.codec import EventRefused, decode_event
from daybook.schemas.events import SaleEvent
from daybook.schemas.guard import find_personal_data, redact
from daybook.schemas.redaction import redact_event

Row = tuple[Any, ...]

EVENT_COLUMNS: Final = (
    *("epoch", "partition", "offset", "recorded_at", "received_at", "source", "event_id", "type"),
    *("order_id", "store_id", "occurred_at", "identity", "raw", "redacted"),
)
LINE_COLUMNS: Final = (
    *("epoch", "partition", "offset", "occurred_at", "recorded_at", "source", "event_id", "order_id", "type"),
    *("store_id", "till_id", "campaign", "customer"),
    *("line_no", "book", "business_date", "origin_date", "quarter", "region", "channel", "revenue_stream"),
    *("staff_id", "product_id", "product_name", "category", "currency", "kind"),
    *measures.BASE,
    *("product_orders", "category_orders"),
)
OUTCOME_COLUMNS: Final = ("epoch", "partition", "offset", "outcome", "reason")
TOTAL_COLUMNS: Final = (
    *("book", "business_date", "currency", "dimension", "key", "partition", "version"),
    *measures.STORED,
)
POSITION_COLUMNS: Final = (
    *("partition", "version", "epoch", "next_offset", "received", "counted", "duplicates", "superseded"),
    *("dead", "recorded_at"),
)
DEAD_LETTER_COLUMNS: Final = (
    *(
        "epoch",
        "partition",
        "offset",
        "reason",
        "detail",
        "original",
        "redacted",
        "replayable",
        "recorded_at",
    ),
)

_LOG: Final = logging.getLogger(__name__)
_NO_IDENTITY: Final = bytes(16)
_ZERO: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


class SourceRecord(NamedTuple):
    """A record of ``sales.events``. ``recorded_at`` is the log's time in epoch milliseconds."""

    partition: int
    offset: int
    recorded_at: int
    value: bytes
    received_at: str | None = None


class EventRows(NamedTuple):
    """What one record of ``sales.events`` becomes: its raw row, and its lines if it could be read."""

    event: Row
    lines: list[Row]


def event_rows(record: SourceRecord, epoch: int, calendar: Calendar) -> EventRows:
    """The rows of a source record. No lines where it is no valid event, or of a store nobody knows."""
    try:
        event = decode_event(record.value)
    except EventRefused:
        return EventRows(_unreadable_row(record, epoch), [])
    except Exception:  # noqa: BLE001 - one bad event must never stop the good ones
        _LOG.exception("The event at %d of partition %d cannot be read", record.offset, record.partition)
        return EventRows(_unreadable_row(record, epoch), [])
    try:
        lines = ledger_lines(event, calendar)
    except UnknownStoreError:
        lines = []
    except Exception:  # noqa: BLE001 - the same; the totals agent has made it a dead letter
        _LOG.exception("The event at %d of partition %d has no lines", record.offset, record.partition)
        lines = []
    head = _line_head(record, epoch, event)
    return EventRows(_event_row(record, epoch, event), [head + _line_tail(line) for line in lines])


def outcome_rows(message: Outcomes) -> list[Row]:
    """Rows of ``outcomes``."""
    return [
        (o.epoch, message.partition if o.partition is None else o.partition, o.offset, o.outcome, o.reason)
        for o in message.outcomes
    ]


def total_rows(message: TotalsBucket, above: int = -1) -> list[Row]:
    """Rows of ``totals`` for the entries whose last change has a version above ``above``."""
    day = date.fromisoformat(message.business_date)
    head = (message.book, day, message.currency, message.dimension)
    return [
        (*head, key, message.partition, *entry) for key, entry in message.entries.items() if entry[0] > above
    ]


def position_row(message: PartitionPosition) -> Row:
    """The row of ``positions``."""
    return (
        message.partition,
        message.version,
        message.epoch,
        message.next_offset,
        message.received,
        message.counted,
        message.duplicates,
        message.superseded,
        message.dead,
        message.recorded_at,
    )


def dead_letter_row(message: DeadLetter) -> Row:
    """The row of ``dead_letters``; whatever came, no personal data goes in."""
    original, found = redact_event(message.original)
    detail = f"{message.field}: {message.detail}" if message.field else message.detail
    return (
        message.epoch,
        message.partition,
        message.offset,
        message.reason,
        redact(detail),
        original,
        int(message.redacted or found),
        int(message.replayable),
        message.recorded_at,
    )


def milliseconds(instant: datetime) -> int:
    """An aware instant as epoch milliseconds, rounded down."""
    return (instant - _ZERO) // _MILLISECOND


def _received(text: str | None) -> int | None:
    try:
        instant = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return milliseconds(instant) if instant is not None and instant.tzinfo is not None else None


def _unreadable_row(record: SourceRecord, epoch: int) -> Row:
    raw, redacted = redact_event(record.value)
    where = (epoch, record.partition, record.offset, record.recorded_at, _received(record.received_at))
    return (*where, "", "", "", "", "", None, _NO_IDENTITY, raw, int(redacted))


def _event_row(record: SourceRecord, epoch: int, event: SaleEvent) -> Row:
    raw, redacted = _safe(record.value)
    return (
        epoch,
        record.partition,
        record.offset,
        record.recorded_at,
        _received(record.received_at),
        event.source,
        event.event_id,
        event.type,
        event.order_id,
        event.store_id,
        milliseconds(event.time),
        identity(event.source, event.event_id),
        raw,
        int(redacted),
    )


def _safe(value: bytes) -> tuple[bytes, bool]:
    """The bytes of a valid event, which has passed the guard field by field."""
    if find_personal_data(value.decode()) is None:
        return value, False
    cleaned, redacted = redact_event(value)
    # Valid, and yet something shows: an identifier by chance, or a value hidden behind a repeated JSON key,
    # which nobody read. Written anew the hidden one is gone.
    return (cleaned, True) if redacted else (orjson.dumps(orjson.loads(value)), False)


def _line_head(record: SourceRecord, epoch: int, event: SaleEvent) -> Row:
    return (
        epoch,
        record.partition,
        record.offset,
        milliseconds(event.time),
        record.recorded_at,
        event.source,
        event.event_id,
        event.order_id,
        event.type,
        event.store_id,
        event.till_id or "",
        event.campaign or "",
        event.customer or "",
    )


def _line_tail(line: LedgerLine) -> Row:
    return (
        line.line_no,
        line.book,
        line.business_date,
        line.origin_date,
        line.quarter,
        line.region,
        line.channel,
        line.revenue_stream,
        line.staff_id,
        line.product_id,
        line.product_name,
        line.category,
        line.currency,
        line.kind,
        *line.measures,
        line.product_orders,
        line.category_orders,
    )
