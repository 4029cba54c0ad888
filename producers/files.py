"""Reading events from a file: NDJSON, a JSON array, ``{"events": [...]}``, or one JSON event."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

import orjson

_GZIP: Final = b"\x1f\x8b"


def unpacked(file: BinaryIO) -> BinaryIO:
    """The file, unzipped while it is read where it is gzip; known by its first bytes, not by its name."""
    peek = getattr(file, "peek", None)
    if peek is None or peek(2)[:2] != _GZIP:
        return file
    return gzip.GzipFile(fileobj=file)  # type: ignore[return-value]  # reads like any binary file


def events_in_file(file: BinaryIO, *, lines: bool = False) -> Iterator[bytes]:
    """The events of a file, each as its own bytes, whether valid or not.

    With ``lines`` the file is NDJSON and read line by line, however long it is. Without, it is read as a
    whole and its form is found out; NDJSON and a single event stay byte for byte as they are.

    Raises:
        OSError: the file cannot be read.
    """
    if lines:
        yield from (line.rstrip(b"\r\n") for line in file if line.strip())
        return
    data = file.read()
    try:
        yield from _documents(data, orjson.loads(data))
    except orjson.JSONDecodeError:
        yield from _broken_or_lines(data)


def _documents(data: bytes, parsed: Any) -> Iterator[bytes]:
    if isinstance(parsed, dict) and set(parsed) == {"events"}:
        parsed = parsed["events"]
    if isinstance(parsed, list):
        yield from map(orjson.dumps, parsed)
    else:
        yield data


def _broken_or_lines(data: bytes) -> Iterator[bytes]:
    found = [line for line in data.splitlines() if line.strip()]
    if len(found) > 1 and _is_json(found[0]):
        yield from found
    elif data.strip():
        # One document that is cut off is one bad event, not as many as it has lines.
        yield data


def _is_json(line: bytes) -> bool:
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True
