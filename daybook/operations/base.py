"""An operation: a function of the place where the data is and of arguments, giving a document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict

from daybook.ledger.calendar import Calendar
from daybook.producers.records import OutgoingRecord
from daybook.sinks.sharded import is_spread
from daybook.sinks.store import Store

Document = dict[str, Any]
"""What an operation gives: it can be written as JSON, and its amounts are integers in minor units."""


class CannotAct(Exception):
    """The operation cannot be done here; the message is one plain sentence that says what to do."""


class Args(BaseModel):
    """Base of all operations' arguments."""

    model_config = ConfigDict(extra="forbid")


def need_one_shard(store: Store) -> None:
    """Before rows are replaced.

    Raises:
        CannotAct: they are spread over shards, where that cannot be done.
    """
    if is_spread(store):
        raise CannotAct(
            "Rows are on shards: rebuild, recount, grow, forget, backup and restore cannot be done there."
        )


def _no_progress(_done: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True)
class Place:
    """Where an operation works. ``calendar`` is None where no stores are known."""

    store: Store
    calendar: Calendar | None = None
    progress: Callable[[int], None] = field(default=_no_progress)
    """Called with the number of events done so far."""
    publish: Callable[[Sequence[OutgoingRecord]], None] | None = None
    """Sends records to the event topic; None where no broker is known."""
    command: Callable[[bytes], None] | None = None
    """Sends a command to the watcher and the notifier; None where no broker is known."""
    publish_to: Callable[[str, Sequence[OutgoingRecord]], None] | None = None
    """Sends records to a named topic other than that of the events; None where no broker is known."""
    reload_stores: Callable[[], None] | None = None
    """Reads the stores file again, where the counting is done in this process."""
    filling: Callable[[], bool] = field(default=lambda: False)
    """Whether a past is still being published: figures grow, and comparisons say little."""
