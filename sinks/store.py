"""A thin typed port over clickhouse-connect: a server over HTTP and embedded chDB are used alike.

Times go in as epoch milliseconds (``DateTime64(3)``) or epoch seconds (``DateTime``), or as aware datetimes,
and come out as aware UTC datetimes; naive ones are not for use here: the driver would take them as local.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, cast
from urllib.parse import urlsplit
from uuid import uuid4

from daybook.sinks.embedded import ENGINE_LOCK, EmbeddedFolder, take
from daybook.sinks.errors import StoreRefused, StoreUnavailable

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

Columns = Mapping[str, Sequence[Any]]
"""Rows by the column: every sequence has the same length."""
Parameters = Mapping[str, Any]
Row = tuple[Any, ...]

_CONNECT_SECONDS: Final = 5
_ANSWER_SECONDS: Final = 120
_PIECE: Final = 1024 * 1024
_MISSING_DATABASE: Final = "__default__"


class Store:
    """One database of a ClickHouse. Safe to call from several threads; each call blocks until its answer."""

    def __init__(
        self,
        client: Client,
        database: str,
        *,
        lock: AbstractContextManager[Any] | None = None,
        folder: EmbeddedFolder | None = None,
    ) -> None:
        """Takes over a connected client; use ``embedded`` or ``over_http`` to make one."""
        self.database = database
        self._client = client
        self._lock = lock or nullcontext()
        self._folder = folder
        self._types: dict[str, dict[str, str]] = {}

    @classmethod
    def embedded(cls, path: Path, database: str = "daybook") -> Self:
        """The database in a folder, on the engine inside this process; created if it is not there.

        Raises:
            StoreBusy: the folder, or the one engine that a process can have, is in use otherwise.
            StoreUnavailable: the engine did not start on the folder.
        """
        import clickhouse_connect  # noqa: PLC0415 - only who opens a store needs it, and waits until it is loaded

        folder = take(path)
        try:
            with ENGINE_LOCK, _translated():
                client = clickhouse_connect.get_client(
                    interface="chdb", path=str(folder.path), tz_mode="aware"
                )
                client.command(f"CREATE DATABASE IF NOT EXISTS {_quoted(database)}")
                client.database = database
        except BaseException:
            folder.release()
            raise
        return cls(client, database, lock=ENGINE_LOCK, folder=folder)

    @classmethod
    def over_http(
        cls,
        url: str,
        database: str = "daybook",
        *,
        user: str = "",
        password: str = "",
        ca_file: Path | None = None,
    ) -> Self:
        """The database on a server at an address such as ``http://127.0.0.1:8123``; it need not exist yet.

        With ``https`` the certificate is checked, against ``ca_file`` (PEM) or the system's own list.

        Raises:
            StoreUnavailable: no answer from there.
            StoreRefused: the server does not let us in.
        """
        import clickhouse_connect  # noqa: PLC0415 - as above

        parts = urlsplit(url)
        secure = parts.scheme == "https"
        with _translated():
            client = clickhouse_connect.get_client(
                host=parts.hostname or "127.0.0.1",
                port=parts.port or (8443 if secure else 8123),
                username=user or parts.username or "default",
                password=password or parts.password or "",
                secure=secure,
                verify=True,
                ca_cert=None if ca_file is None else str(ca_file),
                database=_MISSING_DATABASE,
                tz_mode="aware",
                autogenerate_session_id=False,
                connect_timeout=_CONNECT_SECONDS,
                send_receive_timeout=_ANSWER_SECONDS,
            )
        client.database = database
        return cls(client, database)

    def create_database(self) -> None:
        """Create the database if it is not there."""
        with self._lock, _translated():
            self._client.database = None if self._folder is None else self.database
            try:
                self._client.command(f"CREATE DATABASE IF NOT EXISTS {_quoted(self.database)}")
            finally:
                self._client.database = self.database

    def rows(
        self, sql: str, parameters: Parameters | None = None, *, binary: Sequence[str] = ()
    ) -> list[Row]:
        """The rows of a query; its parameters are written ``{name:Type}``; ``binary`` columns come as bytes.

        Raises:
            StoreUnavailable: no answer.
            StoreRefused: the query failed.
        """
        formats: dict[str, str | dict[str, str]] = dict.fromkeys(binary, "bytes")
        with self._lock, _translated():
            result = self._client.query(sql, parameters=_checked(parameters), column_formats=formats or None)
            return cast("list[Row]", list(result.result_rows))

    def records(self, sql: str, parameters: Parameters | None = None) -> list[dict[str, Any]]:
        """The rows of a query as dicts by column name. Raises what ``rows`` raises."""
        with self._lock, _translated():
            result = self._client.query(sql, parameters=_checked(parameters))
            return [dict(zip(result.column_names, row, strict=True)) for row in result.result_rows]

    def value(self, sql: str, parameters: Parameters | None = None) -> Any:
        """The first column of the first row. Raises what ``rows`` raises."""
        return self.rows(sql, parameters)[0][0]

    def command(self, sql: str, parameters: Parameters | None = None) -> None:
        """Run a statement that gives no rows. Raises what ``rows`` raises."""
        with self._lock, _translated():
            self._client.command(sql, parameters=_checked(parameters))

    def insert(self, table: str, columns: Columns, token: str = "") -> int:
        """Insert rows by the column as one block; the number of rows.

        ``token`` names the block: ClickHouse drops a second one of that name. Raises what ``rows`` raises.
        """
        length = len(next(iter(columns.values()), ()))
        if not length:
            return 0
        settings = {"insert_deduplication_token": token or unique_token()}
        with self._lock, _translated():
            types = self._column_types(table)
            context = self._client.create_insert_context(
                table,
                list(columns),
                column_type_names=[types[name] for name in columns],
                column_oriented=True,
                settings=settings,
            )
            context.data = list(columns.values())
            # The driver would cut large data into blocks, and all but the first would be dropped as repeats,
            # for one insert has one token.
            context.block_row_count = length
            self._client.data_insert(context)
        return length

    def export(self, sql: str, path: Path, parameters: Parameters | None = None) -> None:
        """Write the rows of a query to a file, in ClickHouse's Native format. Raises what ``rows`` raises."""
        with self._lock, _translated(), path.open("wb") as file:
            stream: Any = self._client.raw_stream(sql, parameters=_checked(parameters), fmt="Native")
            while piece := stream.read(_PIECE):
                file.write(piece)

    def load(self, table: str, columns: Sequence[str], path: Path) -> None:
        """Insert the rows of such a file; columns that it lacks get defaults. Raises what ``rows`` raises."""
        if not path.stat().st_size:
            return
        with self._lock, _translated(), path.open("rb") as file:
            self._client.raw_insert(table, columns, file, fmt="Native")

    def exclusive(self) -> AbstractContextManager[Any]:
        """While it is held nobody else reaches an embedded engine; a server has no such thing."""
        return self._lock

    def close(self) -> None:
        """Let go of the connection, and of the folder if it was an embedded one."""
        with self._lock:
            self._client.close()
        if self._folder is not None:
            self._folder.release()

    async def arows(self, sql: str, parameters: Parameters | None = None) -> list[Row]:
        """``rows`` in a thread of its own."""
        return await asyncio.to_thread(self.rows, sql, parameters)

    async def arecords(self, sql: str, parameters: Parameters | None = None) -> list[dict[str, Any]]:
        """``records`` in a thread of its own."""
        return await asyncio.to_thread(self.records, sql, parameters)

    async def ainsert(self, table: str, columns: Columns, token: str = "") -> int:
        """``insert`` in a thread of its own."""
        return await asyncio.to_thread(self.insert, table, columns, token)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _column_types(self, table: str) -> dict[str, str]:
        types = self._types.get(table)
        if types is None:
            described = self._client.query(f"DESCRIBE TABLE {_quoted(table)}").result_rows
            types = self._types[table] = {str(row[0]): str(row[1]) for row in described}
        return types


@contextmanager
def _translated() -> Iterator[None]:
    """The driver's errors in our own terms. One without a code of ClickHouse's own is no answer from it."""
    from clickhouse_connect.driver.exceptions import (  # noqa: PLC0415 - as above
        ClickHouseError,
        DataError,
        Error,
    )

    try:
        yield
    except Error as error:
        if error.code is None and not isinstance(error, DataError):
            raise StoreUnavailable(str(error)) from error
        raise StoreRefused(str(error)) from error
    except ClickHouseError as error:
        raise StoreRefused(str(error)) from error
    except OSError as error:
        raise StoreUnavailable(str(error)) from error


def unique_token() -> str:
    """A name that no other block has: without one ClickHouse drops a block of the same content.

    Every version understands it; the settings that turn deduplication off differ between versions.
    """
    return f"once/{uuid4()}"


def _checked(parameters: Parameters | None) -> dict[str, Any] | None:
    for name, value in (parameters or {}).items():
        if isinstance(value, datetime) and value.tzinfo is None:
            raise ValueError(f"parameter {name}: a time without a zone would be taken as local")
    return dict(parameters) if parameters else None


def _quoted(identifier: str) -> str:
    return "`" + identifier.replace("\\", "\\\\").replace("`", "\\`") + "`"


def transposed(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, Sequence[Any]]:
    """Rows by the column, for ``insert``."""
    if not rows:
        return dict.fromkeys(names, ())
    return dict(zip(names, zip(*rows, strict=True), strict=True))
