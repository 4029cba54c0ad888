"""Reading events from files of every form."""

from __future__ import annotations

import io

import orjson
import pytest

from daybook.producers.files import events_in_file
from tests.support.sales import sale

PRETTY = orjson.dumps(sale(), option=orjson.OPT_INDENT_2)
LINES = orjson.dumps(sale(1)) + b"\n\n" + orjson.dumps(sale(2)) + b"\r\n"


def read(data: bytes, *, lines: bool = False) -> list[bytes]:
    """All events in the bytes."""
    return list(events_in_file(io.BytesIO(data), lines=lines))


@pytest.mark.parametrize(
    "data,count",
    [
        (PRETTY, 1),
        (LINES, 2),
        (b"[" + PRETTY + b"," + PRETTY + b"]", 2),
        (b'{"events": [' + PRETTY + b"]}", 1),
        (b"", 0),
        (b" \n ", 0),
    ],
)
def test_every_form_is_found_out(data: bytes, count: int) -> None:
    """One event, lines, an array and a wrapped array are told apart by looking."""
    assert [orjson.loads(event)["type"] for event in read(data)] == ["sale.completed"] * count


def test_lines_and_single_events_stay_as_they_are() -> None:
    """What is published is what the file holds, byte for byte."""
    assert read(PRETTY) == [PRETTY]
    assert read(LINES) == read(LINES, lines=True) == [orjson.dumps(sale(1)), orjson.dumps(sale(2))]


def test_a_document_that_is_cut_off_is_one_bad_event() -> None:
    """A truncated file is reported once, not for each of its lines."""
    assert read(PRETTY[:-20]) == [PRETTY[:-20]]
    assert len(read(LINES[:-20])) == 2
