"""What the signals of the tests come to, counted one by one; and sales beside them."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any, Final

from tests.dashboards.month import NOW
from tests.dashboards.signalled import ZONE
from tests.support.sales import sale

STEPS: Final = ("session_start", "view_item", "add_to_cart", "begin_checkout", "purchase")
TODAY: Final = NOW.astimezone(ZONE).date()
_NAMES: Final = ("kim", "lee", "ola")

Signal = dict[str, Any]


def bought() -> list[dict[str, Any]]:
    """Sales of three customers over weeks; one with a campaign today and on two like days."""
    found = []
    for number, (who, back, campaign, amount) in enumerate(
        [
            ("kim", 40, "", 1000), ("kim", 20, "", 1000), ("kim", 0, "Spring letter", 2500),
            ("lee", 10, "", 700), ("lee", 4, "", 900), ("ola", 0, "Spring letter", 1100),
            ("lee", 7, "Spring letter", 5000), ("lee", 14, "Back in stock", 800), ("kim", 14, "", 300),
        ]
    ):  # fmt: skip
        line = {"product_id": "MUG", "unit_price": amount, "amount": amount}
        body = sale(number, store_id="web", channel="ecommerce", currency="GBP", lines=[line], charged=amount)
        body |= {"time": (NOW - timedelta(days=back, seconds=1)).isoformat(), "staff": []}
        body["customer"] = f"{_NAMES.index(who):032x}"
        found.append(body | ({"campaign": campaign} if campaign else {}))
    return found


def by_now(raw: list[Signal], kind: str, back: int = 0) -> list[Signal]:
    """Signals of a type on a like day, in quarter hours that begin before the present time of day."""
    found = []
    for signal in raw:
        local = datetime.fromisoformat(signal["time"]).astimezone(ZONE)
        quarter = local.replace(minute=local.minute // 15 * 15, second=0, microsecond=0)
        same = quarter.time() < NOW.astimezone(ZONE).time() or back == 0
        if signal["type"] == kind and local.date() == TODAY - timedelta(days=back) and same:
            found.append(signal)
    return found


def reached(raw: list[Signal], back: int) -> list[int]:
    """How many sessions reached each step on a like day by now."""
    steps = Counter(signal["step"] for signal in by_now(raw, "funnel.step", back))
    return [steps[step] for step in STEPS]


def scores(raw: list[Signal], kind: str, topic: str | None = None) -> list[int]:
    """Scores that were given today."""
    answers = by_now(raw, "satisfaction.answered")
    return [a["score"] for a in answers if a["kind"] == kind and topic in (None, a["topic"])]


def slot_of(signal: Signal) -> int:
    """The quarter hour of its shop's wall clock."""
    local = datetime.fromisoformat(signal["time"]).astimezone(ZONE)
    return local.hour * 4 + local.minute // 15
