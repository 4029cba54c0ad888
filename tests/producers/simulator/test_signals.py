"""The simulated shops' signals: repeatable, valid, at believable rates; planted causes show themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import orjson
import pytest

from daybook.ledger.arrivals import Record
from daybook.ledger.calendar import Calendar
from daybook.ledger.signals.ratios import cart_abandonment, conversion, csat, mrr, nps, win_rate
from daybook.ledger.signals.state import SignalLedger
from daybook.ledger.signals.totals import merged
from daybook.producers.simulator import SimulatedRecord, simulate, simulated_stores
from daybook.producers.simulator.shops import SHOPS, Shop
from daybook.producers.simulator.signals import (
    Cause,
    PlantedCause,
    lost,
    quarter_signals,
    signals_of_like_day,
    simulate_signals,
)
from daybook.schemas.signals.any import SIGNAL_MODELS, decode_signal

START: Final = datetime(2026, 3, 11, tzinfo=UTC)
END: Final = START + timedelta(hours=16)
FIRST, LAST = START + timedelta(hours=11), START + timedelta(hours=14)
CALENDAR: Final = Calendar(simulated_stores().stores)
_SHOPS: Final = {shop.store_id: shop for shop in SHOPS}


@pytest.fixture(scope="module")
def day() -> list[SimulatedRecord]:
    """Most of a day of all shops' signals."""
    return list(simulate_signals(7, START, END, revenue_from=START - timedelta(days=100)))


def _counted(records: list[SimulatedRecord]) -> SignalLedger:
    ledger = SignalLedger(0, 1, CALENDAR)
    ledger.fold([Record(n, int(r.at.timestamp() * 1000), r.value) for n, r in enumerate(records)])
    return ledger


@pytest.fixture(scope="module")
def ledger(day: list[SimulatedRecord]) -> SignalLedger:
    """The same, counted."""
    return _counted(day)


def _measures(ledger: SignalLedger, store: str | None = None) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, told in merged([ledger.totals]).items():
        if name.dimension == "store" and store in (None, name.key):
            for measure, value in told.items():
                found[measure] = found.get(measure, 0) + value
    return found


def test_the_same_seed_gives_the_same_bytes_from_any_beginning(day: list[SimulatedRecord]) -> None:
    """A run that starts later goes on with the same signals; another seed gives others."""
    later = START + timedelta(hours=13, minutes=4)
    assert list(simulate_signals(7, later, END)) == [record for record in day if record.at >= later]
    assert list(simulate_signals(8, later, END)) != [record for record in day if record.at >= later]


def test_all_are_valid_of_every_type_and_by_time(day: list[SimulatedRecord]) -> None:
    """Each signal decodes, is keyed by its subject, and every type of signal occurs."""
    signals = [decode_signal(record.value) for record in day]
    assert {signal.type for signal in signals} == set(SIGNAL_MODELS)
    assert all(signal.subject_id.encode() == record.key for signal, record in zip(signals, day, strict=True))
    assert [record.at for record in day] == sorted(record.at for record in day)


def test_repeats_are_the_only_signals_that_do_not_count(
    day: list[SimulatedRecord], ledger: SignalLedger
) -> None:
    """A ledger counts all but the repeats and has no dead letter."""
    position = ledger.position
    repeats = sum(record.note == "repeat" for record in day)
    assert repeats
    assert (position.duplicates + position.superseded, position.dead) == (repeats, 0)


def test_rates_are_believable(ledger: SignalLedger) -> None:
    """Conversion is a few per cent, seven carts of ten are left, customers are content, MRR is above zero."""
    told = _measures(ledger)
    shares = {
        "conversion": (conversion(told), 0.02, 0.08),
        "abandonment": (cart_abandonment(told), 0.5, 0.85),
        "csat": (csat(told), 0.7, 0.9),
        "nps": (nps(told), 5, 60),
        "win rate": (win_rate(told), 0.15, 0.6),
    }
    for name, (share, low, high) in shares.items():
        assert share is not None, name
        assert low < share < high, name
    assert mrr(told) > 0


@pytest.fixture(scope="module")
def sales() -> list[SimulatedRecord]:
    """What is sold in the hours in which causes are planted."""
    return list(simulate(7, FIRST, LAST))


@pytest.mark.parametrize("cause", Cause)
def test_a_planted_cause_takes_sales_and_shows_itself(cause: Cause, sales: list[SimulatedRecord]) -> None:
    """Each cause loses sales at its store and moves its own measure there; other stores stay as they were."""
    shop, other = _SHOPS["web"], _SHOPS["marlow-street"]
    if cause in {Cause.TILL, Cause.STOCK_OUT, Cause.REVIEWS}:
        shop = _SHOPS["quayside"]
    planted = [PlantedCause(cause, shop.store_id, FIRST, LAST)]
    own = f'"{shop.store_id}"'.encode()
    gone = Counter(lost(planted, record) for record in sales if own in record.value)
    assert 0.1 < gone[True] / gone.total() < 0.8
    moved, least = {
        Cause.PAYMENT_GATEWAY: ("payment_failures", 3),
        Cause.TILL: ("heartbeats", 0.7),
        Cause.PROMOTION: ("sessions", 0.7),
        Cause.STOCK_OUT: ("stock_outs", 1),
        Cause.REVIEWS: ("nps_detractors", 2),
    }[cause]
    usual, seen = (_hours(shop, causes).get(moved, 0) for causes in ((), planted))
    assert seen > least * usual if least >= 1 else seen < least * usual
    assert _hours(other, planted) == _hours(other, ())


def _hours(shop: Shop, planted: Sequence[PlantedCause]) -> dict[str, int]:
    """What a shop's hours come to, at four times the usual rate."""
    records, began = [], FIRST
    while began < LAST:
        for _, signal in quarter_signals(7, shop, began, rate=4, planted=planted):
            records.append(SimulatedRecord(began, b"", orjson.dumps(signal), ""))
        began += timedelta(minutes=15)
    return _measures(_counted(records), shop.store_id)


def test_a_till_that_is_down_sends_nothing(sales: list[SimulatedRecord]) -> None:
    """Its sales are all lost, and no other till's of the store."""
    planted = [PlantedCause(Cause.TILL, "quayside", FIRST, LAST)]
    tills = Counter(
        (orjson.loads(record.value).get("till_id"), lost(planted, record))
        for record in sales
        if record.note == "sale" and b'"quayside"' in record.value
    )
    assert tills["till-1", True]
    assert not tills["till-1", False]
    assert not tills["till-2", True] + tills["till-3", True]


def test_a_like_day_is_told_up_to_the_same_time() -> None:
    """Of each shop the business date four weeks ago, to two hours beyond; each signal once, and all count."""
    now = START + timedelta(hours=13, minutes=20)
    like = now - timedelta(weeks=4)
    told = [record.value for record in signals_of_like_day(7, now, 4, 0.3)]
    beats = [
        datetime.fromisoformat(each["time"])
        for each in map(orjson.loads, told)
        if each["type"] == "terminal.heartbeat"
    ]
    assert like - timedelta(hours=24) < min(beats) < like - timedelta(hours=2)
    assert like < max(beats) < like + timedelta(hours=2, minutes=15)
    ledger = SignalLedger(0, 1, CALENDAR)
    at = int(now.timestamp() * 1000)
    ledger.fold([Record(n, at, value) for n, value in enumerate(told)])
    assert (ledger.position.counted, ledger.position.dead) == (len(told), 0)
