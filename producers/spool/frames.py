"""How a record lies in a segment: a head with its own checksum, then key and value. Pure.

    mark 4 | sequence 8 | kept_at 8 | key length 2 | value length 4 | checksum of the rest 4 | of the head 4

All little-endian; checksums are CRC-32. The mark holds a zero byte, which no JSON text may contain: what is
found behind damage by looking for the mark is a frame, and never the inside of an event.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

_MARK: Final = b"\x00\xffDB"
_HEAD: Final = struct.Struct("<4sQQHII")
_CHECK: Final = struct.Struct("<I")
HEAD_BYTES: Final = _HEAD.size + _CHECK.size
MAX_KEY_BYTES: Final = 0xFFFF


class Frame(NamedTuple):
    """A whole record, and where it lies. ``kept_at`` is in milliseconds since 1970, by the till's clock."""

    start: int
    end: int
    sequence: int
    kept_at: int
    key: bytes
    value: bytes


class Gap(NamedTuple):
    """Bytes that are no frame. ``torn``: a last frame that was not written to its end, so never promised."""

    start: int
    end: int
    torn: bool


def pack(sequence: int, kept_at: int, key: bytes, value: bytes) -> bytes:
    """The bytes of a frame.

    Raises:
        ValueError: the key is longer than 65,535 bytes.
    """
    if len(key) > MAX_KEY_BYTES:
        raise ValueError(f"a key has at most {MAX_KEY_BYTES} bytes")
    body = key + value
    head = _HEAD.pack(_MARK, sequence, kept_at, len(key), len(value), zlib.crc32(body))
    return head + _CHECK.pack(zlib.crc32(head)) + body


def scan(data: bytes, *, after: int = -1) -> Iterator[Frame | Gap]:
    """Everything in a segment's bytes, in order and without a byte left out.

    Sequences rise; a frame whose sequence is not above the one before it, or not above ``after``, is no
    record of this place and part of a gap.
    """
    offset = 0
    while offset < len(data):
        frame = _frame_at(data, offset, after)
        if frame is None:
            frame = _next_frame(data, offset + 1, after)
            end = len(data) if frame is None else frame.start
            yield Gap(offset, end, torn=frame is None and _torn(data[offset:]))
        if frame is None:
            return
        yield frame
        offset, after = frame.end, frame.sequence


def _frame_at(data: bytes, start: int, after: int) -> Frame | None:
    head = _head_at(data, start)
    if head is None:
        return None
    sequence, kept_at, key_length, value_length, checksum = head
    middle = start + HEAD_BYTES + key_length
    end = middle + value_length
    body = data[start + HEAD_BYTES : end]
    if end > len(data) or sequence <= after or zlib.crc32(body) != checksum:
        return None
    return Frame(start, end, sequence, kept_at, body[:key_length], body[key_length:])


def _head_at(data: bytes, start: int) -> tuple[int, int, int, int, int] | None:
    head = data[start : start + _HEAD.size]
    check = data[start + _HEAD.size : start + HEAD_BYTES]
    if len(check) < _CHECK.size or _CHECK.unpack(check)[0] != zlib.crc32(head):
        return None
    mark, sequence, kept_at, key_length, value_length, checksum = _HEAD.unpack(head)
    return (sequence, kept_at, key_length, value_length, checksum) if mark == _MARK else None


def _next_frame(data: bytes, start: int, after: int) -> Frame | None:
    while (start := data.find(_MARK, start)) >= 0:
        if (frame := _frame_at(data, start, after)) is not None:
            return frame
        start += 1
    return None


def _torn(rest: bytes) -> bool:
    if not rest.strip(b"\x00"):
        return True  # a file system may lengthen a file before it writes what belongs there
    if len(rest) < HEAD_BYTES:
        return rest.startswith(_MARK[: len(rest)])
    head = _head_at(rest, 0)
    return head is not None and HEAD_BYTES + head[2] + head[3] > len(rest)
