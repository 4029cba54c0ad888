from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from daybook.dashboards.board.app import create_board
from daybook.ledger.calendar import Calendar
from daybook.sinks.store import Store
from tests.dashboards.serving import served
from tests.dashboards.shop import Sold, at, shop, write

PHONE, WALL = (390, 844), (1920, 1080)
SIZES = pytest.mark.parametrize("size", [PHONE, WALL], ids=["phone", "wall"])
PATIENCE_MS = 20_000
"""A page that is pushed to shows a sale within a second; a busy machine may take longer to draw."""
CALENDAR = Calendar(
    [
        shop("leeds", "Europe/London", name="Leeds"),
        shop("osaka", "Asia/Tokyo", name="Osaka"),
        shop("salmiya", "Asia/Kuwait", name="Salmiya"),
    ]
)
NOON = at("2026-11-24 12:10")
SALES = [
    Sold("leeds", NOON - timedelta(days=1, hours=1), "mug", 400_000),
    Sold("leeds", NOON - timedelta(hours=1), "mug", 500_000, discounts=-35),
    Sold("osaka", NOON - timedelta(hours=1), "pan", 123_456, currency="JPY"),
    Sold("salmiya", NOON - timedelta(hours=1), "jug", 1_234_567, currency="KWD"),
    Sold("leeds", NOON - timedelta(minutes=30), "jug", 1, outcome="duplicate"),
    Sold("leeds", NOON - timedelta(minutes=30), "jug", 1, outcome="dead"),
]

LINES_OF_LEEDS = """
    SELECT sum(gross + discounts + reversals) FROM counted_lines
    WHERE store_id = 'leeds' AND business_date = {day:Date}
"""


class Clock:
    """The board's clock, which a test sets."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        """What it shows."""
        return self.now


@contextmanager
def opened(
    browser: Browser,
    store: Store,
    size: tuple[int, int],
    clock: Clock | None = None,
    calendar: Calendar = CALENDAR,
    *,
    filling: Callable[[], bool] = lambda: False,
) -> Iterator[Page]:
    """The page at a size, over a store. An error of a script on it fails the test."""
    errors: list[str] = []
    with served(create_board(store, calendar, clock or Clock(), filling=filling)) as address:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale="en-GB", timezone_id="Europe/London"
        )
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(address)
        yield page
        context.close()
    assert errors == []


@SIZES
def test_a_sale_is_on_the_page_soon_after_its_total_is_written(
    browser: Browser, store: Store, size: tuple[int, int]
) -> None:
    """The page shows, in store, group, product and last sales, what the lines in ClickHouse add up to."""
    write(store, CALENDAR, SALES)
    with opened(browser, store, size) as page:
        net = page.locator('tr[data-store="leeds"] [data-figure="net"]')
        expect(net).to_have_text("£4,999.65", timeout=PATIENCE_MS)
        write(store, CALENDAR, [*SALES, Sold("leeds", NOON, "jug", 120_035)], first_offset=len(SALES))
        expected = store.value(LINES_OF_LEEDS, {"day": NOON.date()})
        expect(net).to_have_attribute("value", str(expected), timeout=PATIENCE_MS)
        expect(net).to_have_text("£6,200.00")
        expect(page.locator('[data-currency="GBP"] .big')).to_have_text("£6,200.00", timeout=PATIENCE_MS)
        expect(page.locator('[data-product="jug"] [data-figure="net"]')).to_have_text("£1,200.35")
        expect(page.locator("#sales li").first).to_contain_text("Jug£1,200.35Sale · Leeds · till")


@SIZES
def test_amounts_have_their_currencys_digits_and_fit(
    browser: Browser, store: Store, size: tuple[int, int]
) -> None:
    """Yen without a fraction, dinars with three digits, and no sideways scrolling."""
    write(store, CALENDAR, SALES)
    with opened(browser, store, size) as page:
        expect(page.locator('[data-currency="JPY"] .big')).to_have_text("JP¥123,456")
        expect(page.locator('[data-currency="KWD"] .big')).to_have_text("KWD\u00a01,234.567")
        assert page.evaluate("document.documentElement.scrollWidth") == size[0]


@SIZES
def test_the_page_compares_with_the_same_time_yesterday(
    browser: Browser, store: Store, size: tuple[int, int]
) -> None:
    """Change, yesterday's figure by now, the curve's reading by keyboard, and what was received."""
    write(store, CALENDAR, SALES)
    with opened(browser, store, size) as page:
        row = page.locator('tr[data-store="leeds"]')
        expect(row.locator(".change")).to_have_text("▲ +25.0%")
        expect(row.locator('[data-figure="yesterday_by_now"]')).to_have_text("£4,000.00")
        expect(page.locator("#position")).to_have_text("6received=4counted+1duplicates+1dead letters")
        slider = page.get_by_role("slider")
        slider.focus()
        page.keyboard.press("ArrowLeft")
        expect(slider).to_have_attribute("aria-valuetext", page.locator(".reading").inner_text())
        expect(page.locator(".reading")).to_contain_text("today £4,999.65 · yesterday £4,000.00 · +25.0%")


def test_another_store_can_be_looked_at(browser: Browser, store: Store) -> None:
    """The choice of a currency moves curve and products, and stays through the next change."""
    write(store, CALENDAR, SALES)
    with opened(browser, store, PHONE) as page:
        page.get_by_label("Show").select_option(label="All JPY stores")
        expect(page.locator("#products li")).to_contain_text("Pan")
        more = Sold("osaka", NOON, "pan", 44, currency="JPY")
        write(store, CALENDAR, [*SALES, more], first_offset=len(SALES))
        expect(page.locator("#products li")).to_contain_text("JP¥123,500")
        expect(page.locator(".reading")).to_contain_text("JP¥123,500")


def test_freshness_is_said_in_words(browser: Browser, store: Store) -> None:
    """Live with the age in seconds; stale after a minute, with a sentence on what that may mean."""
    write(store, CALENDAR, SALES)
    clock = Clock()
    clock.now = NOON - timedelta(minutes=29, seconds=50)
    with opened(browser, store, WALL, clock) as page:
        expect(page.locator("#freshness")).to_have_text("Live: newest sale 10 s ago")
        expect(page.get_by_role("status")).to_be_hidden()
        clock.now = NOON
        write(
            store,
            CALENDAR,
            [*SALES, Sold("leeds", NOON - timedelta(minutes=3), "mug", 1)],
            first_offset=len(SALES),
        )
        expect(page.locator("#freshness")).to_contain_text("Stale: newest sale 3 min", timeout=PATIENCE_MS)
        expect(page.get_by_role("status")).to_contain_text(
            "Either no store is selling, or events do not arrive"
        )


def test_a_past_that_is_being_loaded_is_no_silence(browser: Browser, store: Store) -> None:
    """Events come in, none is of yesterday or today: that is said, and of no store that it did not sell."""
    earlier = Sold("leeds", NOON - timedelta(days=9), "mug", 400_000)
    write(store, CALENDAR, [earlier, Sold("leeds", NOON - timedelta(seconds=5), "mug", 1, outcome="dead")])
    with opened(browser, store, WALL) as page:
        expect(page.locator("#freshness")).to_have_text("The past is loading")
        expect(page.get_by_role("status")).to_contain_text("what comes in at the moment is older")
        expect(page.locator('tr[data-store="leeds"]')).to_contain_text("counted yet")
        expect(page.locator("#stores")).not_to_contain_text("No sales")


def test_while_a_past_is_published_the_page_says_so(browser: Browser, store: Store) -> None:
    """Before the first total and while they grow; once it is in, the page is live by itself."""
    clock = Clock()
    clock.now = NOON - timedelta(minutes=29, seconds=50)
    published: list[bool] = []
    with opened(browser, store, WALL, clock, filling=lambda: not published) as page:
        expect(page.locator("#freshness")).to_have_text("The past is loading")
        write(store, CALENDAR, SALES)
        expect(page.locator('tr[data-store="leeds"]')).to_contain_text("£4,999.65")
        expect(page.get_by_role("status")).to_contain_text("comparisons say little until it is in")
        published.append(True)
        expect(page.locator("#freshness")).to_contain_text("Live: newest sale", timeout=PATIENCE_MS)
        expect(page.get_by_role("status")).to_be_hidden()


def test_without_data_a_sentence_stands_instead_of_empty_panels(browser: Browser, store: Store) -> None:
    """Nothing counted yet: one sentence, no panel; the first sale brings the panels."""
    with opened(browser, store, PHONE) as page:
        expect(page.get_by_role("status")).to_contain_text("No data: no sale has been counted yet.")
        expect(page.get_by_role("main")).to_be_hidden()
        write(store, CALENDAR, SALES)
        expect(page.get_by_role("main")).to_be_visible()
        expect(page.locator('tr[data-store="leeds"] [data-figure="net"]')).to_have_text("£4,999.65")


def test_figures_that_cannot_be_read_are_said_to_be_old(browser: Browser, store: Store) -> None:
    """While a table is missing the old figures stay, with their time and a sentence, and then it goes on."""
    write(store, CALENDAR, SALES)
    with opened(browser, store, WALL) as page:
        expect(page.get_by_role("main")).to_be_visible()
        store.command("RENAME TABLE positions TO positions_away")
        expect(page.get_by_role("status")).to_contain_text("The figures cannot be read at the moment.")
        expect(page.get_by_role("main")).to_be_visible()
        store.command("RENAME TABLE positions_away TO positions")
        expect(page.get_by_role("status")).to_contain_text("Stale")


def test_a_lost_connection_is_said(browser: Browser, store: Store) -> None:
    """A server that stops ends its streams at once; the page keeps its figures and says so."""
    write(store, CALENDAR, SALES)
    page = browser.new_page()
    with served(create_board(store, CALENDAR, Clock())) as address:
        page.goto(address)
        expect(page.get_by_role("main")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("No connection to Daybook. What you see is from")
    expect(page.locator("#freshness")).to_have_text("Not connected")
    page.close()


def test_a_products_name_cannot_become_markup(browser: Browser, store: Store) -> None:
    """Whatever a name holds is shown as text."""
    write(store, CALENDAR, [Sold("leeds", NOON, "<img src=x onerror=alert(1)>", 100)])
    with opened(browser, store, WALL) as page:
        expect(page.locator("#products .name")).to_have_text("<img src=x onerror=alert(1)>")
        assert page.locator("#products img").count() == 0


def test_what_has_not_changed_stays_in_its_place(browser: Browser, store: Store) -> None:
    """A screen reader's place in the table survives the next sale: only the changed figure is made anew."""
    write(store, CALENDAR, SALES)
    with opened(browser, store, WALL) as page:
        expect(page.locator('tr[data-store="osaka"]')).to_be_visible()
        page.evaluate("window.row = document.querySelector('tr[data-store=osaka]')")
        more = Sold("leeds", NOON, "mug", 100)
        write(store, CALENDAR, [*SALES, more], first_offset=len(SALES))
        expect(page.locator('tr[data-store="leeds"] [data-figure="net"]')).to_have_text("£5,000.65")
        assert page.evaluate("window.row === document.querySelector('tr[data-store=osaka]')")


def test_a_stores_file_without_stores_is_said(browser: Browser, store: Store) -> None:
    """No stores is another trouble than no sales."""
    with opened(browser, store, PHONE, calendar=Calendar([])) as page:
        expect(page.get_by_role("status")).to_contain_text("No stores")
