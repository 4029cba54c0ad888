"""Files of any system, read by a mapping: records become events one by one, and the bad ones are told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO, Final, NamedTuple

from daybook.producers.adapters.contract import Translation, Untranslatable
from daybook.producers.adapters.documents import UnreadableError, read_json
from daybook.producers.adapters.mapping.document import AnyMapping
from daybook.producers.adapters.mapping.document import Mapping as MappingDocument
from daybook.producers.adapters.mapping.orders import translate_record
from daybook.producers.adapters.mapping.records import records_in
from daybook.producers.adapters.mapping.signals import translate_signal
from daybook.producers.importers.rows import grouped, read_rows
from daybook.schemas.codec import Problem, Reason
from daybook.schemas.events import Channel, ReportingRate, SaleEvent
from daybook.schemas.signals.any import Signal

_EVENT: Final = (
    "order_id", "event_id", "time", "store_id", "till_id", "staff_id", "channel", "revenue_stream",
    "currency", "region", "campaign", "test", "business_date", "origin_time", "origin_business_date",
    "charged", "refunded",
)  # fmt: skip
_LINE: Final = (
    "kind", "product_id", "name", "category", "quantity", "unit_price", "amount", "discount", "tax",
    "tax_included", "weighed",
)  # fmt: skip
OWN_COLUMNS: Final = MappingDocument.model_validate(
    {
        "money": "major",
        "group_by": "order_id",
        "type": {"field": "type", "default": "sale.completed"},
        "event": {name: name for name in _EVENT},
        "lines": {"fields": {name: name for name in _LINE}},
    }
)
"""The mapping of a CSV file whose columns have our fields' names; amounts in major units."""

SCATTERED: Final = Problem(
    Reason.UNTRANSLATED, "rows", "rows of one order must follow each other: sort the file by order"
)


Records = Iterator[tuple[int, dict[str, Any] | Problem]]
"""Foreign records with the line that each begins on, from 1, or what is wrong with it."""


class FileOrigin(NamedTuple):
    """What is known of a file's records apart from them."""

    source: str
    store_id: str
    channel: Channel = Channel.POS
    time_zone: str = "UTC"
    currency: str | None = None
    locations: Mapping[str, str] = {}

    def rate(self, placed_at: datetime, currency: str) -> ReportingRate | None:
        """None: files carry no reporting rates."""
        del placed_at, currency
        return None


class BadRecord(NamedTuple):
    """A record that could not become an event: its line in the file, from 1, and what is wrong."""

    line: int
    problems: tuple[Problem, ...]

    def document(self) -> dict[str, Any]:
        """The same for JSON; nothing of the record itself, which may be personal."""
        told = [{"code": p.reason.value, "field": p.field, "detail": p.detail} for p in self.problems]
        return {"line": self.line, "problems": told}


@dataclass
class Tally:
    """What became of the records read so far."""

    records: int = 0
    bad: list[BadRecord] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)


def mapped_events(
    records: Records,
    mapping: AnyMapping,
    origin: FileOrigin,
    tally: Tally,
) -> Iterator[SaleEvent | Signal]:
    """The events or signals of records, one after the other; what becomes of each is added to the tally."""
    for line, record in records:
        tally.records += 1
        if isinstance(record, Problem):
            tally.bad.append(BadRecord(line, (record,)))
            continue
        try:
            translation = _translated(record, mapping, origin)
        except Untranslatable as error:
            tally.bad.append(BadRecord(line, tuple(error.problems)))
            continue
        if translation.ignored:
            tally.ignored[translation.ignored] += 1
        yield from translation.events
        yield from translation.signals


def _translated(record: dict[str, Any], mapping: AnyMapping, origin: FileOrigin) -> Translation:
    if isinstance(mapping, MappingDocument):
        return translate_record(record, mapping, origin)
    return translate_signal(record, mapping, origin)


def csv_records(file: BinaryIO, mapping: AnyMapping) -> Records:
    """The orders of a CSV file with the line that each begins on.

    Raises:
        FileFormatError: it is no CSV in UTF-8, or lacks the column that rows are grouped by.
    """
    for group in grouped(read_rows(file), mapping.group_by):
        yield group.line, SCATTERED if group.scattered else group.record


def json_records(file: BinaryIO, mapping: AnyMapping) -> Records:
    """The records of one JSON document, numbered from 1; it is read as a whole.

    Raises:
        UnreadableError: it is no JSON, or holds no records where the mapping says.
    """
    yield from enumerate(records_in(file.read(), mapping), start=1)


def json_line_records(file: BinaryIO) -> Records:
    """The JSON objects of a file with one on each line."""
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        try:
            yield number, dict(read_json(line))
        except UnreadableError as error:
            yield number, Problem(Reason.MALFORMED, "", str(error))
