"""More partitions: whatever comes again, wherever it comes, counts as it would have before."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any
from zlib import crc32

import pytest
from aiokafka.partitioner import murmur2 as kafkas
from hypothesis import given, settings
from hypothesis import strategies as st

from daybook.ledger.calendar import Calendar
from daybook.ledger.counting import AnyLedger
from daybook.ledger.messages import Outcome, decode_dead_letter, decode_outcomes
from daybook.ledger.partitioning import homes, murmur2
from daybook.ledger.regrouping import State, regrouped
from daybook.ledger.remembered import REMEMBER_HOURS
from daybook.ledger.signals.state import SignalLedger
from daybook.ledger.signals.totals import TotalName, merged
from daybook.ledger.state import PartitionLedger, Record
from daybook.ledger.totals import merge
from tests.streams.plant import CALENDAR
from tests.streams.signalled import made_signals
from tests.streams.trade import Sent, Trade
from tests.streams.truth import without_zeros

Partitioner = Callable[[bytes, int], int]
NOW = int(time.time() * 1000)
PARTITIONERS: dict[str, Partitioner] = {
    "java": lambda key, count: (kafkas(key) & 0x7FFFFFFF) % count,
    "librdkafka": lambda key, count: crc32(key) % count,
}


class Log:
    """Partitions that are read by ledgers, and regrouped as an operator would have it."""

    def __init__(
        self,
        partitions: int,
        place: Partitioner,
        now: int,
        kind: Callable[[int, int, Calendar], AnyLedger] = PartitionLedger,
    ) -> None:
        self.place = place
        self.kind = kind
        self.epoch = 5
        self.now = now
        self.ledgers: list[Any] = [kind(p, self.epoch, CALENDAR) for p in range(partitions)]
        self.states: list[State] = [{} for _ in self.ledgers]
        self.dead: list[bytes] = []
        self.outcomes: list[tuple[int, Outcome]] = []

    def add(self, sent: Sent, partitions: int | None = None) -> None:
        """A record, put where a producer that knows of so many partitions puts it."""
        self.now += 10
        ledger = self.ledgers[self.place(sent.key, partitions or len(self.ledgers))]
        ledger.fold([Record(ledger.next_offset, self.now, sent.value)])

    def checkpoint(self) -> None:
        """Write what changed, as a worker does."""
        for state, ledger in zip(self.states, self.ledgers, strict=True):
            taken = ledger.take_checkpoint()
            self.dead += [value for _, value in taken.dead_letters]
            if taken.outcomes is not None:
                told = decode_outcomes(taken.outcomes).outcomes
                self.outcomes += [(ledger.partition, outcome) for outcome in told]
            for key, value in taken.changelog:
                if value is None:
                    state.pop(key, None)
                else:
                    state[key] = value

    def grow(self, partitions: int, *, twice: bool = False) -> None:
        """Give the topic more partitions, and restore the ledgers from what comes of it."""
        self.checkpoint()
        self.epoch += 1
        for _ in range(1 + twice):
            changes = regrouped(self.states, partitions, self.epoch, self.now)
            self.states += [{} for _ in range(partitions - len(self.states))]
            self.states = [old | new for old, new in zip(self.states, changes, strict=True)]
        self.ledgers = [self.kind(p, self.epoch, CALENDAR) for p in range(partitions)]
        for ledger, state in zip(self.ledgers, self.states, strict=True):
            for key, value in state.items():
                ledger.restore(key, value)

    def replay(self) -> None:
        """Publish the dead letters that can be, by our own client."""
        self.checkpoint()
        letters, self.dead = [decode_dead_letter(value) for value in self.dead], []
        for letter in letters:
            if letter.replayable:
                key = letter.order_id.encode()
                place = PARTITIONERS["java"](key, len(self.ledgers))
                ledger = self.ledgers[place]
                self.now += 10
                ledger.fold([Record(ledger.next_offset, self.now, letter.original)])

    def totals(self) -> dict[tuple[str, str, str, str, str], list[int]]:
        """All partitions' added up."""
        return without_zeros(merge(ledger.totals for ledger in self.ledgers))


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 1000),
    counts=st.sampled_from([(4, 12), (4, 6), (3, 7), (4, 6, 12), (1, 8)]),
    name=st.sampled_from(sorted(PARTITIONERS)),
)
def test_totals_are_those_of_one_partition(seed: int, counts: tuple[int, ...], name: str) -> None:
    """Refunds, newer snapshots and repeats on either side of a growth count as if there had been none."""
    events = list(Trade(seed).events(240))
    log = Log(counts[0], PARTITIONERS[name], _around())
    part = len(events) // len(counts)
    for number, count in enumerate(counts):
        if number:
            log.grow(count, twice=seed % 2 == 0)
        for sent in events[number * part : (number + 1) * part]:
            log.add(sent)
    done = events[: part * len(counts)]
    assert log.totals() == _one(done)


@pytest.mark.parametrize("name", sorted(PARTITIONERS))
def test_what_an_old_map_misplaces_counts_after_a_replay(name: str) -> None:
    """A producer that still knows four partitions double-counts nothing, and nothing of it is lost."""
    events = list(Trade(7).events(400))
    log = Log(4, PARTITIONERS[name], _around())
    for sent in events[:200]:
        log.add(sent)
    log.grow(12)
    chance = random.Random(3)  # noqa: S311 - a repeatable run
    for sent in events[200:]:
        log.add(sent, chance.choice([4, 12]))
    log.checkpoint()
    reasons = [decode_dead_letter(value).reason for value in log.dead]
    assert reasons.count("misplaced") > 20
    if name == "java":
        log.replay()
        assert log.totals() == _one(events)


@settings(max_examples=10, deadline=None)
@given(
    seed=st.integers(0, 1000),
    counts=st.sampled_from([(4, 12), (4, 6), (3, 7), (2, 4, 12)]),
    name=st.sampled_from(sorted(PARTITIONERS)),
)
def test_signals_count_as_on_one_partition(seed: int, counts: tuple[int, ...], name: str) -> None:
    """Sessions, deals and what counts for itself, with repeats on either side of each growth."""
    log = Log(counts[0], PARTITIONERS[name], NOW, SignalLedger)
    signals = [Sent(key.encode(), value) for key, value in made_signals(seed, 300)]
    part = len(signals) // len(counts)
    for number, count in enumerate(counts):
        if number:
            log.grow(count, twice=seed % 2 == 0)
        for sent in signals[number * part : (number + 1) * part]:
            log.add(sent)
    assert signal_totals(log) == _one_of_signals(signals[: part * len(counts)])


def test_signals_that_an_old_map_misplaces_count_after_a_replay() -> None:
    """The same as for sales: a dead letter at first, and counted once it was sent again."""
    signals = [Sent(key.encode(), value) for key, value in made_signals(5, 400)]
    log = Log(4, PARTITIONERS["java"], NOW, SignalLedger)
    for sent in signals[:200]:
        log.add(sent)
    log.grow(12)
    for number, sent in enumerate(signals[200:]):
        log.add(sent, 4 if number % 3 else 12)
    log.checkpoint()
    assert [decode_dead_letter(value).reason for value in log.dead].count("misplaced") > 20
    log.replay()
    assert signal_totals(log) == _one_of_signals(signals)


def test_an_order_replaced_from_another_partition_is_told_with_its_own_place() -> None:
    """The outcome names the partition on which the replaced event stands: its lines count no longer."""
    log = Log(4, PARTITIONERS["java"], _around())
    for sent in Trade(11).events(300):
        log.add(sent)
    before = {ledger.partition: ledger.next_offset for ledger in log.ledgers}
    log.grow(12)
    trade = Trade(11)
    list(trade.events(300))
    for sent in trade.events(300):
        log.add(sent)
    log.checkpoint()
    elsewhere = [(p, o) for p, o in log.outcomes if o.partition is not None]
    assert elsewhere
    assert all(o.outcome == "replaced" and o.offset < before[o.partition or 0] for _, o in elsewhere)


def test_identities_are_forgotten_in_time_as_before() -> None:
    """What was taken over from others leaves with its hour, and its records with it."""
    log = Log(4, PARTITIONERS["java"], _around())
    for sent in Trade(2).events(100):
        log.add(sent)
    log.grow(6)
    kept = sum(len(ledger.remembered) for ledger in log.ledgers)
    assert kept > 100
    log.now += (REMEMBER_HOURS + 2) * 3_600_000
    for sent in Trade(900).events(200):
        log.add(sent)
    log.checkpoint()
    assert sum(len(ledger.remembered) for ledger in log.ledgers) <= 200
    hours = {int(key.split(b"|")[1]) for state in log.states for key in state if key.startswith(b"ids|")}
    assert len(hours) == 1


@given(st.binary(max_size=40))
def test_the_hash_is_kafkas(key: bytes) -> None:
    """Murmur2 as Kafka's clients have it, so that homes are where producers put records."""
    assert murmur2(key) == kafkas(key) & 0xFFFFFFFF
    assert PARTITIONERS["java"](key, 12) in homes(key, 12)


def signal_totals(log: Log) -> dict[TotalName, dict[str, int]]:
    """All partitions' added up."""
    return merged(ledger.totals for ledger in log.ledgers)


def _one_of_signals(signals: list[Sent]) -> dict[TotalName, dict[str, int]]:
    log = Log(1, lambda _key, _count: 0, NOW, SignalLedger)
    for sent in signals:
        log.add(sent)
    return signal_totals(log)


def _around() -> int:
    """Some time after the trade's day, so that none of it is late or in the future."""
    return int(Trade(0)._noon.timestamp() * 1000) + 86_400_000


def _one(events: list[Sent]) -> dict[tuple[str, str, str, str, str], list[int]]:
    log = Log(1, lambda _key, _count: 0, _around())
    for sent in events:
        log.add(sent)
    return log.totals()
