"""Every view with axe-core in a real browser, at three widths, in both themes; and by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from daybook.board import composed
from daybook.cli.report import written
from daybook.dashboards.board.access import EVERY_VIEW, Role
from daybook.dashboards.board.app import Board, create_board
from daybook.dashboards.board.door import Door
from daybook.dashboards.board.sessions import Sessions
from daybook.operations.base import Place
from daybook.operations.report import ReportArgs, report
from daybook.reporting.wording import NONE
from daybook.settings import Settings
from daybook.sinks.award_rows import AWARDS, COACHING
from daybook.sinks.migrate import migrate
from daybook.sinks.signal_rows import TOTAL_COLUMNS
from daybook.sinks.store import Store, transposed
from daybook.view_keys import ViewKeysFile
from tests.dashboards import stopped
from tests.dashboards.keyed import CALENDAR, NOW, SALES, SECRET, firing, investigated, staff_file
from tests.dashboards.serving import served
from tests.dashboards.shop import Quarter, write, write_quarters
from tests.rewards.test_recognition_boards import COACHED, POINTS, award, insert
from tests.support.require import need

PATIENCE_MS = 60_000
"""For a page to be drawn: a machine that is busy otherwise may take long."""
WIDTHS = [(390, 844), (1280, 900), (1920, 1080)]
SCHEMES: list[Literal["light", "dark"]] = ["light", "dark"]
_HEAD = "document.querySelector('.top').offsetHeight"
READY = {
    "today": "#groups article",
    "leaderboard": ".standings li",
    "signals": "#topics tr",
    "customers": "#contracts article",
    "alerts": ".alert",
    "cases": ".case",
    "trust": "#position .term",
    "recognition": ".awards [data-award]",
    "coaching": ".coached",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where this module's store and keys are."""
    return tmp_path_factory.mktemp("accessible")


@pytest.fixture(scope="module")
def filled(folder: Path) -> Iterator[Store]:
    """Two stores' sales with sellers, a past to hold them against, two alerts, awards, and a note."""
    need("clickhouse")
    with Store.embedded(folder / "clickhouse") as store:
        migrate(store)
        stopped.stop_clock(store, NOW)
        write(store, CALENDAR, [replace(SALES[0], campaign="Spring letter", customer="0" * 32), *SALES[1:]])
        past = [
            Quarter(name, NOW - timedelta(weeks=back, hours=hour), "GBP", 9000)
            for name in ("leeds", "york")
            for back in range(1, 9)
            for hour in range(5)
        ]
        write_quarters(store, CALENDAR, past)
        promised(store)
        firing(store)
        day = {"first": NOW.date(), "last": NOW.date(), "decided_at": NOW, "news_at": NOW, "public_at": NOW}
        insert(store, AWARDS, award(1, **day), award(2, **day | POINTS, quantity=12, confirmed=12))
        insert(store, COACHING, COACHED)
        investigated(store)
        yield store


@pytest.fixture(scope="module")
def address(filled: Store, folder: Path) -> Iterator[str]:
    """The page with everything on it, for whoever has a key."""
    keys = ViewKeysFile(folder / "keys.json")
    door = Door(keys, Sessions(SECRET), lambda: NOW, key_required=True)
    settings = Settings(staff_file=staff_file(folder))
    board: Board = composed(filled, CALENDAR, settings, door, command=lambda _: None, clock=lambda: NOW)
    with served(board) as where:
        yield where


@pytest.fixture(scope="module")
def token(folder: Path) -> str:
    """A manager's key that may operate."""
    file = ViewKeysFile(folder / "keys.json")
    return file.create("Ann", role=Role.MANAGER, stores=["*"], operator=True, now=NOW).token


def promised(store: Store) -> None:
    """A subscriber who came two days ago, and three days' share of a contract, in money without cents."""
    days = [NOW.date() - timedelta(days=back) for back in (2, 0, -1)]
    told = [(days[0], "mrr_new", 1200), (days[0], "subscribers_new", 1)]
    told += [(days[0], "won_value", 3000), *((day, "recognised_revenue", 1000) for day in days)]
    rows = [("sales", day, "JPY", "store", "leeds", measure, 0, 1, value) for day, measure, value in told]
    store.insert("signal_totals", transposed(TOTAL_COLUMNS, rows))


def serious(page: Page) -> list[Any]:
    """What axe-core finds of serious or critical impact, and everything of WCAG 2.2 A and AA."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        (each["id"], each["impact"], [node["target"] for node in each["nodes"]][:5])
        for each in found
        if each["impact"] in ("serious", "critical") or any(tag.startswith("wcag2") for tag in each["tags"])
    ]


def enter(page: Page, address: str, token: str) -> None:
    """Come in by the key, as a person does: type it, press Enter."""
    page.goto(address)
    expect(page.get_by_label("View key", exact=True)).to_be_focused(timeout=PATIENCE_MS)
    page.keyboard.type(token)
    page.keyboard.press("Enter")
    expect(page.locator(READY["today"]).first).to_be_visible(timeout=PATIENCE_MS)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_nothing_serious_is_found_in_any_view_at_any_width(
    browser: Browser, address: str, token: str, scheme: Literal["light", "dark"]
) -> None:
    """Contrast, names, roles, order: axe-core has nothing to say; no view scrolls sideways, one head line."""
    context = browser.new_context(color_scheme=scheme, locale="en-GB")
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if "Content Security" in said.text else None)
    page.goto(address)
    assert serious(page) == []
    enter(page, address, token)
    for view in EVERY_VIEW:
        page.goto(f"{address}/{view}")
        expect(page.locator(READY[view]).first).to_be_visible(timeout=PATIENCE_MS)
        for width, height in WIDTHS:
            page.set_viewport_size({"width": width, "height": height})
            assert serious(page) == [], (view, width)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (view, width)
            assert width < 1280 or page.evaluate(_HEAD) < 60, (view, width)
    context.close()
    assert errors == []


def test_customers_and_what_they_promise_are_written_in_full(
    browser: Browser, address: str, token: str
) -> None:
    """Yen without cents, pounds with them; the plots' figures stand beside them; dark and light alike."""
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    enter(page, address, token)
    page.goto(f"{address}/customers")
    found = page.locator("#contracts article[data-currency='JPY']")
    expect(found.locator("[data-figure='won']").first).to_have_text("JP¥3,000", timeout=PATIENCE_MS)
    expect(found.locator("[data-figure='ahead']")).to_have_text("JP¥1,000")
    first = found.locator("tbody tr").first.inner_text().split()
    assert first[-2:] == [NONE, "JP¥1,000"]
    account = page.locator("#recurring .account [data-figure]").all_inner_texts()
    assert account == ["JP¥0", "JP¥1,200", "JP¥0", "JP¥0", "JP¥0", "JP¥0", "JP¥1,200"]
    expect(page.locator("[data-campaign='Spring letter'] [data-figure='net']")).to_have_text("£11.11")
    expect(page.locator("#again [data-figure='new_customers']")).to_have_text("1")
    canvas = found.locator("canvas")
    painted = canvas.evaluate("c => c.toDataURL()")
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("([c, was]) => c.toDataURL() !== was", arg=[canvas.element_handle(), painted])
    context.close()


def test_the_wall_screen_is_large_and_has_nothing_to_click(
    browser: Browser, address: str, token: str
) -> None:
    """At 1920 pixels a name on the wall is at least 30 pixels high; menus and choices are gone."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="en-GB")
    page = context.new_page()
    enter(page, address, token)
    page.goto(f"{address}/leaderboard?wall")
    name = page.locator('.standings[data-by="staff"] .name').first
    expect(name).to_have_text("Bob", timeout=PATIENCE_MS)
    assert name.evaluate("element => parseFloat(getComputedStyle(element).fontSize)") >= 30
    expect(page.get_by_role("navigation")).to_be_hidden()
    expect(page.locator("#choice")).to_be_hidden()
    assert serious(page) == []
    context.close()


def test_an_alert_is_acknowledged_by_keyboard(browser: Browser, address: str, token: str) -> None:
    """The button has the focus, Enter presses it, and the answer is read aloud."""
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    enter(page, address, token)
    page.goto(f"{address}/alerts")
    page.get_by_role("button", name="Acknowledge").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").first).to_contain_text("Told.", timeout=PATIENCE_MS)
    context.close()


def test_a_key_that_is_not_known_is_said(browser: Browser, address: str) -> None:
    """The sentence stands by the field, and no figure is on the page."""
    page = browser.new_page()
    page.goto(address)
    page.get_by_label("View key", exact=True).fill("dbv_000000000000_x")
    page.get_by_role("button", name="Enter").click()
    expect(page.locator("#entry-error")).to_have_text(
        "This view key is not known, or revoked.", timeout=PATIENCE_MS
    )
    expect(page.get_by_role("main")).to_be_hidden()
    page.close()


def test_nothing_moves_for_whoever_asked_for_that(browser: Browser, filled: Store) -> None:
    """With reduced motion a changed figure does not light up; the curve never moves at all."""
    context = browser.new_context(reduced_motion="reduce", locale="en-GB")
    page = context.new_page()
    with served(create_board(filled, CALENDAR, lambda: NOW)) as where:
        page.goto(where)
        expect(page.locator(READY["today"]).first).to_be_visible(timeout=PATIENCE_MS)
        page.evaluate("document.querySelector('#groups data').classList.add('changed')")
        assert page.evaluate("document.getAnimations().length") == 0
    context.close()


def test_the_written_report_is_accessible(browser: Browser, filled: Store) -> None:
    """The report's page, with its charts, has nothing serious either."""
    document = report(Place(filled, CALENDAR), ReportArgs(kind="day", day=NOW.date(), at=NOW))
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    page.set_content(written(document, "html"))
    assert serious(page) == []
    context.close()
