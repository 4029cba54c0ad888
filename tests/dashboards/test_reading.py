from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from daybook.dashboards.board.days import store_day
from daybook.dashboards.board.document import Product
from daybook.dashboards.board.reading import TodayReader
from daybook.dashboards.board.rows import ProductRow, TotalRow
from daybook.dashboards.board.today import main_dates, ranked, stores_today
from daybook.ledger.calendar import Calendar
from daybook.ledger.messages import PartitionPosition
from daybook.sinks.rows import POSITION_COLUMNS, position_row
from daybook.sinks.store import Store, transposed
from tests.dashboards.shop import Sold, at, shop, write

NOW = at("2026-11-24 15:05")
TODAY = date(2026, 11, 24)
CALENDAR = Calendar(
    [
        shop("leeds", "Europe/London", name="Leeds"),
        shop("york", "Europe/London", cutoff="04:00"),
        shop("osaka", "Asia/Tokyo", name="Osaka"),
        shop("empty", "Europe/London"),
    ]
)
SALES = [
    Sold("leeds", at("2026-11-23 10:00"), "mug", 1000),
    Sold("leeds", at("2026-11-23 15:01"), "mug", 300),  # in the quarter hour running now: a third
    Sold("leeds", at("2026-11-23 18:00"), "jug", 5000),
    Sold("york", at("2026-11-24 03:59"), "jug", 700),  # still yesterday
    Sold("osaka", at("2026-11-24 00:30"), "pan", 90_000, currency="JPY"),  # yesterday: it is the 25th there
    Sold("osaka", at("2026-11-24 15:02"), "pan", 20_000, currency="JPY"),
    Sold("leeds", at("2026-11-24 10:00"), "mug", 1500, discounts=-100),
    Sold("leeds", at("2026-11-24 10:00"), "mug", 1500, outcome="duplicate"),
    Sold("york", at("2026-11-24 11:00"), "jug", 2500),
    Sold("leeds", at("2026-11-24 14:00"), "mug", 0, reversals=-500, orders=0, units=0, returned_units=1),
]


def board_reader(store: Store, now: datetime = NOW) -> TodayReader:
    """A reader of a board whose clock stands still."""
    return TodayReader(store, CALENDAR, lambda: now)


async def test_stores_stand_on_their_own_day_against_the_same_time_yesterday(store: Store) -> None:
    """Own date and currency; yesterday by now is closed quarter hours and a third of the running one."""
    write(store, CALENDAR, SALES)
    document = await board_reader(store).read()
    found = {
        entry.store_id: (
            entry.business_date,
            entry.currency,
            entry.net,
            entry.yesterday_by_now,
            entry.yesterday,
        )
        for entry in document.stores
    }
    assert found == {
        "leeds": (TODAY, "GBP", 900, 1100, 6300),
        "york": (TODAY, "GBP", 2500, 0, 700),
        "osaka": (date(2026, 11, 25), "JPY", 20_000, 0, 90_000),
        "empty": (TODAY, None, 0, None, None),
    }


async def test_orders_and_averages_leave_refunds_out(store: Store) -> None:
    """The average order is what was sold after discounts, by orders; a refund lowers net sales alone."""
    write(store, CALENDAR, SALES)
    leeds = (await board_reader(store).read()).stores[0]
    assert (leeds.orders, leeds.average_order, leeds.reversed) == (1, 1400, -500)


async def test_groups_add_up_the_stores_of_one_currency_only(store: Store) -> None:
    """Pounds and yen stay apart, and the currency with more stores leads."""
    write(store, CALENDAR, SALES)
    groups = (await board_reader(store).read()).groups
    found = [
        (group.currency, group.stores, group.net, group.orders, group.yesterday_by_now) for group in groups
    ]
    assert found == [("GBP", 2, 3400, 2, 1100), ("JPY", 1, 20_000, 1, 0)]


async def test_curves_end_at_the_figures_of_stores_and_groups(store: Store) -> None:
    """The last point of each curve is what the same store or currency stands at."""
    write(store, CALENDAR, SALES)
    document = await board_reader(store).read()
    ends = {(curve.currency, curve.store_id): curve.today[-1][1] for curve in document.curves}
    assert ends == {
        ("GBP", None): 3400,
        ("GBP", "leeds"): 900,
        ("GBP", "york"): 2500,
        ("JPY", None): 20_000,
    }


async def test_products_sales_and_position_come_with_names(store: Store) -> None:
    """Best products by currency, last sales newest first, and everything received accounted for."""
    write(store, CALENDAR, SALES)
    document = await board_reader(store).read()
    assert [(item.currency, item.rank, item.name, item.net, item.units) for item in document.products] == [
        ("GBP", 1, "Jug", 2500, 1),
        ("GBP", 2, "Mug", 900, 0),
        ("JPY", 1, "Pan", 20_000, 1),
    ]
    assert [(sale.store_name, sale.net) for sale in document.sales[:2]] == [
        ("Osaka", 20_000),
        ("Leeds", -500),
    ]
    position = document.position
    assert position is not None
    assert (position.received, position.counted, position.duplicates, position.dead) == (10, 9, 1, 0)
    assert document.exponents == {"GBP": 2, "JPY": 0}


async def test_an_empty_database_gives_an_empty_board(store: Store) -> None:
    """Stores without a sale are there without a currency, and nothing is newest."""
    document = await board_reader(store).read()
    assert [entry.currency for entry in document.stores] == [None] * 4
    assert (document.groups, document.curves, document.products, document.sales) == ([], [], [], [])
    assert document.newest_recorded_ms is None


async def test_a_position_before_the_first_event_is_no_newest(store: Store) -> None:
    """A worker tells its position at its start: that is no sale of 1970."""
    start = PartitionPosition(7, 0, 0, 0, 0, 0, 0, 0, 0)
    store.insert("positions", transposed(POSITION_COLUMNS, [position_row(start)]))
    document = await board_reader(store).read()
    assert document.newest_recorded_ms is None


async def test_a_stores_file_without_stores_gives_an_empty_board(store: Store) -> None:
    """No store is no error."""
    reader = TodayReader(store, Calendar([]), lambda: NOW)
    assert (await reader.read()).stores == []
    assert await reader.mark() == await reader.mark()


async def test_the_mark_changes_at_midnight(store: Store) -> None:
    """A new business day of any store makes another board, even if nothing was written."""
    before = await board_reader(store, at("2026-11-24 23:59")).mark()
    assert before != await board_reader(store, at("2026-11-25 00:01")).mark()


def test_equal_products_share_a_rank() -> None:
    """Two products with the same sum are both second, and the next one is fourth."""
    rows = [
        ProductRow("GBP", TODAY, name, name.upper(), net, 1)
        for name, net in [("a", 9), ("b", 5), ("c", 5), ("d", 1)]
    ]
    rows += [ProductRow("JPY", TODAY, "e", "E", 1, 1)]
    found: list[Product] = ranked(rows)
    assert [item.rank for item in found] == [1, 2, 2, 4, 1]


@pytest.mark.parametrize(
    "zones, expected", [(("Europe/London", "Asia/Tokyo"), 25), (("Europe/London",) * 2, 24)]
)
def test_the_main_date_of_a_currency_is_the_later_of_equally_many(
    zones: tuple[str, str], expected: int
) -> None:
    """Of two stores on two dates, products are shown of the later date."""
    days = {name: store_day(shop(name, zone), NOW) for name, zone in zip("ab", zones, strict=True)}
    totals = [
        TotalRow(name, day.today - timedelta(days=1), "USD", 1, 1, 0, 1, 1) for name, day in days.items()
    ]
    assert main_dates(stores_today(days, totals, [])) == {"USD": date(2026, 11, expected)}
