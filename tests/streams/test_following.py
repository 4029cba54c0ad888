"""Following the totals topic: to its end, over the loss of the broker, on the embedded broker as well."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from daybook.demo.broker import FETCH_WAIT_MS, EmbeddedBroker
from daybook.ledger.merged import Change, MergedTotals, Place
from daybook.ledger.state import PartitionLedger
from daybook.schemas import topics
from daybook.streams import turns as turns_module
from daybook.streams.following import TotalsFollower
from daybook.streams.writer import CheckpointWriter
from daybook.topics import changelog_of, create_topics, planned_topics
from tests.ledger.events import CALENDAR, EPOCH, line, records, sale
from tests.ledger.test_merged import STORES
from tests.support.kafka import KafkaBroker

CHANGELOG = changelog_of("daybook")


class Teller:
    """A totals agent of one partition, as far as others see it: its checkpoints."""

    def __init__(self, bootstrap: str, partition: int) -> None:
        self.partition = partition
        self.writer = CheckpointWriter(bootstrap, "daybook", CHANGELOG)
        self.ledger = PartitionLedger(partition, EPOCH, CALENDAR)

    async def tell(self, *amounts: int) -> None:
        """Count sales of these amounts at Leeds, and write the checkpoint."""
        first = self.ledger.next_offset
        sales = [sale(f"{self.partition}-{first + i}", line(a)) for i, a in enumerate(amounts)]
        self.ledger.fold(records(sales, first))
        await self.writer.write(self.partition, self.ledger.take_checkpoint())


@contextlib.asynccontextmanager
async def tellers(bootstrap: str, partitions: int) -> AsyncIterator[list[Teller]]:
    """One for each partition."""
    made = [Teller(bootstrap, number) for number in range(partitions)]
    for teller in made:
        await teller.writer.take_over(teller.partition)
    yield made
    for teller in made:
        await teller.writer.stop()


@contextlib.asynccontextmanager
async def following(
    bootstrap: str, partitions: int, **options: Any
) -> AsyncIterator[tuple[TotalsFollower, MergedTotals, list[Change]]]:
    """A follower that runs."""
    changes: list[Change] = []

    def told(more: Sequence[Change]) -> None:
        changes.extend(more)

    view = MergedTotals(dimensions={"store"})
    follower = TotalsFollower(bootstrap, partitions, view, told, options)
    task = asyncio.create_task(follower.run())
    try:
        yield follower, view, changes
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until_gross(view: MergedTotals, place: Place, gross: int) -> None:
    """Wait until Leeds stands at an amount."""
    while (total := view.total(place, "leeds")) is None or total.vector[0] != gross:
        await asyncio.sleep(0.05)


async def test_a_follower_catches_up_and_goes_on_after_the_broker_was_away(kafka_broker: KafkaBroker) -> None:
    """It says when it is at the end, counts nothing twice over a kill of the broker, and goes on after."""
    plans = planned_topics(
        partitions=2, replication_factor=1, application="daybook", retention=timedelta(days=14)
    )
    await create_topics(kafka_broker.bootstrap, plans)
    async with tellers(kafka_broker.bootstrap, 2) as (first, second):
        await first.tell(100, 50)
        await second.tell(7)
        async with following(kafka_broker.bootstrap, 2) as (follower, view, changes):
            await follower.until_caught_up()
            await until_gross(view, STORES, 157)
            assert view.recorded_at == records([sale("1", line(1))])[0].recorded_at
            assert follower.seen_at is not None
            await asyncio.to_thread(kafka_broker.kill)
            await asyncio.to_thread(kafka_broker.start)
            await second.tell(3)
            await until_gross(view, STORES, 160)
            assert sum(change.difference[0] for change in changes) == 160
            assert all(offset > 0 for offset in follower.offsets.values())


async def test_a_follower_works_on_the_embedded_broker() -> None:
    """Its transaction markers carry no checksum, its topic may be empty, and yet the end is found."""
    broker = EmbeddedBroker([*topics.ALL, CHANGELOG])
    options = {"check_crcs": False, "fetch_max_wait_ms": FETCH_WAIT_MS}
    async with following(broker.bootstrap, 4, **options) as (follower, view, _):
        await follower.until_caught_up()
        async with tellers(broker.bootstrap, 4) as (first, second, *_others):
            await first.tell(100)
            await second.tell(11)
            await until_gross(view, STORES, 111)
    async with following(broker.bootstrap, 4, **options) as (follower, view, _):
        await follower.until_caught_up()
        await until_gross(view, STORES, 111)


async def test_a_record_that_is_not_ours_is_passed_over(caplog: pytest.LogCaptureFixture) -> None:
    """A value that cannot be read is logged with its offset, and what comes after it is taken."""
    broker = EmbeddedBroker([*topics.ALL, CHANGELOG])
    async with tellers(broker.bootstrap, 1) as (teller,):
        producer = teller.writer._producers[0]
        await producer.begin_transaction()
        await producer.send(topics.TOTALS, b"nonsense", key=b"position|0", partition=0)
        await producer.commit_transaction()
        await teller.tell(100)
        options = {"check_crcs": False, "fetch_max_wait_ms": FETCH_WAIT_MS}
        async with following(broker.bootstrap, 1, **options) as (_, view, _changes):
            await until_gross(view, STORES, 100)
    assert "not ours" in caplog.text


async def test_whoever_skips_takes_what_is_told_from_then_on() -> None:
    """What stood in the topic before is not read; what comes while nobody reads is."""
    broker = EmbeddedBroker([*topics.ALL, CHANGELOG])
    options = {"check_crcs": False, "fetch_max_wait_ms": FETCH_WAIT_MS}
    view = MergedTotals(dimensions={"store"})
    follower = TotalsFollower(broker.bootstrap, 4, view, consumer_options=options)
    async with tellers(broker.bootstrap, 2) as (first, second):
        await first.tell(100)
        await follower.skip()
        await second.tell(11)
        task = asyncio.create_task(follower.run())
        try:
            await until_gross(view, STORES, 11)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_others_have_their_turn_and_see_only_what_was_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Much that comes in one fetch is taken over bit by bit, and in between nothing is half told."""
    monkeypatch.setattr(turns_module, "TURN_SECONDS", 0.0)
    told: list[Change] = []
    view = MergedTotals(dimensions={"store"})
    follower = TotalsFollower("nowhere:1", 1, view, told.extend)
    ledger = PartitionLedger(0, EPOCH, CALENDAR)
    ledger.fold(records([sale(str(number), line(100 + number)) for number in range(5)]))
    taken = ledger.take_checkpoint()
    sent = [
        SimpleNamespace(key=key, value=value, timestamp=1, offset=n)
        for n, (key, value) in enumerate(taken.totals)
    ]
    seen: list[tuple[int, int]] = []

    async def look() -> None:
        while True:
            total = view.total(STORES, "leeds")
            in_view = 0 if total is None else total.vector[0]
            told_of = sum(c.difference[0] for c in told if c.place == STORES and c.key == "leeds")
            seen.append((in_view, told_of))
            await asyncio.sleep(0)

    looking = asyncio.create_task(look())
    await asyncio.sleep(0)
    await follower._take(sent)
    looking.cancel()
    assert len(seen) > len(sent) / 2 > 2
    assert all(in_view == told_of for in_view, told_of in seen)
