"""Safeguards taken away, one at a time: without each of them its row has to fail."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable
from typing import Any, Final

from daybook.sinks.migrate import Migration
from daybook.sinks.store import Store
from daybook.streams.following import TotalsFollower
from daybook.streams.notify_agent import NotifyAgent
from daybook.streams.totals import TotalsProcessor
from daybook.streams.writer import CheckpointWriter, TransactionalWriter
from tests.faults.patching import wrap


def offsets_first() -> None:
    """Commit the source offsets before the transaction that they stand for."""

    def before(original: Callable[..., Any]) -> Callable[..., Any]:
        async def checkpoint(self: TotalsProcessor, partition: int) -> None:
            ledger = self._ledgers.get(partition)
            if ledger is not None and ledger.changed:
                await self._source.commit(partition, ledger.next_offset)
            await original(self, partition)

        return checkpoint

    wrap(TotalsProcessor, "checkpoint", before)


def position_apart() -> None:
    """Write the position in a transaction of its own, before the state that it is the position of."""

    def twice(original: Callable[..., Any]) -> Callable[..., Any]:
        async def write(self: CheckpointWriter, partition: int, checkpoint: Any) -> None:
            *state, position = checkpoint.changelog
            nothing = checkpoint._replace(totals=[], outcomes=None, dead_letters=[])
            await original(self, partition, nothing._replace(changelog=[position]))
            await original(self, partition, checkpoint._replace(changelog=state))

        return write

    wrap(CheckpointWriter, "write", twice)


def no_position() -> None:
    """Believe that whatever comes is what was to come next."""

    def believing(original: Callable[..., Any]) -> Callable[..., Any]:
        async def process(self: TotalsProcessor, partition: int, records: Any) -> None:
            ledger = self._ledgers.get(partition)
            if ledger is not None and records:
                ledger.position = ledger.position._replace(next_offset=records[0].offset)
            await original(self, partition, records)

        return process

    wrap(TotalsProcessor, "process", believing)


def no_fencing() -> None:
    """Give each process producers of its own name, so that none bars its predecessor's."""

    def alone(original: Callable[..., None]) -> Callable[..., None]:
        def init(self: CheckpointWriter, bootstrap: str, app_id: str, *args: Any, **kwargs: Any) -> None:
            original(self, bootstrap, f"{app_id}-{os.getpid()}", *args, **kwargs)

        return init

    wrap(CheckpointWriter, "__init__", alone)


def no_sink_keys() -> None:
    """Insert without tokens into tables whose keys tell no row from the same row come again."""

    def nameless(original: Callable[..., int]) -> Callable[..., int]:
        def insert(self: Store, table: str, columns: Any, token: str = "") -> int:
            del token
            return original(self, table, columns)

        return insert

    def salted(self: Migration) -> list[str]:
        made = statements.__get__(self)
        return [_salted(one) if "ReplacingMergeTree" in one else one for one in made]

    statements = Migration.__dict__["statements"]
    wrap(Store, "insert", nameless)
    setattr(Migration, "statements", property(salted))  # noqa: B010 - mypy takes no assignment to a property


def _salted(statement: str) -> str:
    """A table of which no two rows have the same key, and which remembers no block that it was given."""
    widened = re.sub(r"^(CREATE TABLE \w+\n\()", r"\1\n    salt UInt64 DEFAULT rand64(),", statement)
    keyed = re.sub(r"ORDER BY \(?([^()\n]+)\)?", r"ORDER BY (\1, salt)", widened)
    return re.sub(r"\nSETTINGS non_replicated_deduplication_window = \d+", "", keyed)


def told_apart() -> None:
    """Write what agents decided in one transaction, and tell others of it in a second one."""

    def twice(original: Callable[..., Any]) -> Callable[..., Any]:
        async def transact(self: TransactionalWriter, partition: int, entries: Any, records: Any) -> None:
            await original(self, partition, entries, [])
            if records:
                await original(self, partition, [], records)

        return transact

    wrap(TransactionalWriter, "transact", twice)


def history_first() -> None:
    """Decide nothing before the history is read from ClickHouse."""

    def waiting(original: Callable[..., Any]) -> Callable[..., Any]:
        async def _ready(self: TotalsFollower) -> None:
            await original(self)
            while not getattr(self, "history_read", False):
                await asyncio.sleep(0.1)

        return _ready

    wrap(TotalsFollower, "until_caught_up", waiting)


def logged_as_sent() -> None:
    """Write a notification as sent when it is decided, and send it afterwards."""

    def early(original: Callable[..., Any]) -> Callable[..., Any]:
        def outcome(self: NotifyAgent, now: Any) -> Any:
            made = original(self, now)
            entries = {
                key: value and value.replace(b'"status":"due"', b'"status":"sent"')
                for key, value in made.entries.items()
            }
            return made._replace(entries=entries)

        return outcome

    wrap(NotifyAgent, "_outcome", early)


SAFEGUARDS: Final[dict[str, Callable[[], None]]] = {
    "order": offsets_first,
    "one-transaction": position_apart,
    "position": no_position,
    "fencing": no_fencing,
    "sink-keys": no_sink_keys,
    "due-entry": logged_as_sent,
    "one-decision": told_apart,
    "no-waiting": history_first,
}
