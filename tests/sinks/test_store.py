from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from daybook.sinks.errors import StoreBusy, StoreRefused, StoreUnavailable
from daybook.sinks.store import Store
from tests.support.ports import free_port

OPEN_IT = """
import sys
from pathlib import Path
from daybook.sinks.errors import StoreBusy
from daybook.sinks.store import Store
try:
    Store.embedded(Path(sys.argv[1]))
except StoreBusy as error:
    print(error)
"""


def test_times_come_back_in_utc(store: Store) -> None:
    """Epoch milliseconds and an aware time of another zone come out as the same aware instant in UTC."""
    instant = datetime(2026, 3, 29, 0, 30, 0, 123_000, tzinfo=UTC)
    elsewhere = instant.astimezone(timezone(timedelta(hours=-7)))
    milliseconds = 1_774_744_200_123
    store.insert("positions", {"partition": [1], "recorded_at": [milliseconds]})
    store.insert("positions", {"partition": [2], "recorded_at": [elsewhere]})
    rows = store.rows("SELECT recorded_at FROM positions ORDER BY partition")
    assert rows == [(instant,), (instant,)]
    assert {row[0].utcoffset() for row in rows} == {timedelta(0)}
    where = "SELECT count() FROM positions WHERE recorded_at = {at:DateTime64(3, 'UTC')}"
    assert store.value(where, {"at": elsewhere}) == 2


def test_a_time_without_a_zone_is_refused(embedded: Store) -> None:
    """A naive parameter never reaches the driver, which would take it as local time."""
    with pytest.raises(ValueError, match="without a zone"):
        embedded.rows("SELECT {at:DateTime64(3)}", {"at": datetime(2026, 3, 29)})  # noqa: DTZ001


def test_a_named_block_is_taken_once(store: Store) -> None:
    """A second block of the same name is dropped; blocks without a name are all taken."""
    for token, expected in (("a", 1), ("a", 1), ("b", 2), ("", 3), ("", 4)):
        store.insert("dead_letters", {"epoch": [1], "reason": ["x"]}, token)
        # Without FINAL, and merges held back: rows as they were inserted.
        store.command("SYSTEM STOP MERGES dead_letters")
        assert store.value("SELECT count() FROM dead_letters") == expected


def test_bytes_that_are_no_text_survive(store: Store) -> None:
    """Raw bytes come back as they went in, whatever they are."""
    raw = bytes(range(256))
    store.insert("events", {"offset": [1, 2], "raw": [raw, b'{"a":1}']})
    assert store.rows("SELECT raw FROM events ORDER BY offset", binary=("raw",)) == [(raw,), (b'{"a":1}',)]


def test_an_error_of_clickhouse_is_told_from_no_answer(store: Store) -> None:
    """A query that fails was answered; an address where nobody listens gives none."""
    with pytest.raises(StoreRefused, match="UNKNOWN_TABLE"):
        store.rows("SELECT 1 FROM nowhere")
    with pytest.raises(StoreUnavailable):
        Store.over_http(f"http://127.0.0.1:{free_port()}")


def test_a_second_process_is_told(embedded: Store, tmp_path: Path) -> None:
    """A data folder that is open here says so in another process, and is free when it is closed."""
    command = [sys.executable, "-c", OPEN_IT, str(tmp_path / "clickhouse")]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "open in another process" in told.stdout
    embedded.close()
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert told.stdout == ""
    Store.embedded(tmp_path / "clickhouse").close()


def test_one_folder_per_process(embedded: Store, tmp_path: Path) -> None:
    """The engine takes one folder at a time; the same folder may be opened twice."""
    with pytest.raises(StoreBusy, match="already has the engine open"):
        Store.embedded(tmp_path / "other")
    with Store.embedded(tmp_path / "clickhouse") as again:
        assert again.rows("SHOW TABLES") == embedded.rows("SHOW TABLES")


async def test_async_wrappers_give_the_same(embedded: Store) -> None:
    """What is awaited is what the blocking call gives."""
    assert await embedded.ainsert("positions", {"partition": [3]}) == 1
    assert await embedded.arows("SELECT partition FROM positions") == [(3,)]
    assert await embedded.arecords("SELECT partition FROM positions") == [{"partition": 3}]


def test_a_large_named_block_is_taken_whole(store: Store) -> None:
    """Rows of many megabytes under one name are all there: no part is taken for a repeat of another."""
    count = 20_000
    columns: dict[str, Sequence[object]] = {
        "partition": [1] * count,
        "offset": list(range(count)),
        "raw": [b"x" * 400] * count,
    }
    store.insert("events", columns, "large")
    store.insert("events", columns, "large")
    assert store.value("SELECT uniqExact(offset) FROM events") == count
