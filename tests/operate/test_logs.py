from __future__ import annotations

import io
import logging

import orjson

from daybook.logs import JsonFormatter


def test_a_log_line_is_one_json_object() -> None:
    """Time, weight, place and message, and a traceback within the same line."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    log = logging.Logger("daybook.test")  # noqa: LOG001 - one that nobody else hears
    log.addHandler(handler)
    log.info("partition %d: %s", 3, "reading again")
    try:
        int("broken\nin two lines")
    except ValueError:
        log.exception("a batch could not be counted")
    first, second = (orjson.loads(line) for line in stream.getvalue().splitlines())
    assert (first["level"], first["logger"], first["message"]) == (
        "INFO", "daybook.test", "partition 3: reading again",
    )  # fmt: skip
    assert first["time"].endswith("+00:00")
    assert "broken" in second["error"]
