"""Rows of a CSV file as records: rows of one order that follow each other, together."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, BinaryIO, NamedTuple

from daybook.producers.adapters.mapping.orders import ROWS


class FileFormatError(ValueError):
    """A file that is not in its format; the message is one sentence."""


class Row(NamedTuple):
    """A row with its line number in the file, from 1; the header is line 1."""

    line: int
    values: dict[str, str]


class RowGroup(NamedTuple):
    """One order: its first row's line, its record, and whether rows of it stood elsewhere before."""

    line: int
    record: dict[str, Any]
    scattered: bool


def read_rows(file: BinaryIO) -> Iterator[Row]:
    """The rows of a CSV file in UTF-8, separated by comma, semicolon or tab.

    Raises:
        FileFormatError: it is no such file.
    """
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    try:
        header = text.readline()
        separator = max(",;\t", key=header.count)
        names = next(csv.reader([header], delimiter=separator), [])
        if not names or len(set(names)) != len(names):
            raise FileFormatError("The first line must name the columns, each by a name of its own.")
        reader = csv.DictReader(text, names, delimiter=separator, strict=True)
        for values in reader:
            given = {name: value for name, value in values.items() if name is not None and value is not None}
            yield Row(reader.line_num + 1, given)
    except (UnicodeDecodeError, csv.Error) as error:
        raise FileFormatError(f"The file is not CSV in UTF-8: {error}.") from error
    finally:
        if not file.closed:
            text.detach()  # the file is not ours to close


def grouped(rows: Iterable[Row], column: str | None) -> Iterator[RowGroup]:
    """Orders of rows; without a column each row is one.

    A text of the column that comes again further down is scattered: counted as an order of its own it would
    be taken for a repeat, and its lines would be lost.

    Raises:
        FileFormatError: there is no such column.
    """
    seen: set[bytes] = set()
    for key, group in groupby(rows, key=lambda row: _key(row, column)):
        members = list(group)
        record: dict[str, Any] = {**members[0].values, ROWS: [row.values for row in members]}
        digest = hashlib.blake2b(str(key).encode(), digest_size=16).digest()
        yield RowGroup(members[0].line, record, digest in seen)
        seen.add(digest)


def _key(row: Row, column: str | None) -> str | int:
    if column is None:
        return row.line
    if column not in row.values:
        raise FileFormatError(f"Line {row.line} has no column {column!r}, by which rows are grouped.")
    return row.values[column]
