"""Takes the pictures in docs/pictures, from made-up shops: ``python -m tests.dashboards.pictures FOLDER``.

With ``every`` as a second argument: each view at each size, light and dark, to be looked at.
"""

from __future__ import annotations

import math
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import orjson
from playwright.sync_api import Page, sync_playwright

from daybook.board import composed
from daybook.dashboards.board.access import EVERY_VIEW, Role
from daybook.dashboards.board.app import Board
from daybook.dashboards.board.door import Door
from daybook.dashboards.board.sessions import Sessions
from daybook.ledger.calendar import Calendar
from daybook.settings import Settings
from daybook.sinks.migrate import migrate
from daybook.sinks.store import Parameters, Store
from daybook.view_keys import ViewKeysFile
from tests.dashboards import signalled, stopped
from tests.dashboards.made_up import coached, investigated, praise, shortfall
from tests.dashboards.planned import tell
from tests.dashboards.serving import served
from tests.dashboards.shop import Quarter, Sold, shop, write, write_alert, write_quarters
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
PICTURES: list[tuple[str, str, tuple[int, int], Scheme]] = [
    ("today-wall", "today", (1920, 1080), "light"),
    ("today-phone", "today", (390, 844), "dark"),
    ("leaderboard-wall", "leaderboard?wall", (1920, 1080), "dark"),
    ("leaderboard-phone", "leaderboard", (390, 844), "light"),
    ("alerts-desk", "alerts", (1280, 900), "light"),
    ("trust-desk", "trust", (1280, 900), "dark"),
    ("recognition-desk", "recognition", (1280, 900), "light"),
    ("cases-desk", "cases", (1280, 900), "light"),
    ("coaching-desk", "coaching", (1280, 900), "light"),
    ("signals-desk", "signals", (1280, 900), "dark"),
    ("customers-desk", "customers", (1280, 900), "light"),
]
SIZES = {"phone": (390, 844), "desk": (1280, 900), "wall": (1920, 1080)}
SCHEMES: tuple[Scheme, Scheme] = ("light", "dark")
EVERY: list[tuple[str, str, tuple[int, int], Scheme]] = [
    (f"{view}-{size}-{scheme}", view, pixels, scheme)
    for view in EVERY_VIEW
    for size, pixels in SIZES.items()
    for scheme in SCHEMES
]
STAFF = ["Amira", "Ben", "Chiara", "Dev", "Elif", "Femi", "Grace", "Hugo", "Ines", "Jonas", "Keiko", "Luca"]
GOALS = {("all", None): 3_150_000, ("store", "harbour"): 950_000}
HISTORY_DAYS = 70
SETTLED_MS = 3000


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
        **_known(chance, store_id),  # type: ignore[arg-type]
        staff_id="" if store_id == "web" else chance.choice(STAFF).lower(),
    )


def _known(chance: random.Random, store_id: str) -> dict[str, str]:
    """Most web orders name their customer, and some of them the campaign that brought them."""
    if store_id != "web" or chance.random() > 0.8:
        return {}
    who = f"{int(400 * chance.random() ** 2):032x}"
    return {
        "customer": who,
        "campaign": chance.choice(["", "", "Spring letter", "Back in stock", "Free delivery week"]),
    }


def like_days(seed: int = 5) -> Iterator[Sold]:
    """What campaigns brought to the web shop on the same weekday of four weeks before."""
    chance = random.Random(seed)  # noqa: S311 - made-up sales
    for back in (28, 21, 14, 7):
        for number in range(60):
            moment = NOW - timedelta(days=back, minutes=9 * (60 - number))
            yield _sale(chance, "web", "GBP", moment)


def usual_quarters(seed: int = 3) -> Iterator[Quarter]:
    """What each quarter hour of the last ten weeks brought to each shop: what today is held against."""
    chance = random.Random(seed)  # noqa: S311 - made-up sales
    for store_id, _, zone, _, currency, size in SHOPS:
        today = NOW.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0)
        for back in range(2, HISTORY_DAYS):
            luck = chance.uniform(0.85, 1.15)
            for minute in range(8 * 60, 22 * 60, 15):
                curve = math.exp(-(((minute - 770) / 110) ** 2)) + 0.9 * math.exp(
                    -(((minute - 1050) / 120) ** 2)
                )
                sales = 15 * (0.55 * size * luck * curve + 0.02) * chance.uniform(0.7, 1.3)
                moment = today - timedelta(days=back) + timedelta(minutes=minute)
                yield Quarter(store_id, moment, currency, round(sales * 3700 * SCALE[currency]))


def take(folder: Path, pictures: Sequence[tuple[str, str, tuple[int, int], Scheme]]) -> None:
    """Take pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    calendar = Calendar([shop(entry[0], entry[2], entry[3], entry[1]) for entry in SHOPS])
    sales = [*like_days(), *made_up_sales()]
    newest = max(sold.at for sold in sales)
    with tempfile.TemporaryDirectory() as data, _Then.embedded(Path(data) / "clickhouse") as store:
        migrate(store)
        stopped.stop_clock(store, NOW)
        write(store, calendar, sales)
        write_quarters(store, calendar, usual_quarters())
        write_alert(store, shortfall(newest))
        tell(store, calendar, [newest], GOALS)
        praise(store, newest)
        coached(store, newest)
        investigated(store, newest)
        signalled.write(store, _signals(), NOW, calendar)
        for statement in (_RAW, _DEAD):
            store.command(statement)
        keys = ViewKeysFile(Path(data) / "keys.json")
        manager = keys.create("Maria", role=Role.MANAGER, stores=["*"], now=NOW).token
        with served(_board(store, calendar, newest, Path(data), keys)) as address:
            _photograph(address, folder, pictures, manager)


class _Then(Store):
    """A ClickHouse that takes every question for one of ``NOW``."""

    def records(self, sql: str, parameters: Parameters | None = None) -> list[dict[str, Any]]:
        """As ever, at that moment."""
        return super().records(stopped.at(sql, NOW), parameters)


def _signals() -> list[dict[str, Any]]:
    """Of the web shop and of one other, as the simulator has them."""
    told = signalled.signals(NOW)
    return [each | {"store_id": "harbour"} if each.get("store_id") == "quayside" else each for each in told]


_RAW = """
INSERT INTO events
SELECT epoch, partition, offset, recorded_at + 1, recorded_at + 1, concat('till-', store_id), event_id, type,
    order_id, store_id, occurred_at, unhex(hex(sipHash128(order_id))), '{}', 0
FROM lines
"""
_DEAD = """
INSERT INTO dead_letters
SELECT epoch, partition, offset, if(offset % 3 = 0, 'unknown_store', 'line_sum'), 'made up', '{}', 0,
    offset % 3 = 0, recorded_at
FROM lines
WHERE (epoch, partition, offset) IN (SELECT epoch, partition, offset FROM outcomes WHERE outcome = 'dead')
"""


def _board(store: Store, calendar: Calendar, newest: datetime, data: Path, keys: ViewKeysFile) -> Board:
    staff = data / "staff.json"
    staff.write_bytes(orjson.dumps({"staff": [{"staff_id": n.lower(), "name": n} for n in STAFF]}))
    door = Door(keys, Sessions(b"s" * 32), lambda: newest, key_required=False)
    settings = Settings(staff_file=staff)
    return composed(store, calendar, settings, door, clock=lambda: newest + timedelta(seconds=2))


def _photograph(
    address: str, folder: Path, pictures: Sequence[tuple[str, str, tuple[int, int], Scheme]], manager: str
) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        for name, view, (width, height), scheme in pictures:
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme=scheme,
                locale="en-GB",
                timezone_id="Europe/London",
                extra_http_headers={"Authorization": f"Bearer {manager}"} if view == "coaching" else None,
            )
            _one(context.new_page(), f"{address}/{view}", folder / f"{name}.png")
            context.close()
        browser.close()


def _one(page: Page, address: str, file: Path) -> None:
    page.on("pageerror", lambda error: sys.exit(f"{file.name}: {error}"))
    page.goto(address)
    page.locator("#freshness[data-state=live]").wait_for()
    if page.locator("#check-panel").count():
        page.locator("#check-panel").wait_for()
    page.wait_for_timeout(SETTLED_MS)
    page.screenshot(path=file)


if __name__ == "__main__":
    take(Path(sys.argv[1]), EVERY if "every" in sys.argv[2:] else PICTURES)
