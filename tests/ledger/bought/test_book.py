"""What campaigns and customers bought, noted from events: as exact as the totals, however events come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from daybook.ledger import measures as m
from daybook.ledger.bought.book import BoughtBook
from daybook.ledger.merged import MergedTotals
from daybook.ledger.messages import decode_totals
from daybook.ledger.signals.merged import SignalPlace
from daybook.schemas import topics
from tests.sinks.world import World, calendar, refund, sale, snapshot

START: Final = datetime(2026, 3, 14, 9, tzinfo=UTC)
RECORDED: Final = datetime(2026, 3, 15, 12, tzinfo=UTC)
STORES: Final = ("high-street", "night-bar")
CAMPAIGNS: Final = ("Spring letter", "Back in stock")
CUSTOMERS: Final = tuple(f"{number:032x}" for number in range(3))

_SALES: Final = ("sale.completed", "order.snapshot")

Sums = dict[tuple[str, date, str, str], dict[str, int]]
"""Measures by store, business date, currency and campaign, which are not zero."""


def known(book: BoughtBook) -> Sums:
    """All that a book knows, added up over the quarter hours."""
    found: dict[tuple[str, date, str, str], Counter[str]] = {}
    for store, day in book.sums.days:
        for currency in book.sums.currencies:
            for labels in book.sums.of_store(SignalPlace(day, "store_quarter", currency), store).values():
                for campaign, measures in labels.items():
                    found.setdefault((store, day, currency, campaign), Counter()).update(measures)
    told = {name: {measure: value for measure, value in own.items() if value} for name, own in found.items()}
    return {name: own for name, own in told.items() if own}


def noted(events: Iterable[dict[str, Any]], book: BoughtBook | None = None) -> BoughtBook:
    """A book that has read these events."""
    book = book or BoughtBook(calendar())
    for event in events:
        at = datetime.fromisoformat(event.get("time", START.isoformat()))
        book.read(orjson.dumps(event), max(at, RECORDED))
    return book


def again(book: BoughtBook) -> BoughtBook:
    """A book that was put back from what another had to keep."""
    after, book.complete = BoughtBook(calendar()), True
    after.restore({key: value for key, value in book.changes() if value is not None})
    return after


_EVENT: Final = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["sale", "sale", "refund", "void", "snapshot"]),
        "store": st.sampled_from(STORES),
        "campaign": st.sampled_from(CAMPAIGNS),
        "customer": st.sampled_from([None, *CUSTOMERS]),
        "minutes": st.integers(0, 26 * 60),
        "order": st.integers(0, 2),
    }
)


def _made(number: int, drawn: dict[str, Any]) -> dict[str, Any]:
    at = {"time": (START + timedelta(minutes=drawn["minutes"])).isoformat(), "store_id": drawn["store"]}
    own = {"campaign": drawn["campaign"], "customer": drawn["customer"]}
    if drawn["kind"] == "snapshot":
        # Of an order its store, customer and time are the same in every state.
        order, version = drawn["order"], number
        same = {"store_id": STORES[order % 2], "customer": CUSTOMERS[order], "campaign": CAMPAIGNS[order % 2]}
        return snapshot(number, f"web-{order}", version, 1000 + number) | same
    made = refund(number) if drawn["kind"] == "refund" else sale(number)
    if drawn["kind"] == "void":
        made |= {"type": "sale.voided", "origin_time": at["time"]}
    return made | at | own


_EVENTS: Final = st.lists(_EVENT, max_size=14).map(
    lambda all_: [_made(n, each) for n, each in enumerate(all_)]
)


@settings(max_examples=60)
@given(_EVENTS, st.randoms(use_true_random=False), st.integers(0, 14))
def test_campaigns_come_to_what_the_totals_say(events: list[dict[str, Any]], chance: Any, cut: int) -> None:
    """Where every event names a campaign, orders and net are those of the stores, after a restart, too."""
    log = [*events, *chance.sample(events, k=len(events) // 2)]
    chance.shuffle(log)
    world, merged = World(), MergedTotals()
    for event in log:
        world.publish(event)
    world.count()
    for (topic, _), told in world.said.items():
        for _, value in told if topic == topics.TOTALS else ():
            merged.take(decode_totals(value))
    want = {
        (key, place.business_date, measure): value
        for place in merged.places()
        if place.dimension == "store" and place.book == "sales"
        for key, total in merged.table(place).items()
        for measure, value in (
            ("campaign_orders", total.vector[m.ORDERS]),
            ("campaign_net", _net(total.vector)),
        )
        if value
    }
    book = noted(log)
    found: Counter[tuple[str, date, str]] = Counter()
    for (store, day, currency, _), measures in known(book).items():
        for measure in ("campaign_orders", "campaign_net") if currency else ():
            found[store, day, measure] += measures.get(measure, 0)
    assert {name: value for name, value in found.items() if value} == want
    halfway = again(noted(log[:cut]))
    assert known(noted(log[cut:], halfway)) == known(book) == known(again(book))
    assert known(noted(events)) == known(book)


@settings(max_examples=60)
@given(_EVENTS, st.randoms(use_true_random=False))
def test_of_each_customer_one_order_is_the_first(events: list[dict[str, Any]], chance: Any) -> None:
    """The earliest of all their orders is new and every later one returning, in whatever order they come."""
    chance.shuffle(events)
    newest = {(each["type"], each["order_id"]): each for each in sorted(events, key=_version)}
    orders = [each for each in newest.values() if each["customer"] and each["type"] in _SALES]
    people = {each["customer"] for each in orders}
    counts: Counter[str] = Counter()
    for measures in known(noted(events)).values():
        counts.update(measures)
    assert counts["new_customer_orders"] == len(people)
    assert counts["returning_customer_orders"] == len(orders) - len(people)


def bought_on(day: int, number: int, customer: int = 0, **more: Any) -> dict[str, Any]:
    """A sale of a campaign, so many days after the start."""
    at = {"time": (START + timedelta(days=day)).isoformat()}
    return sale(number) | at | {"campaign": CAMPAIGNS[0], "customer": CUSTOMERS[customer]} | more


def ten_weeks(book: BoughtBook) -> dict[bytes, bytes]:
    """A sale a day, and what was kept of it: the book reads all, and lets go of what is old every day."""
    table: dict[bytes, bytes] = {}
    for day in range(70):
        value = orjson.dumps(bought_on(day, day, customer=1 if day == 60 else 0))
        book.read(value, START + timedelta(days=day))
        book.complete = True
        book.forget_old()
        for key, kept in book.changes():
            if kept is None:
                table.pop(key, None)
            else:
                table[key] = kept
    return table


def test_days_are_closed_and_eight_weeks_are_kept() -> None:
    """Of ten weeks eight are left, the last of them event by event; a restart knows them."""
    book = BoughtBook(calendar())
    table = ten_weeks(book)
    found = known(book)
    days = sorted({day for _, day, _, _ in found})
    assert len(days) == (days[-1] - days[0]).days + 1 == 58
    assert all(
        each == {"campaign_sales": 1, "campaign_orders": 1, "campaign_net": each["campaign_net"]}
        for (_, _, currency, _), each in found.items()
        if currency
    )
    new = [
        day for (_, day, currency, _), each in found.items() if not currency and "new_customer_orders" in each
    ]
    assert new == [START.date() + timedelta(days=60)]
    facts = {orjson.loads(key.partition(b"|")[2])[1] for key in table if key.startswith(b"facts|")}
    assert sorted(facts) == [day.isoformat() for day in days[-4:]]
    after = BoughtBook(calendar())
    after.restore(table)
    assert known(after) == found


def test_what_is_closed_changes_no_more() -> None:
    """A repeat, or a sale that comes weeks late, changes nothing; nor is an old customer new again."""
    book = BoughtBook(calendar())
    ten_weeks(book)
    before = known(book)
    late = [bought_on(40, 40), bought_on(30, 300), bought_on(69, 69, customer=1)]
    assert known(noted(late, book)) == before
    after = known(noted([bought_on(69, 400), bought_on(69, 401, customer=2)], book))
    customers = after["high-street", START.date() + timedelta(days=69), "", ""]
    assert customers == {"new_customer_orders": 1, "returning_customer_orders": 2}


def test_nothing_is_closed_before_all_is_read() -> None:
    """Where one partition is far ahead in time, what others hold of days before counts; then it is kept."""
    book = noted([bought_on(0, 1), bought_on(30, 2)])
    book.forget_old()
    assert len(known(noted([bought_on(10, 3)], book))) == 6
    assert list(book.changes()) == []
    book.complete = True
    book.forget_old()
    kept = dict(book.changes())
    assert None not in kept.values()
    assert sum(key.startswith(b"facts|") for key in kept) == 1


def test_what_is_read_of_the_past_is_closed_as_all_partitions_go_on() -> None:
    """With both at the tenth day those four days before it are closed, and the last are not."""
    book = noted([bought_on(day, day) for day in (0, 5, 10)])
    book.partitions = 2
    for partition, day in ((0, 10), (1, 2)):
        book.read_to(partition, 1, START + timedelta(days=day))
    book.forget_old()
    assert len(known(noted([bought_on(1, 20)], book))) == 8
    book.read_to(1, 2, START + timedelta(days=10))
    book.forget_old()
    before = known(book)
    assert known(noted([bought_on(5, 21)], book)) == before
    assert known(noted([bought_on(7, 22)], book)) != before


def test_a_store_that_sells_without_a_campaign_is_one_to_compare_with() -> None:
    """Its day is known, with nothing of a campaign in it; a test sale and nonsense say nothing of theirs."""
    plain = [sale(1), sale(2, test=True, time="2026-03-12T10:00:00Z"), {"type": "sale.completed"}]
    book = noted(plain)
    [day] = book.sums.days
    assert book.sums.of_store(SignalPlace(day.business_date, "store_quarter"), day.store_id)
    assert not book.sums.of_store(SignalPlace(day.business_date, "store_quarter", "GBP"), day.store_id)
    assert not book.sums.of_store(SignalPlace(date(2026, 3, 12), "store_quarter"), day.store_id)
    after = again(book)
    assert (known(book), known(after), after.sums.days) == ({}, {}, [day])


def test_nothing_of_a_customer_is_kept_but_a_hash() -> None:
    """No entry holds the reference by which a shop knows somebody."""
    book = noted([bought_on(0, 1)])
    book.complete = True
    entries = list(book.changes())
    assert len(entries) > 2
    assert not any(CUSTOMERS[0].encode() in key + (value or b"") for key, value in entries)


def _net(vector: Sequence[int]) -> int:
    return vector[m.GROSS] + vector[m.DISCOUNTS] + vector[m.REVERSALS]


def _version(event: dict[str, Any]) -> int:
    return int(event.get("version", 0))
