"""The shops: where they are, what they sell, who sells it, and how busy each hour of their day is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from daybook.schemas.stores import DayRule, StoreEntry, StoresFile

RATE_SCALE: Final = 100_000
"""Tax rates are whole numbers of this: 20 % is 20,000."""


@dataclass(frozen=True, slots=True)
class Product:
    """Something on the shelf. ``price`` is in minor units: of a piece, or a kilogram where weighed."""

    sku: str
    name: str
    category: str
    price: int
    tax_rate: int
    weighed: bool = False


@dataclass(frozen=True, slots=True)
class Shop:
    """One store. ``hours`` holds the sales expected in each local hour of an ordinary day."""

    store_id: str
    name: str
    region: str
    zone: str
    currency: str
    hours: tuple[float, ...]
    staff: tuple[str, ...]
    products: tuple[Product, ...]
    cutoff: str = "00:00"
    tax_included: bool = True
    online: bool = False
    tips: bool = False
    tills: int = 2

    def business_date(self, at: datetime) -> date:
        """The date that an aware instant counts on, by the shop's zone and cutoff."""
        hours, minutes = map(int, self.cutoff.split(":"))
        return (at.astimezone(ZoneInfo(self.zone)) - timedelta(hours=hours, minutes=minutes)).date()


def _day(opens: int, *sales: float) -> tuple[float, ...]:
    """Sales by local hour from the hour of opening on; past midnight they go on at the day's beginning."""
    hours = [0.0] * 24
    for index, value in enumerate(sales):
        hours[(opens + index) % 24] += value
    return tuple(hours)


_SHOP: Final = _day(9, 30, 55, 75, 100, 110, 85, 75, 85, 105, 60, 20)
_CAFE: Final = _day(6, 60, 120, 150, 105, 80, 70, 95, 85, 55, 35, 20)
_GRILL: Final = _day(11, 35, 80, 85, 40, 20, 30, 75, 110, 115, 80, 45, 25, 15, 8)
_WEB: Final = _day(
    6, 15, 25, 40, 55, 60, 60, 70, 65, 60, 55, 55, 60, 75, 95, 115, 110, 80, 50, 30, 15, 8, 5, 5, 8
)


def _products(tax_rate: int, *rows: tuple[str, str, str, int]) -> tuple[Product, ...]:
    return tuple(Product(sku, name, category, price, tax_rate) for sku, name, category, price in rows)


SHOPS: Final = (
    Shop(
        "marlow-street",
        "Marlow Street Books",
        "United Kingdom",
        "Europe/London",
        "GBP",
        _SHOP,
        ("amira", "tom", "grace", "idris"),
        (
            *_products(
                0,
                ("MB-NOV-01", "The Salt Path Home", "Fiction", 999),
                ("MB-NOV-02", "A Year of Small Rivers", "Fiction", 1099),
                ("MB-HIS-01", "Harbours of the North", "History", 2200),
                ("MB-KID-01", "Otter Counts to Ten", "Children", 699),
                ("MB-COO-01", "Bread on Sundays", "Cookery", 2600),
            ),
            *_products(
                20_000,
                ("MB-CAR-01", "Linocut greeting card", "Cards", 325),
                ("MB-PEN-01", "Brass fountain pen", "Stationery", 3450),
                ("MB-BAG-01", "Canvas book bag", "Gifts", 1200),
            ),
        ),
    ),
    Shop(
        "quayside",
        "Quayside Kitchen",
        "United Kingdom",
        "Europe/London",
        "GBP",
        _SHOP,
        ("nia", "callum", "priya", "joe", "hetty"),
        _products(
            20_000,
            ("QK-MUG-01", "Stoneware mug, slate", "Tableware", 1400),
            ("QK-BOW-01", "Serving bowl, oat", "Tableware", 3200),
            ("QK-PAN-01", "Cast iron pan 26 cm", "Cookware", 5900),
            ("QK-KNI-01", "Paring knife", "Cookware", 1850),
            ("QK-TOW-01", "Linen tea towel", "Textiles", 1150),
            ("QK-CAN-01", "Beeswax candle", "Home", 950),
        ),
        tills=3,
    ),
    Shop(
        "lilas",
        "Épicerie des Lilas",
        "France",
        "Europe/Paris",
        "EUR",
        _SHOP,
        ("manon", "hugo", "ines"),
        (
            Product("EL-FRO-01", "Comté 18 mois", "Fromage", 2990, 5_500, weighed=True),
            Product("EL-FRO-02", "Tomme de Savoie", "Fromage", 2240, 5_500, weighed=True),
            Product("EL-OLI-01", "Olives de Nyons", "Épicerie", 1980, 5_500, weighed=True),
            *_products(
                5_500,
                ("EL-MIE-01", "Miel de lavande 250 g", "Épicerie", 890),
                ("EL-CON-01", "Confiture d'abricot", "Épicerie", 540),
            ),
            *_products(
                20_000, ("EL-VIN-01", "Côtes du Rhône", "Vin", 1150), ("EL-CID-01", "Cidre brut", "Vin", 620)
            ),
        ),
    ),
    Shop(
        "cedar-main",
        "Cedar & Main Outfitters",
        "United States",
        "America/New_York",
        "USD",
        _SHOP,
        ("lena", "marcus", "tess", "ruben", "kay"),
        _products(
            8_875,
            ("CM-BOO-01", "Trail boot", "Footwear", 14900),
            ("CM-SOC-01", "Merino sock", "Footwear", 1995),
            ("CM-JAC-01", "Waxed jacket", "Clothing", 18900),
            ("CM-FLA-01", "Brushed flannel shirt", "Clothing", 6450),
            ("CM-BOT-01", "Steel bottle 750 ml", "Gear", 2999),
            ("CM-LAN-01", "Camp lantern", "Gear", 4495),
        ),
        tax_included=False,
        tills=4,
    ),
    Shop(
        "harbor-grill",
        "Harbor Grill",
        "United States",
        "America/Los_Angeles",
        "USD",
        _GRILL,
        ("dana", "luis", "mei", "owen"),
        _products(
            9_500,
            ("HG-CHO-01", "Clam chowder", "Starters", 1100),
            ("HG-OYS-01", "Six oysters", "Starters", 2100),
            ("HG-SAL-01", "Grilled salmon", "Mains", 2950),
            ("HG-BUR-01", "Harbor burger", "Mains", 1875),
            ("HG-PIE-01", "Key lime pie", "Desserts", 950),
            ("HG-ALE-01", "Pale ale, pint", "Drinks", 850),
            ("HG-LEM-01", "Lemonade", "Drinks", 450),
        ),
        cutoff="04:00",
        tax_included=False,
        tips=True,
    ),
    Shop(
        "yanaka",
        "谷中の器 Yanaka",
        "Japan",
        "Asia/Tokyo",
        "JPY",
        _SHOP,
        ("haruka", "ren", "sota"),
        (
            *_products(
                10_000,
                ("YN-CUP-01", "湯呑み", "器", 2420),
                ("YN-BOW-01", "飯碗", "器", 3300),
                ("YN-PLA-01", "豆皿", "器", 1320),
                ("YN-TOW-01", "手ぬぐい", "布", 1650),
            ),
            *_products(8_000, ("YN-TEA-01", "煎茶 100 g", "茶", 1404), ("YN-HOJ-01", "ほうじ茶", "茶", 972)),
        ),
    ),
    Shop(
        "salmiya",
        "Salmiya Oud House",
        "Kuwait",
        "Asia/Kuwait",
        "KWD",
        _day(10, 20, 35, 40, 25, 10, 10, 30, 55, 70, 75, 60, 35),
        ("fatima", "yousef", "noor"),
        _products(
            0,
            ("SO-OUD-12", "Oud oil 12 ml", "Oils", 24500),
            ("SO-MUS-06", "White musk 6 ml", "Oils", 7250),
            ("SO-BAK-50", "Bakhoor 50 g", "Incense", 5750),
            ("SO-BUR-01", "Brass burner", "Burners", 11250),
            ("SO-ROS-01", "Rose water", "Oils", 2125),
        ),
    ),
    Shop(
        "surry-hills",
        "Surry Hills Coffee",
        "Australia",
        "Australia/Sydney",
        "AUD",
        _CAFE,
        ("jack", "sienna", "arjun"),
        _products(
            10_000,
            ("SH-FLA-01", "Flat white", "Coffee", 520),
            ("SH-LON-01", "Long black", "Coffee", 480),
            ("SH-BAN-01", "Banana bread", "Bakery", 750),
            ("SH-TOA-01", "Avocado toast", "Kitchen", 1650),
            ("SH-BEA-01", "House beans 250 g", "Retail", 1950),
        ),
    ),
    Shop(
        "web",
        "The Web Shop",
        "Online",
        "Europe/London",
        "GBP",
        _WEB,
        (),
        _products(
            20_000,
            ("QK-MUG-01", "Stoneware mug, slate", "Tableware", 1400),
            ("QK-PAN-01", "Cast iron pan 26 cm", "Cookware", 5900),
            ("WS-THR-01", "Lambswool throw", "Textiles", 8900),
            ("WS-LAM-01", "Desk lamp, brass", "Lighting", 11500),
            ("WS-RUG-01", "Flatweave rug", "Textiles", 14500),
            ("WS-VAS-01", "Bud vase, pair", "Home", 2450),
        ),
        online=True,
    ),
)


def simulated_stores() -> StoresFile:
    """The stores file that belongs to the simulated shops."""
    entries = [
        StoreEntry(
            store_id=shop.store_id,
            name=shop.name,
            region=shop.region,
            days=[DayRule(zone=shop.zone, cutoff=shop.cutoff)],
        )
        for shop in SHOPS
    ]
    return StoresFile(stores=entries)
