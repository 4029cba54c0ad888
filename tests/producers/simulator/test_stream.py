"""The simulated shops: repeatable, valid where they should be, and full of what real tills do."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from daybook.ledger.calendar import Calendar, UnknownStoreError
from daybook.ledger.lines import ledger_lines
from daybook.ledger.measures import BASE, WIDTH, figures
from daybook.producers.simulator import SimulatedRecord, simulate, simulated_stores
from daybook.schemas.codec import EventRefused, decode_event
from daybook.schemas.events import OrderSnapshot, SaleCompleted, SaleEvent, SaleRefunded, SaleVoided

START = datetime(2026, 3, 27, tzinfo=UTC)  # the clocks change in Europe on the second night
DAYS = timedelta(days=3)


@pytest.fixture(scope="module")
def records() -> list[SimulatedRecord]:
    """Three days of all shops."""
    return list(simulate(7, START, START + DAYS))


@pytest.fixture(scope="module")
def events(records: list[SimulatedRecord]) -> list[SaleEvent]:
    """The good events among them."""
    return [decode_event(record.value) for record in records if not record.note.startswith("damaged:")]


def test_the_same_seed_gives_the_same_bytes(records: list[SimulatedRecord]) -> None:
    """A run can be repeated to the byte, and another seed gives other sales."""
    assert list(simulate(7, START, START + DAYS)) == records
    assert list(simulate(8, START, START + DAYS)) != records


def test_a_run_that_begins_later_goes_on_with_the_same_events(records: list[SimulatedRecord]) -> None:
    """What is published in a stretch of time does not depend on when the simulation began."""
    later = START + timedelta(hours=31, minutes=17, seconds=5)
    assert list(simulate(7, later, START + DAYS)) == [record for record in records if record.at >= later]


def test_records_come_by_time_and_within_their_bounds(records: list[SimulatedRecord]) -> None:
    """Times rise from start until before end."""
    times = [record.at for record in records]
    assert times == sorted(times)
    assert times[0] >= START
    assert times[-1] < START + DAYS


def test_damaged_records_are_refused_for_the_reason_they_carry(records: list[SimulatedRecord]) -> None:
    """Each damaged record names its dead letter's reason, and it is that one; all others are valid."""
    seen = set()
    for record in records:
        kind, _, reason = record.note.partition(":")
        if kind != "damaged":
            assert decode_event(record.value).order_id.encode() == record.key
        elif reason == "unknown_store":
            with pytest.raises(UnknownStoreError):
                ledger_lines(decode_event(record.value), Calendar(simulated_stores().stores))
        else:
            with pytest.raises(EventRefused) as refused:
                decode_event(record.value)
            assert refused.value.problem.reason.value == reason
        seen.add(kind)
    assert "damaged" in seen


def test_everything_that_tills_do_occurs(records: list[SimulatedRecord], events: list[SaleEvent]) -> None:
    """Three days hold every kind of event, line, currency and disorder that the shops are there to show."""
    notes = {record.note.partition(":")[0] for record in records}
    assert notes == {"sale", "snapshot", "refund", "void", "repeat", "late", "out_of_order", "damaged"}
    assert {type(event) for event in events} == {SaleCompleted, SaleRefunded, SaleVoided, OrderSnapshot}
    assert {event.currency for event in events} == {"GBP", "EUR", "USD", "JPY", "KWD", "AUD"}
    assert {event.store_id for event in events} == {store.store_id for store in simulated_stores().stores}
    lines = [line for event in events for line in event.lines or []]
    assert {line.kind.value for line in lines} >= {"product", "shipping", "tip", "gift_card", "fee"}
    assert any(line.weighed for line in lines)
    sales = [event for event in events if isinstance(event, SaleCompleted)]
    assert any(len(event.staff) == 2 for event in sales)
    assert any(line.discount for event in sales for line in event.lines)
    assert {line.tax_included for event in sales for line in event.lines} == {True, False}
    assert any(event.test for event in sales)
    assert max(event.version for event in events if isinstance(event, OrderSnapshot)) == 2


def test_a_repeat_is_the_same_bytes_and_nothing_else_shares_an_id(records: list[SimulatedRecord]) -> None:
    """Only a repeat carries an id that was there before, and its bytes are those of the first."""
    first: dict[tuple[str, str], bytes] = {}
    for record in records:
        if record.note.startswith("damaged:"):
            continue
        event = decode_event(record.value)
        identity = (event.source, event.event_id)
        assert (identity in first) == (record.note == "repeat")
        assert first.setdefault(identity, record.value) == record.value


def test_what_happened_is_published_after_it_happened(
    records: list[SimulatedRecord], events: list[SaleEvent]
) -> None:
    """No event is published before its own time, which late ones are far behind."""
    good = [record for record in records if not record.note.startswith("damaged:")]
    delays = [record.at - event.time for record, event in zip(good, events, strict=True)]
    assert min(delays) > timedelta(0)
    assert max(delays) > timedelta(hours=1)


def test_the_shops_sums_are_the_ledgers(events: list[SaleEvent]) -> None:
    """What all sales say they charged is what the ledger's lines add up to, in each currency."""
    calendar = Calendar(simulated_stores().stores)
    stated: Counter[str] = Counter()
    totals: dict[str, list[int]] = {}
    for event in events:
        if not isinstance(event, SaleCompleted | SaleRefunded):
            continue
        stated[event.currency] += event.charged if isinstance(event, SaleCompleted) else -event.refunded
        for line in ledger_lines(event, calendar):
            if line.book.startswith("reporting"):
                continue
            vector = totals.setdefault(line.currency, [0] * WIDTH)
            for index in range(len(BASE)):
                vector[index] += line.measures[index]
    assert {currency: figures(vector).charged for currency, vector in totals.items()} == stated


def test_all_shops_can_be_added_up_in_one_currency(events: list[SaleEvent]) -> None:
    """Every sale carries the rate of its day, its refund the same one, and every line has one in pounds."""
    calendar = Calendar(simulated_stores().stores)
    by_order = {event.order_id: event.reporting for event in events if isinstance(event, SaleCompleted)}
    for event in events:
        assert event.reporting is not None
        if isinstance(event, SaleRefunded) and event.order_id in by_order:
            assert event.reporting == by_order[event.order_id]
        books = Counter(line.book.startswith("reporting") for line in ledger_lines(event, calendar))
        assert books[True] == books[False]
    assert len({event.reporting.rate for event in events if event.reporting and event.currency == "JPY"}) > 1


def test_a_higher_rate_makes_more_of_the_same() -> None:
    """Ten times the rate publishes about ten times as much; without a zone or rate there is nothing."""
    end = START + timedelta(hours=6)
    one, ten = (len(list(simulate(7, START, end, rate=rate))) for rate in (1, 10))
    assert 8 * one < ten < 12 * one
    with pytest.raises(ValueError, match="rate"):
        simulate(7, START, rate=0)
    with pytest.raises(ValueError, match="zone"):
        simulate(7, START.replace(tzinfo=None))
