"""All that was ever counted, counted anew by today's stores file: for a zone or cutoff of days gone by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from daybook.ledger.calendar import Calendar
from daybook.ledger.correcting import corrected
from daybook.ledger.messages import PartitionPosition, TotalsBucket, decode_totals, encode
from daybook.ledger.orders import PREFIX as ORDERS
from daybook.ledger.positions import version
from daybook.ledger.regrouping import POSITION, State
from daybook.ledger.state import PartitionLedger
from daybook.settings import Settings
from daybook.sinks.rebuild import Rebuilt, rebuild
from daybook.sinks.reconcile import FIRST_DAY, LAST_DAY
from daybook.sinks.refolding import refold
from daybook.sinks.store import Store
from daybook.standstill import Standstill, position_of, standing_still

_TOTAL = b"total|"


class Recounted(NamedTuple):
    """The new epoch, what was rebuilt in ClickHouse, and how many buckets of totals had been wrong."""

    epoch: int
    rebuilt: Rebuilt
    buckets: int


async def recount(
    settings: Settings, store: Store, calendar: Calendar, say: Callable[[str], None]
) -> Recounted:
    """Put right lines, totals and the workers' own state, from the raw events.

    Raises:
        CannotAct: a worker or sink runs, or the state could not be written.
        SinkBehind, StoreUnavailable, StoreRefused: ClickHouse did not take part.
        KafkaError: Kafka cannot be asked.
    """
    async with standing_still(settings, store, calendar) as held:
        states = await held.count_the_rest()
        await held.write_the_rest(states)
        say("All that was published is counted and written. Counting it anew.")
        bounds = {p: position_of(state, p, held.before.epoch).version for p, state in enumerate(states)}
        rebuilt = rebuild(store, calendar, FIRST_DAY, LAST_DAY)
        ledgers = refold(store, calendar, bounds, _silent)
        buckets = 0
        for partition, state in enumerate(states):
            anew = ledgers[partition] if partition < len(ledgers) else None
            buckets += await _correct(held, partition, state, anew)
        await held.done(held.before.partitions)
        return Recounted(held.epoch, rebuilt, buckets)


async def _correct(held: Standstill, partition: int, state: State, anew: PartitionLedger | None) -> int:
    position = position_of(state, partition, held.before.epoch)
    if position.epoch > held.before.epoch:
        return 0  # an earlier try has done it
    fresh = _state_of(anew) if anew is not None else {}
    at = version(held.epoch, position.next_offset) - 1
    wrong = corrected(_buckets(state), _buckets(fresh), at)
    # Told as of the new epoch's beginning: it needs no raw event of it to be written first.
    told = [
        (key.removeprefix(_TOTAL), _message(key, entries, partition, held.epoch, {**state, **fresh}))
        for key, entries in wrong.items()
    ]
    changes = {_TOTAL + key: value for key, value in told}
    changes |= {key: value for key, value in fresh.items() if key.startswith(ORDERS)}
    changes[POSITION] = encode(position._replace(epoch=held.epoch))
    await held.give(partition, changes, told)
    return len(wrong)


def _state_of(ledger: PartitionLedger) -> State:
    ledger.totals.mark_all()
    return {key: value for key, value in ledger.take_checkpoint().changelog if value is not None}


def _buckets(state: State) -> dict[bytes, TotalsBucket]:
    found = {}
    for key, value in state.items():
        if key.startswith(_TOTAL):
            told = decode_totals(value)
            assert not isinstance(told, PartitionPosition)
            found[key] = told
    return found


def _message(key: bytes, entries: dict[str, list[int]], partition: int, epoch: int, known: State) -> bytes:
    named: Any = decode_totals(known[key])
    return encode(
        named._replace(epoch=epoch, partition=partition, version=version(epoch, 0), entries=entries)
    )


def _silent(_partition: int, _chunk: object) -> None:
    """No progress to show."""
