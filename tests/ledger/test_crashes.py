"""Crashes at every boundary of a log, and holes in it: the state is a function of the log alone."""

from __future__ import annotations

import random
from typing import Any

import pytest

from daybook.ledger.messages import TotalsBucket, decode_totals
from daybook.ledger.positions import version
from daybook.ledger.state import MissingRecordsError, PartitionLedger, Record
from tests.ledger.events import CALENDAR, EPOCH, NOON_MS, ledger, line, records, refund, sale, snapshot

LOG = 40
"""Records of one log; it crashes at each of its boundaries."""
LOGS = 64


def edited(chance: random.Random) -> dict[str, Any]:
    """A version, old or new, of one of a few orders: with an addition, a refund, both or neither."""
    first, added = chance.randint(100, 900), chance.randint(1, 900)
    addition = {"time": "2026-11-25T09:00:00Z", "lines": [line(added)], "charged": added}
    back = {"product_id": "mug", "amount": chance.randint(1, 90)}
    reversal = {"kind": "refund", "time": "2026-11-26T09:00:00Z", "lines": [back], "refunded": back["amount"]}
    more: dict[str, Any] = {}
    if chance.random() < 0.5:
        more["additions"] = [addition]
    if chance.random() < 0.5:
        more["reversals"] = [reversal]
    return snapshot(f"s{chance.randint(0, 4)}", chance.randint(0, 9), line(first), **more)


def mixed_log(chance: random.Random) -> list[Record]:
    """Sales, refunds, voids, edited and superseded snapshots, repeats, unknown stores, broken bytes."""
    raws: list[dict[str, Any] | bytes] = []
    while len(raws) < LOG:
        name = f"o{len(raws)}"
        sold = sale(name, line(chance.randint(1, 900)), line(5, product_id="pan"))
        void = {**sold, "type": "sale.voided", "event_id": f"{name}-v", "origin_time": sold["time"]}
        back = refund(
            f"{name}-r", {"product_id": "mug", "amount": 60, "tax": 10}, origin_time="2026-11-20T12:00:00Z"
        )
        versions = [edited(chance)]
        raws += chance.choice(
            [[sold], [sold, void], [back], versions, versions, [b"\xff{"], [{**sold, "store_id": "nowhere"}]]
        )
        if chance.random() < 0.3:
            raws.append(chance.choice(raws))
    return records(raws[:LOG])


def restored(kept: dict[bytes, bytes]) -> PartitionLedger:
    """The state that a worker starts with."""
    made = PartitionLedger(0, EPOCH, CALENDAR)
    for key, value in kept.items():
        made.restore(key, value)
    return made


def state(made: PartitionLedger) -> tuple[object, ...]:
    """All that decides what comes next."""
    return dict(made.totals.items()), made.orders, made.position, len(made.remembered)


@pytest.mark.parametrize("group", range(8))
def test_a_crash_at_every_boundary_leaves_the_state_of_the_log(group: int) -> None:
    """20,480 crashes over 2,560 boundaries: work in flight is lost, the restored state is the log's."""
    chance = random.Random(group)  # noqa: S311 - a repeatable trial
    for _ in range(LOGS // 8):
        log = mixed_log(chance)
        kept: dict[bytes, bytes] = {}
        right = PartitionLedger(0, EPOCH, CALENDAR)
        for cut in range(LOG):
            made = restored(kept)
            for _ in range(8):
                # What is done here and never written must show nowhere.
                made.fold(log[cut : cut + chance.randint(1, 3)])
                made = restored(kept)
            made.fold(log[max(0, cut - 2) : cut + 1])
            for key, value in made.take_checkpoint().changelog:
                kept.pop(key, None) if value is None else kept.update({key: value})
            right.fold(log[cut : cut + 1])
            assert state(restored(kept)) == state(right)
        position = right.position
        assert position.received == LOG
        assert position.counted + position.duplicates + position.superseded + position.dead == LOG


def test_the_logs_hold_what_they_are_for() -> None:
    """Additions, reversals, voids and superseded versions are in the logs, so the crashes go through them."""
    made = PartitionLedger(0, EPOCH, CALENDAR)
    chance = random.Random(1)  # noqa: S311 - a repeatable trial
    raws = [record.value for _ in range(LOGS) for record in mixed_log(chance)]
    made.fold(records(raws))
    assert (
        min(made.position.counted, made.position.duplicates, made.position.superseded, made.position.dead) > 0
    )
    days = {day for (_, day, _, _, _), _ in made.totals.items()}
    assert {"2026-11-25", "2026-11-26"} <= days
    assert any(b'"sale.voided"' in raw for raw in raws)


def test_a_hole_within_a_batch_is_noticed_before_anything_counts() -> None:
    """A record missing in the middle: none of the batch is counted, not even what stands before the hole."""
    made = ledger([sale("1", line(100))])
    before = state(made)
    first, _, last = records([sale(name, line(100)) for name in ("2", "3", "4")], first=1)
    with pytest.raises(MissingRecordsError) as missing:
        made.fold([first, last])
    assert (missing.value.expected, missing.value.got) == (2, 3)
    assert state(made) == before


def test_a_total_tells_the_position_of_its_last_change() -> None:
    """Readers keep the higher position: an entry carries that of the event that changed it last."""
    made = ledger([sale("1", line(1)), sale("2", line(1), store_id="bar")])
    told = [decode_totals(value) for _, value in made.take_checkpoint().totals]
    entries = [b.entries for b in told if isinstance(b, TotalsBucket) and b.dimension == "store"]
    changed = {key: entry[0] for bucket in entries for key, entry in bucket.items()}
    assert changed == {"leeds": version(EPOCH, 0), "bar": version(EPOCH, 1)}


def test_counting_goes_on_after_records_that_are_lost() -> None:
    """The number of lost records is kept, and the first one that is there counts."""
    made = ledger([sale("1", line(100))])
    made.skip_missing(5)
    made.fold(records([sale("6", line(7))], first=5))
    assert (made.position.missing, made.position.counted, made.next_offset) == (4, 2, 6)


@pytest.mark.parametrize("hours", [71, 74, 80, 96])
def test_a_repeat_of_a_sale_dated_ahead_is_still_a_duplicate(hours: int) -> None:
    """A clock may be 24 hours ahead: until such an event counts as late, its first must be remembered."""
    ahead = sale("ahead", line(100), time="2026-11-25T12:00:00Z")
    made = ledger([ahead])
    at = NOON_MS + hours * 3_600_000
    made.fold(records([sale("another", line(1))], first=1, at=at))
    batch = made.decode(records([ahead], first=2, at=at))
    assert made.unverified(batch) == []
    made.apply(batch)
    assert (made.position.counted, made.position.duplicates) == (2, 1)


def test_a_cancelled_snapshot_keeps_its_gross_and_nothing_more() -> None:
    """A cancellation of all lines reverses net and tax; the order stays placed, as with any refund."""
    taken = {
        "kind": "cancellation",
        "lines": [{"product_id": "mug", "amount": 600, "tax": 100}],
        "refunded": 600,
    }
    tax_inside = line(600, tax=100, tax_included=True)
    made = ledger([snapshot("o", 1, tax_inside), snapshot("o", 2, tax_inside, reversals=[taken])])
    stored = dict(made.totals.items())["sales", "2026-11-24", "GBP", "store", "leeds"]
    assert stored[:4] == [500, 0, -500, 0]
