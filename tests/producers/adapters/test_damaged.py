"""Payloads that are damaged in any place: an adapter translates them or says why not, and never breaks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daybook.producers.adapters.contract import Adapter, Notice, Shop, Untranslatable
from daybook.producers.adapters.hubspot import HubSpotAdapter
from daybook.producers.adapters.pipedrive import PipedriveAdapter
from daybook.producers.adapters.reading import Node
from daybook.producers.adapters.square import SquareAdapter
from daybook.producers.adapters.stripe import StripeAdapter
from tests.producers.adapters.books import changed, connection, example, meaning, places


class Case(NamedTuple):
    """A notice with what was fetched for it."""

    adapter: Adapter
    shop: Shop
    topic: str
    payload: Any
    fetched: Mapping[str, Any]


_SQUARE_FETCHED: Final = {
    "order": example("square/order"),
    "payment": example("square/payment"),
    "return": example("square/return-order"),
}
_STRIPE_FETCHED: Final = {"refunds0": example("stripe/refunds")}
_OWNER: Final = connection("stripe", owns_sales=True)
_CHARGE: Final = {"charge": example("stripe/charge.refunded")["data"]["object"]}
CASES: Final = [
    *(
        Case(SquareAdapter(), connection("square"), topic, example(f"square/{topic}"), _SQUARE_FETCHED | swap)
        for topic, swap in (
            ("order.updated", {}),
            ("order.updated", {"order": example("square/exchange")}),
            ("refund.updated", {}),
        )
    ),
    *(
        Case(StripeAdapter(), _OWNER, topic, example(f"stripe/{topic}"), fetched)
        for topic, fetched in (
            ("invoice.paid", {}),
            ("invoice.payment_succeeded", {}),
            ("charge.succeeded", {}),
            ("charge.refunded", _STRIPE_FETCHED),
            ("refund.updated", _CHARGE),
        )
    ),
    Case(
        HubSpotAdapter(),
        connection("hubspot"),
        "deal.propertyChange",
        example("hubspot/notifications")[0],
        {"deal": example("hubspot/deal")},
    ),
    *(
        Case(PipedriveAdapter(), connection("pipedrive"), topic, example(f"pipedrive/{topic}"), {})
        for topic in ("updated.deal", "change.deal")
    ),
]
VALUES: Final = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.integers(-5, 5),
    st.decimals(allow_nan=False, allow_infinity=False, places=2).map(str),
    st.text(max_size=12),
    st.sampled_from(["", "COMPLETED", "OPEN", "won", "true", "9" * 30, "1e9", "-1", "0.5", "\ud800", "usd"]),
    st.sampled_from([[], {}, [{}], [None], {"amount": 1}, {"data": []}]),
)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(CASES), st.data())
def test_damaged_payloads_are_translated_or_refused(case: Case, data: st.DataObject) -> None:
    """Up to three places hold something else: what comes out are valid events, a code, or a reason."""
    whole = {"payload": case.payload, "fetched": dict(case.fetched)}
    for _ in range(data.draw(st.integers(1, 3))):
        whole = changed(whole, data.draw(st.sampled_from(places(whole)[2:])), data.draw(VALUES))
    payload, fetched = whole["payload"], whole["fetched"]
    if not isinstance(payload, dict) or not isinstance(fetched, dict):
        return
    meaning(lambda: case.adapter.translate(payload, case.topic, case.shop, fetched))
    try:
        for fetch in case.adapter.wants(Notice(case.topic, payload), case.shop, fetched):
            assert ".." not in fetch.path
            assert "?" not in fetch.path
    except Untranslatable:
        pass


def test_the_undamaged_payloads_mean_something() -> None:
    """What the damage is done to are events, so that the test above can break what it tests."""
    for case in CASES:
        translation = case.adapter.translate(case.payload, case.topic, case.shop, case.fetched)
        assert translation.events


def test_a_time_before_the_first_year_is_refused() -> None:
    """Seconds that lead before year 1, or beyond what a clock can say, are no possible time."""
    for found in (-62_135_596_801, 10**13, 10**30):
        with pytest.raises(Untranslatable, match="not a possible time"):
            Node({"paid_at": found}).seconds("paid_at")
