"""Signals are counted the same whatever the order, repetition, cutting and crashing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybook.ledger.arrivals import MissingRecordsError, Record
from daybook.ledger.signals.state import SignalLedger
from tests.ledger.signals.makers import CALENDAR, EPOCH, START, counted, records, told, totals

_PLACES = st.fixed_dictionaries(
    {"store_id": st.sampled_from(["web", "quay"]), "subject_id": st.sampled_from(["a", "b"])},
    optional={"staff_id": st.sampled_from(["kim", "lee"]), "channel": st.sampled_from(["pos", "ecommerce"])},
)
_STEPS = st.fixed_dictionaries(
    {"step": st.sampled_from(["visit", "product_view", "add_to_cart", "checkout", "purchase"])}
)
_OPENED = START.isoformat()


def _versions(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(fields)


_KINDS = {
    "funnel.step": _STEPS,
    "terminal.heartbeat": st.just({}),
    "enquiry.changed": _versions(
        state=st.sampled_from(["opened", "answered", "resolved"]),
        topic=st.just("billing"),
        opened_at=st.just(_OPENED),
    ),
    "deal.changed": _versions(
        status=st.sampled_from(["open", "won", "lost"]),
        stage=st.sampled_from(["one", "two"]),
        currency=st.sampled_from(["EUR", "USD"]),
        value=st.integers(0, 1000),
        created_at=st.just(_OPENED),
    ),
    "subscription.changed": _versions(
        subscription_id=st.sampled_from(["x", "y"]),
        change=st.sampled_from(["started", "upgraded", "cancelled"]),
        state=st.sampled_from(["active", "paused", "cancelled"]),
        currency=st.sampled_from(["EUR", "USD"]),
        amount=st.integers(0, 1000),
    ),
}
_DEAL: dict[str, Any] = {
    "version": 1,
    "status": "open",
    "stage": "one",
    "currency": "EUR",
    "value": 5,
    "created_at": _OPENED,
}
_ONE = st.sampled_from(sorted(_KINDS)).flatmap(
    lambda kind: st.tuples(st.just(kind), _PLACES, _KINDS[kind], st.integers(0, 600))
)


def _values(drawn: list[tuple[str, dict[str, Any], dict[str, Any], int]]) -> list[bytes]:
    # A version belongs to one state only: the sender's duty, as with event ids.
    out = []
    for number, (kind, place, fields, minutes) in enumerate(drawn):
        versioned = {"version": number} if kind.endswith(".changed") else {}
        out.append(told(kind, number, minutes, **place, **fields, **versioned))
    return out


_SIGNALS = st.lists(_ONE, max_size=12).map(_values)


@given(_SIGNALS, st.randoms(use_true_random=False))
def test_any_order_and_repetition_gives_the_same_totals(values: list[bytes], chance: Any) -> None:
    """Signals shuffled, and some of them sent again, come to the same totals; all are accounted for."""
    again = [*values, *chance.sample(values, k=len(values) // 2)]
    chance.shuffle(again)
    ledger = counted(again, minutes=700)
    assert totals(ledger) == totals(counted(values, minutes=700))
    p = ledger.position
    assert p.received == len(again) == p.counted + p.duplicates + p.superseded + p.dead
    assert p.duplicates == len(values) // 2


@given(_SIGNALS, st.data())
def test_a_crash_between_checkpoints_changes_nothing(values: list[bytes], data: st.DataObject) -> None:
    """A state restored from its changelog after any batch goes on to the same totals."""
    log = records(values, minutes=700)
    cut = data.draw(st.integers(0, len(log)))
    before = SignalLedger(0, EPOCH, CALENDAR)
    before.fold(log[:cut])
    kept = {key: value for key, value in before.take_checkpoint().changelog if value is not None}
    before.fold(log[cut:])  # lost with the process
    after = SignalLedger(0, EPOCH, CALENDAR)
    for key, value in kept.items():
        after.restore(key, value)
    after.fold(log[after.next_offset :] if cut else log)
    assert totals(after) == totals(counted(values, minutes=700))


@given(_SIGNALS)
def test_parts_of_a_dimension_add_up_to_the_stores(values: list[bytes]) -> None:
    """Regions come to what stores come to, and people by store to what people do; what moved is nothing."""

    def summed(dimension: str) -> dict[str, int]:
        found: dict[str, int] = {}
        for name, measures in totals(ledger).items():
            if name.dimension == dimension:
                for measure, value in measures.items():
                    found[measure] = found.get(measure, 0) + value
        return {measure: value for measure, value in found.items() if value}

    ledger = counted(values, minutes=700)
    assert summed("store") == summed("region")
    assert summed("store_staff") == summed("staff")
    assert summed("store").keys().isdisjoint({"mrr_moved", "subscribers_moved"})


def test_a_hole_in_the_log_is_noticed() -> None:
    """Records that begin behind the next expected offset are refused."""
    with pytest.raises(MissingRecordsError):
        SignalLedger(0, EPOCH, CALENDAR).fold(records([told("terminal.heartbeat", 1)], first=5))


def test_what_is_wrong_becomes_a_dead_letter_with_its_reason() -> None:
    """Garbage, unknown stores, card numbers, times to come and gaps are refused, each for its reason."""
    ledger = counted(
        [
            b"{",
            told("terminal.heartbeat", 1, store_id="nowhere"),
            told("satisfaction.answered", 2, kind="csat", score=5, comment="my card 4111 1111 1111 1111"),
            told("terminal.heartbeat", 3, 3 * 24 * 60),
            told("satisfaction.answered", 4, kind="csat", score=9),
            told("stock.changed", 5, state="out"),
            told("terminal.heartbeat", 6),
        ]
    )
    checkpoint = ledger.take_checkpoint()
    assert ledger.position.counted == 1
    reasons = [value.split(b'"reason":"')[1].split(b'"')[0] for _, value in checkpoint.dead_letters]
    assert reasons == [
        b"malformed_json",
        b"unknown_store",
        b"personal_data_card",
        b"future_time",
        b"out_of_range",
        b"missing_field",
    ]
    assert not any(b"4111" in value for _, value in checkpoint.dead_letters)


def test_a_late_signal_is_looked_up_once_identities_were_forgotten() -> None:
    """What cannot be looked up then is a dead letter, and a deal, which knows its own versions, counts."""
    ledger = SignalLedger(0, EPOCH, CALENDAR)
    ledger.fold([Record(0, int(START.timestamp() * 1000), told("terminal.heartbeat", 1))])
    late = int(START.timestamp() * 1000) + 200 * 3_600_000
    fresh = told("terminal.heartbeat", 2, 200 * 60)
    values = [fresh, told("terminal.heartbeat", 3), told("deal.changed", 4, **_DEAL)]
    ledger.fold([Record(1, late, values[0])])
    batch = ledger.decode([Record(2, late, values[1]), Record(3, late, values[2])])
    assert len(ledger.unverified(batch)) == 1
    ledger.apply(batch, None)
    assert (ledger.position.dead, ledger.position.counted) == (1, 3)


def test_sessions_are_forgotten_with_their_time_and_deals_are_kept() -> None:
    """After their time sessions leave the state and its changelog; a deal stays."""
    ledger = counted([told("funnel.step", 1, step="visit"), told("deal.changed", 2, **_DEAL)])
    ledger.take_checkpoint()
    later = int(START.timestamp() * 1000) + 200 * 3_600_000
    ledger.fold([Record(2, later, told("terminal.heartbeat", 3, 200 * 60))])
    assert [key.partition("|")[0] for key in ledger.subjects] == ["deal"]
    gone = [key for key, value in ledger.take_checkpoint().changelog if value is None]
    assert b"subject|session|shop|s-1" in gone
