from __future__ import annotations

import random
from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import Any

import pytest

from daybook.dashboards import queries
from daybook.dashboards.queries.filling import ALL, Choice, filled
from daybook.ledger.calendar import Calendar
from daybook.sinks.migrate import migrate
from daybook.sinks.store import Store
from tests.dashboards.month import page_parameters
from tests.dashboards.shop import Sold, at, shop, write

TODAY = date(2026, 11, 24)
YESTERDAY = date(2026, 11, 23)
CALENDAR = Calendar(
    [shop("leeds", "Europe/London"), shop("york", "Europe/London"), shop("osaka", "Asia/Tokyo")]
)
CURRENCY = {"leeds": "GBP", "york": "GBP", "osaka": "JPY"}
PAIRS: dict[str, Any] = {
    "stores": [store for store in CURRENCY for _ in range(2)],
    "dates": [day for _ in CURRENCY for day in (TODAY, YESTERDAY)],
}


def drawn(seed: int, count: int = 300) -> list[Sold]:
    """Sales of three days in three stores, with refunds, discounts, repeats, dead letters, training sales."""
    chance = random.Random(seed)  # noqa: S311 - made-up sales
    sales = []
    for _ in range(count):
        store_id = chance.choice(list(CURRENCY))
        refund = chance.random() < 0.1
        amount = chance.randrange(1, 20_000)
        sales.append(
            Sold(
                store_id=store_id,
                at=at("2026-11-22 00:00") + timedelta(seconds=chance.randrange(3 * 86_400)),
                product=chance.choice(["mug", "jug", "it's \\ odd", "pan"]),
                gross=0 if refund else amount,
                currency=CURRENCY[store_id],
                discounts=0 if refund else -chance.randrange(amount // 4 + 1),
                reversals=-amount if refund else 0,
                orders=0 if refund else 1,
                units=0 if refund else chance.randrange(1, 4),
                returned_units=1 if refund else 0,
                event_type="sale.refunded" if refund else "sale.completed",
                outcome=chance.choice([""] * 8 + ["duplicate", "dead", "superseded"]),
                book=chance.choice(["sales"] * 9 + ["test"]),
            )
        )
    return sorted(sales, key=lambda sold: sold.at)


def day_of(sold: Sold) -> date:
    """The business date of a sale."""
    return CALENDAR.moment(sold.store_id, sold.at).business_date


def counted(sales: list[Sold]) -> list[Sold]:
    """What belongs into the ledger of sales, on the two days asked for."""
    days = (TODAY, YESTERDAY)
    return [sold for sold in sales if not sold.outcome and sold.book == "sales" and day_of(sold) in days]


def merge(store: Store) -> None:
    """Fold all repeated rows away now, as the engine does sooner or later: it changes the mark."""
    for table in ("totals", "positions", "lines"):
        store.command(f"OPTIMIZE TABLE {table} FINAL")


@pytest.fixture
def sales(store: Store) -> list[Sold]:
    """Drawn sales, written in two steps, so that totals stand in the tables in two versions."""
    all_of_them = drawn(seed=11)
    write(store, CALENDAR, all_of_them[:200])
    write(store, CALENDAR, all_of_them, first_offset=200)
    return all_of_them


def test_store_totals_equal_the_sales_added_up(store: Store, sales: list[Sold]) -> None:
    """Per store, date and currency: every figure that the page shows, over both partitions."""
    expected: dict[tuple[str, date, str], list[int]] = defaultdict(lambda: [0] * 7)
    for sold in counted(sales):
        entry = expected[sold.store_id, day_of(sold), sold.currency]
        parts = (
            sold.net, sold.gross + sold.discounts, sold.reversals, sold.orders, sold.units, sold.discounts,
            sold.returned_units,
        )  # fmt: skip
        entry[:] = [a + b for a, b in zip(entry, parts, strict=True)]
    found = {row[:3]: list(row[3:]) for row in store.rows(queries.load("store_totals"), PAIRS)}
    assert found == expected


def test_store_totals_give_only_the_pairs_asked_for(store: Store, sales: list[Sold]) -> None:
    """A store's other date stays out, even though another store is asked about on it."""
    asked = {"stores": ["leeds", "york"], "dates": [TODAY, YESTERDAY]}
    found = [row[:2] for row in store.rows(queries.load("store_totals"), asked)]
    assert found == [("leeds", TODAY), ("york", YESTERDAY)]
    assert {day_of(sold) for sold in sales if sold.store_id == "leeds"} >= {TODAY, YESTERDAY}


def test_store_quarters_equal_the_sales_added_up(store: Store, sales: list[Sold]) -> None:
    """Net sales per store and UTC quarter hour."""
    expected: Counter[tuple[str, date, str, int]] = Counter()
    for sold in counted(sales):
        quarter = int(sold.at.timestamp()) // 900 * 900
        expected[sold.store_id, day_of(sold), sold.currency, quarter] += sold.net
    found = {row[:4]: row[4] for row in store.rows(queries.load("store_quarters"), PAIRS)}
    assert found == dict(expected)


def shown(store: Store, query: str, *stores: str) -> list[dict[str, Any]]:
    """What a query of the boards says of today in pounds, of all stores or of some; minor units."""
    choice = Choice("GBP", date=TODAY.isoformat(), store=stores or ALL)
    return store.records(filled(queries.load(query), choice.variables()))


def test_best_products_are_those_with_the_highest_net_sales(store: Store, sales: list[Sold]) -> None:
    """Highest first, with their last names; units are net of returns, names may hold any character."""
    net: Counter[str] = Counter()
    units: Counter[str] = Counter()
    for sold in counted(sales):
        if sold.currency == "GBP" and day_of(sold) == TODAY:
            net[sold.product] += sold.net
            units[sold.product] += sold.units - sold.returned_units
    order = sorted((-amount, product) for product, amount in net.items() if amount > 0)
    expected = [(product, product.capitalize(), -amount, units[product], "GBP") for amount, product in order]
    assert [tuple(row.values()) for row in shown(store, "today_best_products")] == expected


def test_best_products_of_some_stores_leave_the_others_out(store: Store, sales: list[Sold]) -> None:
    """Added up from the lines of the stores asked for, and of all stores the same as from the totals."""
    net: Counter[str] = Counter()
    for sold in counted(sales):
        if sold.store_id == "york" and day_of(sold) == TODAY:
            net[sold.product] += sold.net
    found = {row["product"]: row["net"] for row in shown(store, "today_best_products", "york")}
    assert found == {key: amount for key, amount in net.items() if amount > 0}
    everywhere = shown(store, "today_best_products", *CURRENCY)
    assert everywhere == shown(store, "today_best_products")


@pytest.mark.parametrize("stores", [(), ("leeds",), tuple(CURRENCY)])
def test_parts_of_a_day_add_up_to_it(store: Store, sales: list[Sold], stores: tuple[str, ...]) -> None:
    """By channel from totals or lines; what states no revenue stream is said to state none."""
    own = [
        sold
        for sold in counted(sales)
        if sold.currency == "GBP" and day_of(sold) == TODAY and sold.store_id in (stores or CURRENCY)
    ]
    whole = (sum(sold.net for sold in own), sum(sold.orders for sold in own))
    channels = [tuple(row.values()) for row in shown(store, "today_by_channel", *stores)]
    assert channels == [("pos", *whole, "GBP")]
    streams = [tuple(row.values()) for row in shown(store, "today_by_stream", *stores)]
    assert streams == [("none stated", *whole, "GBP")]


def test_a_product_that_only_came_back_is_not_among_the_best(store: Store) -> None:
    """Net sales at or below zero make no best seller."""
    refund = Sold(
        "leeds", at("2026-11-24 09:00"), "mug", 0, reversals=-500, orders=0, units=0, returned_units=1
    )
    write(store, CALENDAR, [refund])
    assert shown(store, "today_best_products") == []
    assert [row["net"] for row in shown(store, "today_worst_products")] == [-500]


def test_product_names_are_the_last_ones_written(store: Store, sales: list[Sold]) -> None:
    """Every product asked for comes with its name, the others do not come."""
    asked = {"dates": [TODAY], "products": ["mug", "it's \\ odd", "never sold"]}
    assert store.rows(queries.load("product_names"), asked) == [
        ("it's \\ odd", "It's \\ odd"),
        ("mug", "Mug"),
    ]
    assert sales


def test_last_sales_are_the_newest_that_were_counted(store: Store, sales: list[Sold]) -> None:
    """Newest first, without repeats, dead letters, training sales and other days."""
    asked = {"stores": ["leeds", "york"], "dates": [TODAY, TODAY], "limit": 7}
    own = [sold for sold in counted(sales) if sold.store_id != "osaka" and day_of(sold) == TODAY]
    newest = sorted(own, key=lambda sold: sold.at, reverse=True)[:7]
    expected = [
        (sold.event_type, sold.store_id, sold.net, int(sold.at.timestamp() * 1000)) for sold in newest
    ]
    found = store.rows(queries.load("last_sales"), asked)
    assert [(row[0], row[1], row[4], row[10]) for row in found] == expected


def test_the_position_adds_up(store: Store, sales: list[Sold]) -> None:
    """Received, counted, duplicates with superseded ones, dead letters, and the newest recorded time."""
    outcomes = Counter(sold.outcome for sold in sales)
    newest = max(int(sold.at.timestamp() * 1000) for sold in sales)
    expected = (
        len(sales),
        outcomes[""],
        outcomes["duplicate"] + outcomes["superseded"],
        outcomes["dead"],
        newest,
    )
    assert store.rows(queries.load("position")) == [expected]


def test_the_position_before_the_first_event_has_no_time(store: Store) -> None:
    """Nothing received is zero everywhere, and no newest time is made up."""
    assert store.rows(queries.load("position")) == [(0, 0, 0, 0, None)]


def test_the_mark_changes_with_totals_positions_and_lines(store: Store) -> None:
    """Each of the three tables alone moves the mark; asking again does not."""
    asked = {"dates": [TODAY]}
    for table in ("totals", "positions", "lines"):
        store.command(f"SYSTEM STOP MERGES {table}")
    marks = [store.rows(queries.load("changes"), asked)]
    write(store, CALENDAR, [Sold("leeds", at("2026-11-24 09:00"), "mug", 500)])
    marks.append(store.rows(queries.load("changes"), asked))
    for table in ("totals", "positions"):
        store.command(f"INSERT INTO {table} SELECT * REPLACE (version + 1 AS version) FROM {table}")  # noqa: S608
        marks.append(store.rows(queries.load("changes"), asked))
    store.command("INSERT INTO lines SELECT * REPLACE (offset + 1 AS offset) FROM lines")
    marks.append(store.rows(queries.load("changes"), asked))
    assert len({str(mark) for mark in marks}) == 5
    assert store.rows(queries.load("changes"), asked) == marks[-1]


def test_a_server_over_http_gives_the_same_rows(
    store: Store, sales: list[Sold], clickhouse_url: str, clickhouse_database: str
) -> None:
    """Every query of the folder, with its parameters, means the same to a server and embedded."""
    parameters = page_parameters(list(CURRENCY), TODAY, ["mug", "it's \\ odd"])
    # It looks at the clock, so it may differ from one asking to the next.
    del parameters["alert_freshness"]
    with Store.over_http(clickhouse_url, clickhouse_database) as server:
        migrate(server)
        write(server, CALENDAR, sales[:200])
        write(server, CALENDAR, sales, first_offset=200)
        for each in (server, store):
            merge(each)
        for name, given in parameters.items():
            sql = queries.load(name)
            assert server.rows(sql, given) == store.rows(sql, given), name
