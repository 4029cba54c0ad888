"""Bodies as they are sent, and as they unfold: both bounded, piece by piece."""

from __future__ import annotations

import zlib
from typing import Final, NamedTuple

from daybook.producers.gateway.refusals import Refusal

_GZIP: Final = 16 + zlib.MAX_WBITS
_ENCODINGS: Final = frozenset({"", "identity", "gzip"})


class Body(NamedTuple):
    """A body: as it was sent, which is what signatures are about, and unfolded."""

    raw: bytes
    content: bytes


class BodyParts:
    """Puts a body together from its pieces, and refuses it as soon as it grows too large."""

    def __init__(self, encoding: str, limit: int) -> None:
        """``encoding`` is the Content-Encoding, empty without one.

        Raises:
            Refusal: 415 for an encoding other than gzip.
        """
        encoding = encoding.strip().lower()
        if encoding not in _ENCODINGS:
            raise Refusal(
                415, "encoded_body", "Send the body as it is, or with gzip.", field="content-encoding"
            )
        self._limit = limit
        self._raw = bytearray()
        self._content = bytearray()
        self._unfold = zlib.decompressobj(_GZIP) if encoding == "gzip" else None

    def add(self, piece: bytes) -> int:
        """Take the next piece; returns by how many bytes more the body is in memory.

        Raises:
            Refusal: 413 beyond the limit, 400 where it is not gzip as it says.
        """
        before = len(self._raw) + len(self._content)
        self._raw += piece
        if len(self._raw) > self._limit:
            raise self._too_large()
        if self._unfold is not None:
            self._gunzip(piece)
        return len(self._raw) + len(self._content) - before

    def body(self) -> Body:
        """The whole.

        Raises:
            Refusal: 400 where the gzip stream is cut off.
        """
        raw = bytes(self._raw)
        if self._unfold is None:
            return Body(raw, raw)
        if not self._unfold.eof:
            raise _bad_gzip()
        return Body(raw, bytes(self._content))

    def _gunzip(self, piece: bytes) -> None:
        assert self._unfold is not None
        # One byte more than may be: enough to know, whatever else the bomb would unfold to.
        room = self._limit + 1 - len(self._content)
        try:
            self._content += self._unfold.decompress(piece, room)
        except zlib.error:
            raise _bad_gzip() from None
        if len(self._content) > self._limit:
            raise self._too_large()
        if self._unfold.unused_data:
            raise _bad_gzip()

    def _too_large(self) -> Refusal:
        return Refusal(413, "too_large", f"At most {self._limit} bytes in one request, unpacked as well.")


def _bad_gzip() -> Refusal:
    return Refusal(400, "bad_gzip", "The body is not one whole gzip stream.", field="content-encoding")
