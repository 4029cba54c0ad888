"""The demo as people use it: a running one, with sales that are posted to it, good and bad."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.demo.running import RunningDemo, demo, demo_to_its_end, sale, write_stores

pytestmark = pytest.mark.timeout(240)

PATIENCE_MS = 90_000
"""The sale waits behind the demo's whole past."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    """One demo for the tests of this module; each sells in stores of its own."""
    folder = tmp_path_factory.mktemp("demo") / "data"
    write_stores(folder, "phone", "wall", "bad", "mixed", "twice", "rolling")
    with demo(folder, "--rate", "0.2") as running:
        running.until_live()
        yield running


@pytest.mark.parametrize(("store", "size"), [("phone", (390, 844)), ("wall", (1920, 1080))])
def test_a_posted_sale_comes_to_the_open_page_by_itself(
    shop: RunningDemo, browser: Browser, store: str, size: tuple[int, int]
) -> None:
    """What the gateway has answered 202 for is pushed to the page, as ClickHouse's lines add up to it."""
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, locale="en-GB")
    page.goto(shop.url)
    expect(page.locator(f'tr[data-store="{store}"]')).to_be_visible(timeout=20_000)
    answer = shop.post(sale(store, f"{store}-1", 123_456))
    assert answer.status_code == 202, answer.text
    net = page.locator(f'tr[data-store="{store}"] [data-figure="net"]')
    expect(net).to_have_text("£1,234.56", timeout=PATIENCE_MS)
    assert shop.command("reconcile")["differences"] == []
    assert shop.store_totals(store)["net"] == 123_456
    page.close()


def test_a_repeated_sale_counts_once(shop: RunningDemo) -> None:
    """A till that retries gets 202 again, and the sale stands once."""
    event = sale("twice", "twice-1", 500)
    assert [shop.post(event).status_code for _ in range(3)] == [202, 202, 202]
    shop.post(sale("twice", "twice-2", 1))
    shop.until("twice", net=501, orders=2)


BAD: list[tuple[str, dict[str, Any] | bytes, str]] = [
    ("truncated", b'{"schema_version": "1.0", "type"', "malformed"),
    ("binary", bytes(range(256)), "malformed"),
    ("a megabyte in a name", sale("bad", "b1", 1, region="x" * 1_000_000), ""),
    ("wrong type", sale("bad", "b2", 1, charged="1"), "wrong_type"),
    ("negative amount", sale("bad", "b3", -5), "negative_amount"),
    ("overflowing amount", sale("bad", "b4", 10**30), ""),
    ("unknown currency", sale("bad", "b5", 1, currency="ABC"), "unknown_currency"),
    ("impossible time", sale("bad", "b6", 1, time="2026-02-30T10:00:00Z"), "impossible_time"),
    ("no zone", sale("bad", "b7", 1, time="2026-02-20T10:00:00"), "impossible_time"),
    ("unknown field", sale("bad", "b8", 1, cashier_name="x"), "unknown_field"),
    ("a card number", sale("bad", "b9", 1, campaign="4111 1111 1111 1111"), "personal_data_card"),
    ("an email address", sale("bad", "b10", 1, region="a.b@example.org"), "personal_data_email"),
    ("sums that differ", sale("bad", "b11", 100, charged=99), "order_sum"),
]


@pytest.mark.parametrize(("body", "code"), [bad[1:] for bad in BAD], ids=[bad[0] for bad in BAD])
def test_bad_input_is_refused_with_a_reason(
    shop: RunningDemo, body: dict[str, Any] | bytes, code: str
) -> None:
    """Each gets a 4xx that names the reason, repeats no card number, and counts nowhere."""
    answer = shop.post(body)
    assert 400 <= answer.status_code < 500, answer.text
    assert code in answer.text
    assert "4111" not in answer.text
    assert shop.process.poll() is None
    assert shop.store_totals("bad") == {}


def test_one_bad_event_does_not_stop_the_others_of_its_batch(shop: RunningDemo) -> None:
    """Of 500, 499 are accepted and counted; the bad one is named by its position."""
    events = [sale("mixed", f"m-{i}", 10) for i in range(500)]
    events[250]["currency"] = "ABC"
    answer = shop.post(events)
    assert answer.status_code == 202, answer.text
    results = answer.json()["events"]
    refused = [r for r in results if r["status"] != "accepted"]
    assert [(r["position"], r["problems"][0]["code"]) for r in refused] == [(250, "unknown_currency")]
    shop.until("mixed", orders=499, net=4990)


def test_a_wrong_key_publishes_nothing(shop: RunningDemo) -> None:
    """Without the right key there is a 401 and no hint what would be right."""
    assert shop.post(sale("bad", "x", 1), key="dbk_000000000000_wrong").status_code == 401


def test_a_sale_of_an_unknown_store_counts_once_the_store_is_known(shop: RunningDemo) -> None:
    """It waits as a dead letter; with the store added and the letter replayed it counts, and only once."""
    assert shop.post(sale("later", "late-1", 777)).status_code == 202
    shop.post(sale("twice", "after-later", 0, charged=0))
    letters: list[dict[str, Any]] = []
    for _ in range(50):
        letters = shop.command("dead-letters", "list", "--reason", "unknown_store")["dead_letters"]
        letters = [letter for letter in letters if _original(shop, letter["id"])["store_id"] == "later"]
        if letters:
            break
    assert [letter["replayable"] for letter in letters] == [True]
    write_stores(shop.folder, "later")
    for _ in range(2):
        assert shop.command("dead-letters", "replay", letters[0]["id"])["replayed"] == [letters[0]["id"]]
    shop.until("later", net=777, orders=1)
    assert shop.command("reconcile")["differences"] == []


def _original(shop: RunningDemo, letter_id: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shop.command("dead-letters", "show", letter_id)["original"])
    return found


def test_a_second_process_on_the_folder_gets_a_sentence(shop: RunningDemo) -> None:
    """One process has the data folder; another says so and ends with 3."""
    said = demo_to_its_end("--port", "0", "--data-dir", str(shop.folder), code=3)
    assert "open in another process" in said
    assert "Traceback" not in said


def test_rolling_windows_hold_what_was_sold_just_now(shop: RunningDemo) -> None:
    """A sale made now is in every window, and none holds more than the day's total."""
    assert shop.post(sale("rolling", "r-1", 321)).status_code == 202
    shop.until("rolling", net=321)
    found = {
        row["window"]: row["net"]
        for row in shop.command("totals", "--rolling")["windows"]
        if row["store_id"] == "rolling"
    }
    assert found == dict.fromkeys(["last_60_minutes", "last_24_hours", "last_7_days", "last_28_days"], 321)


def test_a_page_elsewhere_cannot_reach_the_demo_by_another_name(shop: RunningDemo) -> None:
    """A request for another host name is refused, though it comes in on loopback."""
    answer = httpx.get(shop.url, headers={"Host": "elsewhere.example"})
    assert answer.status_code == 400
    assert httpx.get(shop.url).status_code == 200
