"""The ClickHouse over HTTP of the fault rows, with inserts that fail where the engine could not store them.

chDB 4.4's streaming insert answers that rows are written also where the disk had no room for them; its plain
query refuses, as a ClickHouse server does. So what is streamed goes through a file and a plain query here.

    python -m tests.faults.truthful_server clickhouse_http.py --path DIR --port PORT
"""

from __future__ import annotations

import runpy
import sys
import tempfile
from types import SimpleNamespace, TracebackType
from typing import Any, Self

from chdb.state import sqlitelike

from tests.faults.patching import wrap


class FileInsert:
    """What ``send_insert`` gives, on a file in the system's own temporary folder."""

    def __init__(self, connection: Any, query: str, kind: str) -> None:
        self._connection, self._query, self._kind = connection, query, kind
        self._file = tempfile.NamedTemporaryFile(prefix="daybook-insert-")  # noqa: SIM115 - closed on exit

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def append(self, data: bytes) -> None:
        """Take further bytes of the rows."""
        self._file.write(data)

    def finish(self) -> SimpleNamespace:
        """Insert what was taken.

        Raises:
            RuntimeError: the engine did not store it.
        """
        self._file.flush()
        sql = f"{self._query} FROM INFILE '{self._file.name}' FORMAT {self._kind}"
        done = self._connection.query(sql, "TabSeparated")
        return SimpleNamespace(rows_written=done.rows_written(), bytes_written=0)


def _through_a_file(connection: Any, query: str, kind: str = "CSV") -> FileInsert:
    return FileInsert(connection, query, kind)


if __name__ == "__main__":
    wrap(sqlitelike.Connection, "send_insert", lambda _streaming: _through_a_file)
    del sys.argv[0]
    runpy.run_path(sys.argv[0], run_name="__main__")
