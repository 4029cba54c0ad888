"""What holds whatever comes, in which order, how often, and cut where it may be."""

from __future__ import annotations

import random
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daybook.ledger.lines import ledger_lines
from daybook.ledger.state import MissingRecordsError, PartitionLedger
from daybook.ledger.totals import merge
from daybook.schemas.rounding import share
from tests.ledger.events import (
    CALENDAR,
    EPOCH,
    NOON_MS,
    event,
    ledger,
    line,
    nonzero,
    of,
    owed,
    records,
    refund,
    sale,
    snapshot,
)

HOUR_MS = 3_600_000
STAFF: list[list[dict[str, Any]]] = [
    [],
    [{"staff_id": "ann"}],
    [{"staff_id": "ann"}, {"staff_id": "bob", "share": 2}],
]


@st.composite
def lines(draw: st.DrawFn) -> dict[str, Any]:
    """A line that holds together."""
    quantity, price = draw(st.integers(1, 5)), draw(st.integers(0, 5000))
    amount = quantity * price
    discount = draw(st.integers(0, amount))
    kind = draw(st.sampled_from(["product", "product", "service", "shipping", "tip", "gift_card", "fee"]))
    return {
        "kind": kind, "product_id": draw(st.sampled_from(["mug", "pan", "jug"])), "quantity": quantity,
        "category": draw(st.sampled_from(["Kitchen", "Garden"])), "unit_price": price, "amount": amount,
        "discount": discount, "tax": draw(st.integers(0, (amount - discount) // 3)),
        "tax_included": draw(st.booleans()),
    }  # fmt: skip


@st.composite
def orders(draw: st.DrawFn, number: int) -> list[dict[str, Any]]:
    """All events about one order: a sale with a refund and a void, or versions of a snapshot."""
    parts = draw(st.lists(lines(), min_size=1, max_size=3))
    more: dict[str, Any] = {
        "store_id": draw(st.sampled_from(["leeds", "bar"])),
        "staff": draw(st.sampled_from(STAFF)),
    }  # fmt: skip
    name = f"o{number}"
    if draw(st.booleans()):
        return [
            snapshot(name, version, *draw(st.lists(lines(), min_size=1, max_size=3)), **more)
            for version in draw(st.permutations(range(draw(st.integers(1, 4)))))
        ]
    sold_at = draw(st.sampled_from(["2026-11-24T12:00:00Z", "2026-11-20T12:00:00Z"]))
    back = {"product_id": "mug", "amount": 60, "tax": 10}
    given_back = refund(f"{name}-r", back, time="2026-11-25T09:00:00Z", origin_time=sold_at, **more)
    return [sale(name, *parts, **more), given_back]


@st.composite
def days(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Events of some orders, in an order that a log could have them."""
    count = draw(st.integers(1, 6))
    events = [raw for number in range(count) for raw in draw(orders(number))]
    return draw(st.permutations(events))


@given(days(), st.randoms(use_true_random=False))
def test_repeats_and_another_order_change_no_total(raws: list[dict[str, Any]], chance: random.Random) -> None:
    """The same events shuffled and repeated leave the same totals; each counts at most once."""
    once = ledger(raws)
    mixed = raws + chance.choices(raws, k=len(raws))
    chance.shuffle(mixed)
    again = ledger(mixed)
    assert nonzero(again) == nonzero(once)
    position = again.position
    assert position.received == len(mixed)
    assert position.received == position.counted + position.duplicates + position.superseded + position.dead


@given(days(), st.data())
def test_partials_of_any_split_by_order_add_up_to_the_whole(
    raws: list[dict[str, Any]], data: st.DataObject
) -> None:
    """However orders are spread over partitions, the merged totals are those of one partition."""
    place = {raw["order_id"]: data.draw(st.integers(0, 2)) for raw in raws}
    parts = [ledger([raw for raw in raws if place[raw["order_id"]] == number]) for number in range(3)]
    merged = merge(part.totals for part in parts)
    assert {name: vector for name, vector in merged.items() if any(vector)} == nonzero(ledger(raws))


@given(days(), st.lists(st.integers(0, 30)))
def test_where_batches_are_cut_changes_nothing(raws: list[dict[str, Any]], cuts: list[int]) -> None:
    """Any cutting into batches, with overlaps read again, gives the same state."""
    whole = ledger(raws)
    made = PartitionLedger(0, EPOCH, CALENDAR)
    every = records(raws)
    for cut in [*sorted(cuts), len(every)]:
        made.fold(every[max(0, made.next_offset - 2) : cut] if cut > made.next_offset else [])
    assert dict(made.totals.items()) == dict(whole.totals.items())
    assert made.position == whole.position


@given(st.lists(lines(), min_size=1, max_size=6))
def test_what_is_charged_is_what_the_till_says(parts: list[dict[str, Any]]) -> None:
    """The ledger's charged equals the order's own control sum, and its derived measures hold together."""
    got = of(sale("1", *parts))
    assert got.charged == owed(parts)
    assert got.net == got.gross + got.discounts + got.reversals
    assert got.total == got.net + got.tax + got.shipping + got.fees


@given(st.integers(-(10**15), 10**15), st.lists(st.integers(0, 10**6), min_size=1, max_size=20))
def test_shares_add_up(total: int, weights: list[int]) -> None:
    """Nothing is lost or made in sharing, and nobody without weight gets a part beside others."""
    parts = share(total, weights)
    assert sum(parts) == total
    if sum(weights):
        exact = [total * weight / sum(weights) for weight in weights]
        assert all(abs(part - want) <= 1 + abs(want) * 1e-9 for part, want in zip(parts, exact, strict=True))


@given(st.binary(max_size=300) | st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
).map(orjson.dumps))  # fmt: skip
def test_no_bytes_stop_the_count(value: bytes) -> None:
    """Whatever is in a record, it becomes a dead letter with a reason, and the next sale counts."""
    made = ledger([value, sale("1", line(100))])
    assert (made.position.received, made.position.dead, made.position.counted) == (2, 1, 1)
    letters = made.take_checkpoint().dead_letters
    assert orjson.loads(letters[0][1])["reason"]


@given(days())
@settings(max_examples=30)
def test_lines_of_all_events_are_the_totals(raws: list[dict[str, Any]]) -> None:
    """The sum of the lines by store and day is the store's total, for events that nothing replaces."""
    counted = [raw for raw in raws if raw["type"] != "order.snapshot"]
    sums: dict[tuple[str, str], list[int]] = {}
    for raw in counted:
        for posted in ledger_lines(event(raw), CALENDAR):
            known = sums.setdefault((posted.business_date.isoformat(), posted.store_id), [0] * 13)
            for place, value in enumerate(posted.measures):
                known[place] += value
    totals = {
        (name[1], name[4]): vector[:13]
        for name, vector in ledger(counted).totals.items()
        if name[3] == "store" and any(vector[:13])
    }
    assert totals == {key: vector for key, vector in sums.items() if any(vector)}


def test_a_hole_is_noticed() -> None:
    """A batch that begins too late is not counted, and says where to read on."""
    made = ledger([sale("1", line(100))])
    with pytest.raises(MissingRecordsError) as missing:
        made.fold(records([sale("3", line(100))], first=2))
    assert (missing.value.expected, missing.value.got) == (1, 2)
    assert made.position.received == 1


def restored(kept: dict[bytes, bytes]) -> PartitionLedger:
    """The state that a worker starts with."""
    made = PartitionLedger(0, EPOCH, CALENDAR)
    for key, value in kept.items():
        made.restore(key, value)
    return made


@pytest.mark.parametrize("seed", range(8))
def test_no_crash_between_checkpoints_changes_a_total(seed: int) -> None:
    """Crashes at random moments: the state is dropped, restored and fed again from its position."""
    chance = random.Random(seed)  # noqa: S311 - a repeatable trial
    raws: list[dict[str, Any]] = []
    for number in range(150):
        name = f"o{number}"
        if number % 3:
            raws.append(sale(name, line(chance.randint(1, 900)), line(5, product_id="pan")))
        else:
            raws += [snapshot(name, v, line(chance.randint(1, 900))) for v in chance.sample(range(4), 3)]
        if chance.random() < 0.3:
            raws.append(chance.choice(raws))
    log = records(raws)
    right = ledger(raws)
    kept: dict[bytes, bytes] = {}
    crashes, made = 0, restored(kept)
    while made.next_offset < len(log):
        made.fold(log[made.next_offset : made.next_offset + chance.randint(1, 5)])
        what = chance.random()
        if what < 0.5:
            checkpoint = made.take_checkpoint()
            if what < 0.2:  # its transaction is aborted: nothing of it may be seen
                crashes, made = crashes + 1, restored(kept)
                continue
            for key, value in checkpoint.changelog:
                kept.pop(key, None) if value is None else kept.update({key: value})
        if what > 0.6:
            crashes, made = crashes + 1, restored(kept)
    assert crashes > 100
    assert dict(made.totals.items()) == dict(right.totals.items())
    assert made.position == right.position


def test_a_late_repeat_is_looked_up_once_its_first_is_forgotten() -> None:
    """Within 97 hours it is remembered; later it is asked for, and counts only if it is not known."""
    old = sale("old", line(100))
    made = ledger([old])
    later = NOON_MS + 200 * HOUR_MS
    made.fold(records([sale("fresh", line(1), time="2026-12-02T19:00:00Z")], first=1, at=later))
    for known, outcome in (
        ({made.decode(records([old], 2, later)).others[0].identity}, "duplicates"),
        (None, "dead"),
    ):
        batch = made.decode(records([old], first=made.next_offset, at=later))
        assert made.unverified(batch) == batch.others
        before = getattr(made.position, outcome)
        made.apply(batch, known)
        assert getattr(made.position, outcome) == before + 1
    batch = made.decode(records([sale("never seen", line(7))], first=made.next_offset, at=later))
    made.apply(batch, ())
    assert made.position.dead == 2  # an id with a space is refused
    batch = made.decode(records([sale("unseen", line(7))], first=made.next_offset, at=later))
    made.apply(batch, ())
    assert made.position.counted == 3


def test_an_old_event_needs_no_lookup_while_nothing_was_forgotten() -> None:
    """An import of years past asks nobody, for all that ever arrived is still remembered."""
    made = PartitionLedger(0, EPOCH, CALENDAR)
    assert made.unverified(made.decode(records([sale("1", line(1), time="2011-01-04T10:00:00Z")]))) == []


def test_an_event_from_the_future_is_refused() -> None:
    """More than 24 hours after the log recorded it; 23 hours are a till's wrong clock, and believed."""
    made = ledger(
        [
            sale("1", line(1), time="2026-11-25T12:00:01Z"),
            sale("2", line(1), time="2026-11-25T11:00:00Z"),
        ]
    )
    assert (made.position.dead, made.position.counted) == (1, 1)


def test_a_card_number_reaches_no_dead_letter() -> None:
    """The bytes of a refused event are kept without it, and cannot be replayed."""
    made = ledger([sale("1", line(1), region="card 4111 1111 1111 1111")])
    letter = orjson.loads(made.take_checkpoint().dead_letters[0][1])
    assert (letter["reason"], letter["redacted"], letter["replayable"]) == ("personal_data_card", True, False)
    assert b"NDExMSAxMTEx" not in orjson.dumps(letter)


def test_a_topic_created_anew_goes_on_with_the_totals() -> None:
    """Offsets begin again at zero under a higher epoch; what was counted stays, and is still remembered."""
    first = ledger([sale("1", line(100))])
    kept = {key: value for key, value in first.take_checkpoint().changelog if value is not None}
    second = PartitionLedger(0, EPOCH + 1, CALENDAR)
    for key, value in kept.items():
        second.restore(key, value)
    second.fold(records([sale("1", line(100)), sale("2", line(5))]))
    assert (second.position.counted, second.position.duplicates, second.next_offset) == (2, 1, 2)
