from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from daybook.producers.adapters import signatures
from daybook.producers.adapters.contract import Delivery, Notice, Translation, Untranslatable
from daybook.producers.adapters.square import SquareAdapter
from tests.producers.adapters.books import SHARED, captured_payload, changed, connection, example, measures

NOW = datetime(2026, 3, 5, 10, tzinfo=UTC)
URL = "https://hooks.example.com/v1/hooks/quay"
SQUARE = SquareAdapter()
SHOP = connection("square", locations={"LQUAY": "quay"}, public_url=URL, account="MERCHANT1")
NOTICE = example("square/order.updated")
REFUND = example("square/refund.updated")
FETCHED = {name: example(f"square/{name}") for name in ("order", "payment")}
FETCHED["return"] = example("square/return-order")


def order(document: Any) -> Translation:
    """What a notification means whose order is this."""
    return SQUARE.translate(NOTICE, "order.updated", SHOP, {"order": document})


def test_an_order_comes_out_to_the_penny_and_to_the_measure() -> None:
    """Weights, modifiers, both kinds of discount and tax, fees, tips, gift cards and rounding add up."""
    (event,) = order(FETCHED["order"]).events
    assert event.store_id == "quay"
    assert event.type == "order.snapshot"
    assert measures([event]) == {
        # Flat whites hold 123 of tax before discount: 740 - 123 = 617.
        "gross": 617 + 621 + 1200, "discounts": -62 - 62 - 300, "tax": 111 + 45, "fees": 200, "tips": 150,
        "gift_cards": 2500, "adjustments": 3, "orders": 1, "units": 4, "charged": 5023,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("state", "tenders", "meaning"),
    [
        ("DRAFT", True, "order_open"),
        ("OPEN", False, "order_open"),
        ("OPEN", True, ""),
        ("COMPLETED", False, ""),
        ("CANCELED", True, ""),
    ],
)
def test_an_order_counts_once_it_is_paid(state: str, tenders: bool, meaning: str) -> None:  # noqa: FBT001
    """Completed, or paid in full while it waits; what a cancelled order was paid comes back by refunds."""
    document = changed(FETCHED["order"], ["order", "state"], state)
    if not tenders:
        document["order"]["tenders"] = []
    translation = order(document)
    assert translation.ignored == meaning
    assert measures(translation.events)["charged"] == (0 if meaning else 5023)


def test_a_cancelled_order_that_nobody_paid_leaves_nothing() -> None:
    """Also where an older version was counted, such as of an offline payment that was declined later."""
    older = order(FETCHED["order"]).events
    document = changed(FETCHED["order"], ["order", "state"], "CANCELED")
    document["order"] |= {"version": 8, "tenders": []}
    assert measures([*older, *order(document).events]) == {"charged": 0}


def test_sums_that_differ_are_named() -> None:
    """A total that the lines do not come to is refused with both sums."""
    with pytest.raises(Untranslatable, match="is 5000, the lines add up to 5020"):
        order(changed(FETCHED["order"], ["order", "total_money", "amount"], 5000))
    with pytest.raises(Untranslatable, match=r"line_items\[0\].total_money: is 600, the line comes to 666"):
        order(changed(FETCHED["order"], ["order", "line_items", 0, "total_money", "amount"], 600))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["order", "state"], "PARKED"),
        (["order", "line_items", 0, "item_type"], "MYSTERY"),
        (["order", "taxes", 0, "type"], "SIDEWAYS"),
        (["order", "line_items", 0, "total_money", "currency"], "EUR"),
    ],
)
def test_unknown_meanings_are_refused(path: list[str | int], value: str) -> None:
    """An unknown state, item type, kind of tax or a second currency is not guessed at."""
    with pytest.raises(Untranslatable):
        order(changed(FETCHED["order"], path, value))


def test_a_refund_is_fetched_in_two_rounds() -> None:
    """Its own order is a return: the sale is found by payment, then by the payment's order."""
    notice = Notice("refund.updated", REFUND)
    first = SQUARE.wants(notice, SHOP, {})
    assert [fetch.path for fetch in first] == ["/v2/payments/payCafe1", "/v2/orders/orderBack1"]
    known = {"payment": FETCHED["payment"], "return": FETCHED["return"]}
    assert [fetch.path for fetch in SQUARE.wants(notice, SHOP, known)] == ["/v2/orders/orderCafe1"]
    assert SQUARE.wants(notice, SHOP, FETCHED) == ()


def test_a_refund_takes_back_the_lines_of_its_return_order() -> None:
    """It counts against the order that was paid, with product, units and tax."""
    (refund,) = SQUARE.translate(REFUND, "refund.updated", SHOP, FETCHED).events
    assert refund.order_id == "orderCafe1"
    assert measures([refund]) == {"reversals": -900, "tax": -45, "returned_units": 1, "charged": -945}


@pytest.mark.parametrize("status", ["PENDING", "REJECTED", "FAILED"])
def test_only_completed_refunds_count(status: str) -> None:
    """A refund that is under way or came to nothing takes nothing back."""
    payload = changed(REFUND, ["data", "object", "refund", "status"], status)
    assert SQUARE.translate(payload, "refund.created", SHOP, {}).ignored == f"refund_{status.lower()}"


def test_a_refund_of_another_sum_counts_by_its_amount() -> None:
    """Where the return's lines do not come to it, the refund lowers no product."""
    payload = changed(REFUND, ["data", "object", "refund", "amount_money", "amount"], 500)
    (refund,) = SQUARE.translate(payload, "refund.updated", SHOP, FETCHED).events
    assert measures([refund]) == {"reversals": -500, "charged": -500}


def test_an_exchange_is_counted_by_its_order_alone() -> None:
    """It sells and takes back at once; a refund of the difference is not counted again, nor a pure return."""
    exchange = example("square/exchange")
    assert measures(order(exchange).events)["charged"] == 2205 - 945
    swapped = FETCHED | {"return": exchange}
    assert SQUARE.translate(REFUND, "refund.updated", SHOP, swapped).ignored == "in_exchange_order"
    assert order(FETCHED["return"]).ignored == "return_order"


def test_a_payment_counts_only_without_an_order() -> None:
    """The order is the sale; an old payment without one is its own, with the tip apart."""
    payload = {"type": "payment.updated", "data": {"object": FETCHED["payment"]}}
    assert SQUARE.translate(payload, "payment.updated", SHOP, {}).ignored == "order_is_the_sale"
    alone = changed(payload, ["data", "object", "payment", "order_id"], None)
    (sale,) = SQUARE.translate(alone, "payment.updated", SHOP, {}).events
    assert measures([sale]) == {"gross": 4873, "tips": 150, "orders": 1, "units": 1, "charged": 5023}


def test_what_cannot_be_fetched_is_refused() -> None:
    """Without its order or payment a notification has no meaning; another account's has none either."""
    for payload, topic in ((NOTICE, "order.updated"), (REFUND, "refund.updated")):
        with pytest.raises(Untranslatable, match="could not be fetched"):
            SQUARE.translate(payload, topic, SHOP, {"order": None, "payment": None})
    with pytest.raises(Untranslatable, match="account"):
        SQUARE.translate(NOTICE | {"merchant_id": "OTHER"}, "order.updated", SHOP, FETCHED)
    assert SQUARE.translate({"type": "team_member.created"}, "team_member.created", SHOP, {}).ignored


def test_signatures() -> None:
    """Over URL and body by any key in force; missing, of another body, URL or key they are refused."""
    body, keys = b'{"type":"order.updated"}', [b"old", b"new"]

    def verified(key: bytes = b"new", url: str = URL, signed: bytes = body) -> str | None:
        header = {"x-square-hmacsha256-signature": signatures.sign_base64(key, url.encode(), signed)}
        return SQUARE.verify(Delivery(body, header, "http://inside/"), SHOP, keys, NOW)

    assert verified() is None
    assert verified(b"old") is None
    assert verified(b"another store's") == signatures.WRONG
    assert verified(url=URL + "/x") == signatures.WRONG
    assert verified(signed=body + b" ") == signatures.WRONG
    assert SQUARE.verify(Delivery(body), SHOP, keys, NOW) == signatures.MISSING


@pytest.mark.skipif(not SHARED.exists(), reason="the captured payloads do not lie beside this checkout")
def test_captured_orders_come_to_their_own_totals() -> None:
    """Both captured orders, taken as completed, are charged what their total_money says."""
    first = changed(captured("retrieve-order.json"), ["order", "state"], "COMPLETED")
    second = captured("batch-retrieve-orders.json")["orders"][0]
    for document in (first["order"], second | {"state": "COMPLETED", "created_at": "2020-05-18T16:30:49Z"}):
        fetched = {"order": {"order": document}}
        notice = captured("order.updated.json")
        events = SQUARE.translate(notice, "order.updated", connection("square"), fetched).events
        assert measures(events)["charged"] == document["total_money"]["amount"]


@pytest.mark.skipif(not SHARED.exists(), reason="the captured payloads do not lie beside this checkout")
def test_the_captured_refund_counts_once_when_it_completes() -> None:
    """Created (pending), updated (completed) and repeated: its amount, once."""
    shop = connection("square")
    sale = changed(captured("retrieve-order.json"), ["order", "state"], "COMPLETED")
    payment = {"payment": {"id": "p", "order_id": sale["order"]["id"]}}
    events = [
        event
        for name in ("refund.created", "refund.updated", "refund.updated")
        for event in SQUARE.translate(
            captured(f"{name}.json"), name, shop, {"payment": payment, "order": sale}
        ).events
    ]
    assert measures(events) == {"reversals": -1000, "charged": -1000}
    for name in ("payment.created", "payment.updated", "team_member.created"):
        assert SQUARE.translate(captured(f"{name}.json"), name, shop, {}).ignored


def captured(name: str) -> Any:
    """A captured payload."""
    return captured_payload(f"square/{name}")
