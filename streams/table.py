"""Faust tables whose value per partition is one object of ours, restored from the changelog."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import faust
from faust.types import TP

from daybook.ledger.counting import AnyLedger
from daybook.streams.transport import UndecodedSchema
from daybook.streams.writer import BARRIER

log = logging.getLogger(__name__)

State = TypeVar("State")
Restore = Callable[[int, dict[bytes, bytes]], AnyLedger]
"""Builds a partition's ledger from the newest changelog value of each key."""


class StateTable(faust.Table[bytes, bytes], Generic[State]):
    """Holds one state per owned partition; ``restore`` builds it from the newest value of each key.

    Faust's recovery reads the changelog and says when it is whole; what it delivers is kept raw until then,
    so that a recovery cut short by another rebalance leaves nothing behind.
    """

    mundane_level = "debug"
    """That it starts and stops is nothing to tell."""

    def __init__(
        self, *args: Any, restore: Callable[[int, dict[bytes, bytes]], State], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.states: dict[int, State] = {}
        self._restore = restore
        self._raw: dict[int, dict[bytes, bytes]] = {}

    async def on_rebalance(
        self, assigned: set[TP], revoked: set[TP], newly_assigned: set[TP], generation_id: int = 0
    ) -> None:
        """Forget everything: retained partitions are read again too, for their producers start anew."""
        self.drop()
        tables: Any = self.app.tables
        offsets = tables.recovery.active_offsets
        for tp in list(offsets):
            offsets.pop(tp)
        await super().on_rebalance(assigned, revoked, newly_assigned, generation_id)

    def drop(self) -> None:
        """Drop all state; it comes back from the changelog."""
        self.states.clear()
        self._raw.clear()

    def apply_changelog_batch(self, batch: list[Any]) -> None:  # type: ignore[override]  # called by recovery only
        """Keep the newest value of each key."""
        for event in batch:
            message = event.message
            raw = self._raw.setdefault(message.partition, {})
            if message.value is None:
                raw.pop(message.key, None)
            elif message.key != BARRIER:
                raw[message.key] = message.value

    async def on_recovery_completed(self, active_tps: set[TP], standby_tps: set[TP]) -> None:
        """Build the states of all owned partitions."""
        await super().on_recovery_completed(active_tps, standby_tps)
        try:
            for tp in active_tps:
                self.states[tp.partition] = self._restore(tp.partition, self._raw.pop(tp.partition, {}))
        except Exception as error:
            # Faust gathers this call's exceptions without looking at them; without a state nothing may go on.
            self.drop()
            await self.app.crash(error)
            raise
        log.info("%s: restored partitions %s", self.name, sorted(self.states))


class TotalsTable(StateTable[AnyLedger]):
    """Holds one ledger per owned partition."""

    @property
    def ledgers(self) -> dict[int, AnyLedger]:
        """The ledgers by partition."""
        return self.states


Table = TypeVar("Table", bound=StateTable[Any])


def add_table(
    kind: type[Table], app: Any, name: str, changelog: str, restore: Callable[..., Any], *, partitions: int
) -> Table:
    """Add a table to a Faust app, on a changelog topic that is there already."""
    topic = app.topic(changelog, schema=UndecodedSchema(), partitions=partitions, internal=False)
    table = kind(
        app,
        name=name,
        restore=restore,
        partitions=partitions,
        changelog_topic=topic,
        key_type=bytes,
        value_type=bytes,
    )
    app.tables.add(table)
    return table
