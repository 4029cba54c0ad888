"""From messages to rows, over the example events."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

from daybook.ledger.calendar import Calendar
from daybook.ledger.identity import identity
from daybook.ledger.lines import ledger_lines
from daybook.ledger.measures import BASE
from daybook.ledger.messages import DeadLetter, TotalsBucket
from daybook.schemas.codec import decode_event
from daybook.schemas.guard import find_personal_data
from daybook.sinks import rows
from daybook.sinks.rows import SourceRecord, event_rows
from tests.sinks.world import EPOCH, calendar, sale

EXAMPLES = Path(__file__).resolve().parents[2] / "schemas" / "examples"
VALID = sorted((EXAMPLES / "valid").glob("*.json"))
INVALID = sorted(path for path in (EXAMPLES / "invalid").iterdir() if path.is_file())
CARD = "4111 1111 1111 1111"


def stores_of(value: bytes) -> Calendar:
    """A calendar that knows the store of an event."""
    return calendar(decode_event(value).store_id)


def named(columns: tuple[str, ...], row: tuple[Any, ...]) -> dict[str, Any]:
    """A row by column; it has exactly one value for each."""
    return dict(zip(columns, row, strict=True))


def record(value: bytes, received_at: str | None = None) -> SourceRecord:
    """A record at a position."""
    return SourceRecord(3, 17, 1_773_576_000_123, value, received_at)


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_a_valid_event_is_stored_whole(path: Path) -> None:
    """Raw bytes as they came, and one row for each ledger line with its very measures."""
    value = path.read_bytes()
    event, stores = decode_event(value), stores_of(value)
    made = event_rows(record(value), EPOCH, stores)
    raw = named(rows.EVENT_COLUMNS, made.event)
    assert raw["raw"] in (value, orjson.dumps(orjson.loads(value)))
    assert (raw["epoch"], raw["partition"], raw["offset"]) == (EPOCH, 3, 17)
    assert raw["identity"] == identity(event.source, event.event_id)
    assert (raw["type"], raw["redacted"]) == (event.type, 0)
    lines = ledger_lines(event, stores)
    assert len(made.lines) == len(lines) > 0
    for row, line in zip(made.lines, lines, strict=True):
        stored = named(rows.LINE_COLUMNS, row)
        assert tuple(stored[name] for name in BASE) == line.measures
        shared = set(line._fields) & set(rows.LINE_COLUMNS)
        assert {name: stored[name] for name in shared} == {name: getattr(line, name) for name in shared}


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_an_invalid_event_is_stored_without_fields(path: Path) -> None:
    """What cannot be read has a raw row that names nothing, no line, and no personal data in it."""
    made = event_rows(record(path.read_bytes()), EPOCH, calendar())
    stored = named(rows.EVENT_COLUMNS, made.event)
    assert made.lines == []
    assert [stored[name] for name in ("source", "event_id", "type", "order_id", "store_id")] == [""] * 5
    assert stored["occurred_at"] is None
    assert stored["identity"] == bytes(16)
    assert stored["redacted"] or not path.name.startswith("personal_data")
    assert stored["redacted"] or stored["raw"] == path.read_bytes()
    assert find_personal_data(stored["raw"].decode("utf-8", "replace")) is None


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_the_same_message_gives_the_same_rows(path: Path) -> None:
    """Nothing but the message decides: a retry is equal to the first try."""
    value = path.read_bytes()
    first = event_rows(record(value), EPOCH, stores_of(value))
    assert event_rows(record(value), EPOCH, stores_of(value)) == first


def test_a_value_behind_a_repeated_key_is_not_kept() -> None:
    """A card number under a JSON key that comes again is read by nobody, and stored by nobody."""
    value = orjson.dumps(sale(1, campaign="spring")).replace(b'"campaign"', b'"campaign":"%s","campaign"')
    value = value.replace(b"%s", CARD.encode())
    stored = named(rows.EVENT_COLUMNS, event_rows(record(value), EPOCH, calendar()).event)
    assert b"4111" not in stored["raw"]
    assert decode_event(stored["raw"]) == decode_event(value)


def test_an_unknown_store_has_no_lines() -> None:
    """No business date without a store, so no lines; the raw event is kept with its fields."""
    made = event_rows(record(orjson.dumps(sale(1, store_id="new"))), EPOCH, calendar())
    assert made.lines == []
    assert named(rows.EVENT_COLUMNS, made.event)["store_id"] == "new"


def test_an_event_that_breaks_a_rule_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Should the ledger's arithmetic fail on an event, its raw row is kept and it has no lines."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(rows, "ledger_lines", broken)
    made = event_rows(record(orjson.dumps(sale(1))), EPOCH, calendar())
    assert made.lines == []
    assert named(rows.EVENT_COLUMNS, made.event)["event_id"] == "event-1"


@pytest.mark.parametrize(
    "received, expected",
    [
        ("2026-03-15T12:00:00.250+00:00", 1_773_576_000_250),
        ("2026-03-15T12:00:00", None),
        ("yesterday", None),
        (None, None),
    ],
)
def test_the_gateway_time_is_taken_if_it_is_one(received: str | None, expected: int | None) -> None:
    """A header that is no time with a zone is left out rather than guessed."""
    made = event_rows(record(orjson.dumps(sale(1)), received), EPOCH, calendar())
    assert named(rows.EVENT_COLUMNS, made.event)["received_at"] == expected


def test_only_newer_entries_of_a_bucket_become_rows() -> None:
    """An entry at or below the version that was written is left out."""
    entries = {"a": [5, *range(21)], "b": [6, *range(21)]}
    bucket = TotalsBucket(1, 2, 9, "sales", "2026-03-14", "GBP", "store", entries)
    assert [row[4] for row in rows.total_rows(bucket)] == ["a", "b"]
    (row,) = rows.total_rows(bucket, above=5)
    stored = named(rows.TOTAL_COLUMNS, row)
    assert (stored["key"], stored["version"], stored["gross"], stored["partition"]) == ("b", 6, 0, 2)
    assert stored["business_date"] == date(2026, 3, 14)


def test_a_dead_letter_is_redacted_here_too() -> None:
    """Even if its sender did not, the sink takes personal data out of bytes and detail."""
    letter = DeadLetter(
        *(1, "sales.events", 2, 3, 4, "wrong_type", "region", f"was {CARD}"),
        *(b'{"note":"me@example.com"}', False, False, ""),
    )
    stored = named(rows.DEAD_LETTER_COLUMNS, rows.dead_letter_row(letter))
    assert stored["redacted"] == 1
    assert b"example.com" not in stored["original"]
    assert stored["detail"] == "region: was [redacted]"
