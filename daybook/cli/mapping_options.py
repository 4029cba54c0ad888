"""What commands that read foreign records by a mapping have in common."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from daybook.json_files import read_document
from daybook.producers.adapters.mapping.document import AnyMapping, MappingFile
from daybook.producers.files import unpacked
from daybook.producers.importers.mapped import (
    OWN_COLUMNS,
    FileOrigin,
    Records,
    csv_records,
    json_line_records,
    json_records,
)
from daybook.schemas.events import Channel


def origin_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options for what the records do not say themselves; the command gets ``origin``, to be called."""

    @click.option("--source", help="The source of the events, such as csv:old-till; the same in every run.")
    @click.option("--store", "store_id", help="The store of records that name none.")
    @click.option("--currency", help="The currency of records that name none, such as EUR.")
    @click.option("--zone", default="UTC", show_default=True, help="Of times without an offset.")
    @click.option(
        "--channel", type=click.Choice([c.value for c in Channel]), default="pos", show_default=True
    )
    @functools.wraps(command)
    def wrapped(
        *,
        source: str | None,
        store_id: str | None,
        currency: str | None,
        zone: str,
        channel: str,
        **more: Any,
    ) -> Any:
        def origin() -> FileOrigin:
            if source is None:
                raise click.UsageError("Name the source with --source: it is part of an event's identity.")
            try:
                ZoneInfo(zone)
            except (ZoneInfoNotFoundError, ValueError):
                raise click.UsageError(f"{zone} is no zone of the IANA time zone database.") from None
            return FileOrigin(source, store_id or "", Channel(channel), zone, currency)

        return command(origin=origin, **more)

    return wrapped


def read_mapping(path: Path | None) -> AnyMapping:
    """The mapping document; without one, that of columns with our fields' names.

    Raises:
        FileError: it is not there or not valid.
    """
    if path is None:
        return OWN_COLUMNS
    return read_document(path, MappingFile, "mapping document").root


@contextmanager
def opened_records(path: Path, file_format: str, mapping: AnyMapping) -> Iterator[Records]:
    """The records of a ``csv``, ``ndjson`` or ``json`` file, gzipped or not.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        plain = unpacked(file)
        if file_format == "csv":
            yield csv_records(plain, mapping)
        elif file_format == "ndjson":
            yield json_line_records(plain)
        else:
            yield json_records(plain, mapping)
