from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from daybook.dashboards.board.app import create_board
from daybook.ledger.calendar import Calendar
from daybook.sinks.store import Store
from tests.dashboards.serving import served

MINUS = "\N{MINUS SIGN}"


@pytest.fixture
def page(browser: Browser, store: Store) -> Iterator[Page]:
    """A page that may import the board's modules."""
    with served(create_board(store, Calendar([]))) as address:
        opened = browser.new_page()
        opened.goto(address)
        yield opened
        opened.close()


def call(page: Page, function: str, *arguments: Any) -> Any:
    """What a function of format.js gives."""
    script = "async ([name, args]) => (await import('/board/page/format.js'))[name](...args)"
    return page.evaluate(script, [function, list(arguments)])


def test_minor_units_become_exact_decimals(page: Page) -> None:
    """No floating point on the way, whatever the exponent, size and sign."""
    cases = [
        (5, 2, "0.05"),
        (-5, 3, "-0.005"),
        (1234, 0, "1234"),
        (0, 2, "0.00"),
        (9007199254740991, 2, "90071992547409.91"),
    ]
    assert [call(page, "decimal", minor, digits) for minor, digits, _ in cases] == [
        text for *_, text in cases
    ]


def test_amounts_are_written_as_the_viewer_writes_them(page: Page) -> None:
    """Separators and places of the symbol by locale, digits by currency, a minus sign and no hyphen."""
    cases = [
        (-123456, "GBP", 2, "en-GB", f"{MINUS}£1,234.56"),
        (123456, "EUR", 2, "de-DE", "1.234,56\u00a0€"),
        (123456, "JPY", 0, "en-GB", "JP¥123,456"),
        (1234567, "KWD", 3, "en-GB", "KWD\u00a01,234.567"),
        (9007199254740991, "USD", 2, "en-US", "$90,071,992,547,409.91"),
    ]
    assert [call(page, "money", *case[:4]) for case in cases] == [case[4] for case in cases]


def test_changes_are_percentages_only_where_they_mean_something(page: Page) -> None:
    """Nothing or less before gives no percentage, and a thousandfold is not spelled out."""
    cases = [
        (110, 100, {"sign": 1, "text": "+10.0%"}),
        (50, 100, {"sign": -1, "text": f"{MINUS}50.0%"}),
        (100, 100, {"sign": 0, "text": "0.0%"}),
        (300, 100, {"sign": 1, "text": "+200%"}),
        (99_999, 100, {"sign": 1, "text": ">+999%"}),
        (-99_999, 100, {"sign": -1, "text": f"<{MINUS}999%"}),
        (100, 0, None),
        (100, -5, None),
        (100, None, None),
    ]
    assert [call(page, "change", now, before, "en-GB") for now, before, _ in cases] == [
        case[2] for case in cases
    ]


def test_times_are_those_of_the_zone_and_dates_of_none(page: Page) -> None:
    """An instant is shown on the store's clock; a business date stays the date that it is."""
    assert call(page, "timeOfDay", 1795485600, "Asia/Tokyo", "en-GB") == "11:00"
    assert call(page, "timeOfDay", 1795485600, "Europe/London", "en-GB") == "02:00"
    assert call(page, "day", "2026-11-24", "en-GB") == "Tue 24 Nov"


def test_durations_are_as_fine_as_they_matter(page: Page) -> None:
    """Seconds, then minutes with seconds, hours with minutes, days."""
    cases = {-3: "0 s", 59.9: "59 s", 60: "1 min", 250: "4 min 10 s", 7500: "2 h 5 min", 259200: "3 days"}
    assert [call(page, "duration", seconds) for seconds in cases] == list(cases.values())
