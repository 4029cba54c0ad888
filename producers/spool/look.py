"""How a spool stands, for a till's screen and for support; looking needs no lock and changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from daybook.producers.spool.aside import json_files
from daybook.producers.spool.errors import SpoolUnusable
from daybook.producers.spool.recovery import survey


@dataclass(frozen=True, slots=True)
class SpoolStatus:
    """What waits in a spool, and what was set aside."""

    pending: int
    pending_bytes: int
    oldest_seconds: float | None
    """Age of the oldest record that waits, by the till's clock, and never negative; None where none waits."""
    refused: int
    """Events in ``refused/``: the far side will not have them."""
    damaged: int
    """Pieces in ``damaged/``: bytes that are no record any more."""


def look(folder: Path, now: float) -> SpoolStatus:
    """How the spool in a folder stands, whoever has it. ``now`` is in seconds since 1970.

    Raises:
        SpoolUnusable: the folder cannot be read.
    """
    try:
        found = survey(folder)
        refused, damaged = set_aside(folder)
    except OSError as error:
        raise SpoolUnusable(f"The spool {folder} cannot be read: {error.strerror or error}.") from error
    return SpoolStatus(found.pending, found.pending_bytes, age(found.oldest, now), refused, damaged)


def set_aside(folder: Path) -> tuple[int, int]:
    """How many refused events, and damaged pieces, lie in a spool's folder."""
    return len(json_files(folder / "refused")), len(list((folder / "damaged").glob("*.bin")))


def age(kept_at: int | None, now: float) -> float | None:
    """Seconds since a record was kept; 0 where the clock went back meanwhile."""
    return None if kept_at is None else max(0.0, now - kept_at / 1000)
