"""The till against a far side in memory: what is kept, in which order it goes out, what happens on errors."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from daybook.producers.records import OutgoingRecord, RecordTooLarge
from daybook.producers.spool import Spool, SpoolError, SpoolFailed, SpoolFull, SpoolInUse, SpoolUnusable, look
from daybook.producers.till import BlockingSignalsTill, Retry, SignalsTill, State, Till
from daybook.schemas.codec import EventRefused
from tests.producers.far_sides import FarSide
from tests.support.sales import sale

QUICK = Retry(first_seconds=0.01, most_seconds=0.02)


def keys(records: list[OutgoingRecord]) -> list[str]:
    """The order ids of records."""
    return [(record.key or b"").decode() for record in records]


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that is bound to happen; the test's own time limit ends it otherwise."""
    while not condition():
        await asyncio.sleep(0.005)


async def test_a_sale_is_kept_first_and_sent_then(tmp_path: Path) -> None:
    """Without waiting the receipt says kept; with it, acknowledged; and the spool is empty afterwards."""
    far = FarSide()
    async with Till(tmp_path, far, retry=QUICK) as till:
        assert (await till.publish(sale(1))).state is State.KEPT
        receipt = await till.publish(sale(2), wait=30)
        assert (receipt.event_id, receipt.state) == ("event-2", State.ACKNOWLEDGED)
    assert keys(far.taken) == ["order-1", "order-2"]
    assert far.stopped
    assert look(tmp_path, 0.0).pending == 0


async def test_while_the_far_side_is_away_sales_wait_in_order(tmp_path: Path) -> None:
    """Publishing goes on, the status tells what waits and why, and all is sent once the far side is back."""
    far = FarSide()
    far.away = True
    async with Till(tmp_path, far, retry=QUICK) as till:
        for number in range(20):
            assert (await till.publish(sale(number), wait=0.001)).state is State.KEPT
        await until(lambda: len(far.calls) > 2)
        status = await till.status()
        assert (status.spool.pending, status.last_error) == (20, "the far side is away")
        far.away = False
        assert await till.drain(30)
        assert (await till.status()).delivered_at is not None
    assert keys(far.taken) == [f"order-{number}" for number in range(20)]


ANSWER: dict[str, Any] = {
    "schema_version": "1.0", "type": "satisfaction.answered", "source": "till-7", "event_id": "a-1",
    "time": "2026-03-14T10:00:00+00:00", "subject_id": "s-1", "store_id": "quay", "kind": "csat", "score": 5,
    "topic": "product",
}  # fmt: skip


async def test_signals_wait_on_the_disk_as_sales_do(tmp_path: Path) -> None:
    """While the far side is away an answer is kept, and then sent by its subject; a sale is refused here."""
    far = FarSide()
    far.away = True
    async with SignalsTill(tmp_path, far, retry=QUICK) as till:
        receipt = await till.publish(ANSWER)
        assert (receipt.event_id, receipt.state) == ("a-1", State.KEPT)
        with pytest.raises(EventRefused):
            await till.publish(sale(1))
        far.away = False
        assert await till.drain(30)
    assert keys(far.taken) == ["s-1"]


def test_signals_wait_without_asyncio_too(tmp_path: Path) -> None:
    """The till on a thread of its own takes the same signals."""
    far = FarSide()
    with BlockingSignalsTill(tmp_path, far, retry=QUICK) as till:
        assert till.publish(ANSWER, wait=30).state is State.ACKNOWLEDGED
    assert keys(far.taken) == ["s-1"]


async def test_what_close_leaves_is_sent_by_the_next_till(tmp_path: Path) -> None:
    """Closing waits no longer than told; a new till on the folder sends the rest."""
    far = FarSide()
    far.away = True
    till = Till(tmp_path, far)
    await till.start()
    await till.publish(sale(1))
    await till.close(drain_seconds=0.05)
    assert look(tmp_path, 0.0).pending == 1
    again = FarSide()
    async with Till(tmp_path, again):
        pass
    assert keys(again.taken) == ["order-1"]


async def test_no_event_overtakes_another_of_its_order(tmp_path: Path) -> None:
    """However answers get lost, an order's event is only sent when all before it are settled."""
    far = FarSide()
    far.away = True
    async with Till(tmp_path, far, retry=QUICK) as till:
        for number in range(12):
            await till.publish(sale(number, order_id=f"order-{number % 3}"))
        far.lost_answers = 3
        far.away = False
        assert await till.drain(30)
    assert all(len(set(keys(call))) == len(call) for call in far.calls)
    for order in range(3):
        mine = [record.value for record in far.taken if record.key == b"order-%d" % order]
        first_seen = list(dict.fromkeys(mine))
        numbers = [int(value.split(b'"event-')[1].split(b'"')[0]) for value in first_seen]
        assert numbers == [order, order + 3, order + 6, order + 9]


async def test_a_refused_sale_holds_up_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It lies in refused/ with its reason, is told of in the log and in the receipt; the others go on."""
    far = FarSide()
    far.refuses = {b"order-2"}
    async with Till(tmp_path, far, retry=QUICK) as till:
        receipts = await asyncio.gather(*(till.publish(sale(n), wait=30) for n in range(5)))
        assert (await till.status()).spool.refused == 1
    assert [receipt.state for receipt in receipts].count(State.REFUSED) == 1
    assert receipts[2].refusals[0].code == "order_sum"
    assert set(keys(far.taken)) == {"order-0", "order-1", "order-3", "order-4"}
    assert "A sale was refused" in caplog.text


async def test_a_sale_that_is_too_large_is_found_alone(tmp_path: Path) -> None:
    """A far side that only says "too large" to a whole batch takes all but the one that is."""

    class Narrow(FarSide):
        async def send(self, records: Any) -> None:
            if any(record.key == b"order-3" for record in records):
                raise RecordTooLarge("too large")
            await super().send(records)

    far = Narrow()
    folder = tmp_path / "spool"
    spool = Spool(folder)
    for number in range(6):
        spool.append([OutgoingRecord(b"order-%d" % number, b"%d" % number)])
    spool.close()
    async with Till(folder, far, retry=QUICK) as till:
        assert await till.drain(30)
        assert (await till.status()).spool.refused == 1
    assert keys(far.taken) == [f"order-{n}" for n in (0, 1, 2, 4, 5)]


async def test_sales_at_the_same_moment_share_a_sync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred publishes at once are far fewer writes than a hundred."""
    groups: list[int] = []
    append = Spool.append

    def counting(spool: Spool, records: Any) -> range:
        groups.append(len(records))
        return append(spool, records)

    monkeypatch.setattr(Spool, "append", counting)
    async with Till(tmp_path, FarSide()) as till:
        await asyncio.gather(*(till.publish(sale(n)) for n in range(100)))
    assert sum(groups) == 100
    assert len(groups) < 20


async def test_a_full_till_says_so_and_keeps_what_it_has(tmp_path: Path) -> None:
    """Of sales at the same moment those that fit are kept; each of the others gets the sentence."""
    far = FarSide()
    far.away = True
    async with Till(tmp_path, far, max_bytes=2000, retry=QUICK) as till:
        results = await asyncio.gather(*(till.publish(sale(n)) for n in range(50)), return_exceptions=True)
        full = [result for result in results if isinstance(result, SpoolFull)]
        assert (await till.status()).spool.pending == 50 - len(full) > 0
        assert full
        assert all("This sale is not kept" in str(result) for result in full)
        far.away = False
        assert await till.drain(30)
    assert len(far.taken) == 50 - len(full)


async def test_an_invalid_event_is_refused_before_it_is_kept(tmp_path: Path) -> None:
    """The caller is told at once; nothing lies in the spool."""
    far = FarSide()
    far.away = True
    async with Till(tmp_path, far) as till:
        with pytest.raises(EventRefused):
            await till.publish(sale(1, charged=1))
        assert (await till.status()).spool.pending == 0
        far.away = False


async def test_a_till_that_is_not_open_says_so(tmp_path: Path) -> None:
    """Before start, after close, and where another till has the folder."""
    till = Till(tmp_path, FarSide())
    uses: list[Callable[[], Coroutine[Any, Any, Any]]] = [
        lambda: till.publish(sale()),
        till.status,
        lambda: till.drain(1),
    ]
    for use in uses:
        with pytest.raises(SpoolUnusable, match="not open"):
            await use()
    async with till:
        with pytest.raises(SpoolInUse):
            await Till(tmp_path, FarSide()).start()
    for use in uses:
        with pytest.raises(SpoolError):
            await use()
    await till.close()


async def test_the_sender_outlives_every_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that cannot be read for a while and a transport with a fault of its own cost time, no sale."""
    far = FarSide()
    peek, send = Spool.peek, FarSide.send
    troubles: list[Exception] = [SpoolFailed("cannot be read"), ZeroDivisionError("a fault")]

    def failing_peek(spool: Spool, *arguments: Any, **options: Any) -> Any:
        if troubles and isinstance(troubles[0], SpoolFailed):
            raise troubles.pop(0)
        return peek(spool, *arguments, **options)

    async def failing_send(self: FarSide, records: Any) -> None:
        if troubles:
            raise troubles.pop(0)
        await send(self, records)

    monkeypatch.setattr(Spool, "peek", failing_peek)
    monkeypatch.setattr(FarSide, "send", failing_send)
    async with Till(tmp_path, far, retry=QUICK) as till:
        assert (await till.publish(sale(1), wait=30)).state is State.ACKNOWLEDGED
    assert troubles == []
    assert keys(far.taken) == ["order-1"]


@pytest.mark.parametrize("asked", [None, 2.0, 100.0])
def test_waits_grow_to_a_limit_and_heed_the_far_side(asked: float | None) -> None:
    """Each wait lies between half of its full length and all of it, and is not shorter than asked for."""
    retry = Retry(first_seconds=0.5, most_seconds=30)
    for failures, full in [(1, 0.5), (2, 1.0), (4, 4.0), (7, 30.0), (5000, 30.0)]:
        waits = [retry.seconds(failures, asked) for _ in range(50)]
        least, most = max(full / 2, asked or 0), max(full, 1.25 * (asked or 0))
        assert all(least <= wait <= most for wait in waits)
        assert len(set(waits)) > 1


async def test_a_till_that_cannot_send_says_it_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A night without Kafka is one warning in the log, not thousands."""
    far = FarSide()
    far.away = True
    with caplog.at_level(logging.WARNING, "daybook.producers.till.sender"):
        async with Till(tmp_path, far, retry=QUICK) as till:
            await till.publish(sale(1))
            await until(lambda: len(far.calls) > 5)
            far.away = False
    assert sum("Sales wait in" in text for text in caplog.messages) == 1
