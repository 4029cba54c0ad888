"""A worker as it was one state version ago: ``python -m tests.operate.older_worker worker``.

Its buckets have an entry for each key instead of rows, and one with rows is nothing that it can read. The
golden record beside the tests, which that version has written, holds this form against the real one.
"""

from __future__ import annotations

from typing import Any

import orjson

from daybook.cli.main import main
from daybook.ledger import state, totals
from daybook.ledger.messages import PartitionPosition, TotalsBucket, encode
from daybook.ledger.table import Part


def encode_entries(head: TotalsBucket, part: Part) -> bytes:
    """A bucket as it was written."""
    return encode(head._replace(entries=part.entries(head.version)))


def decode_entries(value: bytes) -> TotalsBucket | PartitionPosition:
    """What it read; raises TypeError for a bucket of today."""
    body: dict[str, Any] = orjson.loads(value)
    return TotalsBucket(**body) if "book" in body else PartitionPosition(**body)


if __name__ == "__main__":
    setattr(totals, "encode_part", encode_entries)  # noqa: B010 - a module's name, put back by nobody
    setattr(state, "decode_totals", decode_entries)  # noqa: B010 - the same
    main()
