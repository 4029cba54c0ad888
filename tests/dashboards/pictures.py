"""Takes the pictures in docs/pictures, from made-up shops: ``python -m tests.dashboards.pictures FOLDER``."""

from __future__ import annotations

import math
import random
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, sync_playwright

from daybook.dashboards.board.app import create_board
from daybook.ledger.calendar import Calendar
from daybook.sinks.migrate import migrate
from daybook.sinks.store import Store
from tests.dashboards.serving import served
from tests.dashboards.shop import Sold, shop, write
from tests.support.browser import ARGUMENTS
from tests.support.require import chromium

NOW = datetime(2026, 11, 24, 14, 37, 12, tzinfo=UTC)
Shop = tuple[str, str, str, str, str, float]
SHOPS: list[Shop] = [
    ("harbour", "Harbour Street", "Europe/London", "00:00", "GBP", 1.0),
    ("castle-row", "Castle Row", "Europe/London", "00:00", "GBP", 0.7),
    ("station", "Station Kiosk", "Europe/London", "04:00", "GBP", 0.4),
    ("marais", "Le Marais", "Europe/Paris", "00:00", "EUR", 0.9),
    ("altstadt", "Altstadt", "Europe/Berlin", "00:00", "EUR", 0.8),
    ("shibuya", "Shibuya", "Asia/Tokyo", "04:00", "JPY", 1.1),
    ("salmiya", "Salmiya", "Asia/Kuwait", "00:00", "KWD", 0.5),
    ("web", "Web shop", "Europe/London", "00:00", "GBP", 1.3),
]
PRODUCTS = {
    "linen-apron": 3400, "oak-board": 4200, "stoneware-mug": 1450, "brass-scoop": 1290, "walnut-spoon": 890,
    "wool-throw": 8900, "candle-fig": 2250, "tea-darjeeling": 1180, "enamel-jug": 2690, "cast-iron-pan": 6450,
    "cotton-towels": 1990, "honey-heather": 975,
}  # fmt: skip
SCALE = {"GBP": 1.0, "EUR": 1.15, "JPY": 1.9, "KWD": 3.9}
Scheme = Literal["light", "dark"]
PICTURES: list[tuple[str, tuple[int, int], Scheme]] = [
    ("board-wall", (1920, 1080), "light"),
    ("board-desk", (1280, 900), "dark"),
    ("board-phone", (390, 844), "light"),
]


def made_up_sales(seed: int = 7) -> Iterator[Sold]:
    """Yesterday and today up to ``NOW`` in all shops, in the order of time."""
    chance = random.Random(seed)  # noqa: S311 - made-up sales
    sales = [sold for each in SHOPS for sold in _shop_sales(chance, each)]
    yield from sorted(sales, key=lambda sold: sold.at)


def _shop_sales(chance: random.Random, entry: Shop) -> Iterator[Sold]:
    store_id, _, zone, _, currency, size = entry
    local_now = NOW.astimezone(ZoneInfo(zone))
    for back in (1, 0):
        day = local_now.replace(hour=0, minute=0, second=0) - timedelta(days=back)
        # Each day has its own luck, so that some shops are ahead of yesterday and some behind.
        trade = size * chance.uniform(0.85, 1.15)
        for minute in range(8 * 60, 22 * 60):
            curve = math.exp(-(((minute - 770) / 110) ** 2)) + 0.9 * math.exp(-(((minute - 1050) / 120) ** 2))
            moment = day + timedelta(minutes=minute, seconds=chance.uniform(0, 60))
            if moment < local_now and chance.random() < 0.55 * trade * curve + 0.02:
                yield _sale(chance, store_id, currency, moment.astimezone(UTC))


def _sale(chance: random.Random, store_id: str, currency: str, moment: datetime) -> Sold:
    product = chance.choices(list(PRODUCTS), weights=range(len(PRODUCTS) + 3, 3, -1))[0]
    units = chance.choices([1, 2, 3, 4], weights=[70, 20, 7, 3])[0]
    amount = round(PRODUCTS[product] * SCALE[currency]) * units
    channel = "ecommerce" if store_id == "web" else "pos"
    outcome = chance.choices(["", "duplicate", "dead"], weights=[975, 20, 5])[0]
    if chance.random() < 0.03:
        back = {"reversals": -amount, "returned_units": units, "event_type": "sale.refunded"}
        return Sold(store_id, moment, product, 0, currency, orders=0, units=0, channel=channel, **back)  # type: ignore[arg-type]
    off = -round(amount * 0.1) if chance.random() < 0.15 else 0
    return Sold(
        store_id,
        moment,
        product,
        amount,
        currency,
        discounts=off,
        units=units,
        channel=channel,
        outcome=outcome,
    )


def take(folder: Path) -> None:
    """Take all pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    calendar = Calendar([shop(entry[0], entry[2], entry[3], entry[1]) for entry in SHOPS])
    sales = list(made_up_sales())
    newest = max(sold.at for sold in sales)
    with tempfile.TemporaryDirectory() as data, Store.embedded(Path(data) / "clickhouse") as store:
        migrate(store)
        write(store, calendar, sales)
        with served(create_board(store, calendar, lambda: newest + timedelta(seconds=2))) as address:
            _photograph(address, folder)


def _photograph(address: str, folder: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        for name, (width, height), scheme in PICTURES:
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme=scheme,
                locale="en-GB",
                timezone_id="Europe/London",
            )
            _one(context.new_page(), address, folder / f"{name}.png")
            context.close()
        browser.close()


def _one(page: Page, address: str, file: Path) -> None:
    page.on("pageerror", lambda error: sys.exit(f"{file.name}: {error}"))
    page.goto(address)
    page.locator("#freshness[data-state=live]").wait_for()
    page.screenshot(path=file)


if __name__ == "__main__":
    take(Path(sys.argv[1]))
