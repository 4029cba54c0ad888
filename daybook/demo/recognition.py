"""The demo's rewards programmes, staff and own measures, so that there is something to see at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import orjson

from daybook.demo.folder import DataFolder
from daybook.producers.simulator.shops import SHOPS
from daybook.schemas.currencies import exponent
from daybook.settings import Settings

_RECEIVER: Final = "demo"
_PAST: Final = timedelta(days=2)
_WEEK: Final = timedelta(days=7)
_PER: Final = {"JPY": "1000", "KWD": "5"}
"""Units of money for a point; ten of any other currency."""
_GIFT: Final = {"JPY": 1000, "KWD": 3}
"""Units of money on a gift card; ten of any other currency."""
_MEASURES: Final = (
    {"name": "net_per_unit", "expression": "net / net_units", "label": "Net of a unit"},
    {"name": "discount_share", "expression": "-discounts / gross", "label": "Discounts of gross"},
)


def prepare_recognition(folder: DataFolder, now: datetime) -> Settings:
    """Write the demo's programmes, staff and measures, where they are not there yet; settings that name them.

    The owner's own ``rewards.json``, ``staff.json`` and ``measures.json`` in the folder win.
    """
    made = {"rewards": _programmes(now), "staff": {"staff": _staff()}, "measures": {"measures": _MEASURES}}
    for name, document in made.items():
        path = folder.made(f"{name}.json")
        if not path.exists():
            path.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return Settings(
        rewards_file=folder.made("rewards.json"),
        staff_file=folder.made("staff.json"),
        measures_file=folder.made("measures.json"),
    )


def _programmes(now: datetime) -> dict[str, Any]:
    currencies = sorted({shop.currency for shop in SHOPS})
    programmes = [*map(_points, currencies), *map(_best_of_day, currencies), _better_than_before()]
    first = {"first": (now - _PAST).date().isoformat()}
    # Deals begin months before, so the last whole week has its winner on the first day.
    deals = _most_deals() | {"first": (now - _WEEK).date().isoformat()}
    return {
        "programmes": [*(programme | first for programme in programmes), deals],
        "by_hand": {"person_first_hours": 0, "tell": [_RECEIVER]},
    }


def _points(currency: str) -> dict[str, Any]:
    per = _PER.get(currency, "10")
    return {
        "programme_id": f"points-{currency.lower()}",
        "title": f"A point for every {per} {currency}",
        "who": "staff",
        "period": "day",
        "currency": currency,
        "give": {"how": "points", "per": per},
        "return_window_days": 1,
    }


def _best_of_day(currency: str) -> dict[str, Any]:
    worth = _GIFT.get(currency, 10) * 10 ** exponent(currency)
    return {
        "programme_id": f"best-of-day-{currency.lower()}",
        "title": "Best of the day",
        "who": "staff",
        "period": "day",
        "currency": currency,
        "minimum_orders": 5,
        "give": {"how": "ranking", "places": 1},
        "prize": {
            "kind": "gift_card",
            "label": "gift card",
            "amount": worth,
            "budget": worth,
        },
        "return_window_days": 1,
        "person_first_hours": 0,
        "tell": [_RECEIVER],
    }


def _better_than_before() -> dict[str, Any]:
    return {
        "programme_id": "better-than-yesterday",
        "title": "A tenth more than the day before",
        "who": "store",
        "basis": "improvement",
        "past_periods": 1,
        "period": "day",
        "currency": "GBP",
        "give": {"how": "everyone", "at_least": "1.1"},
        "prize": {"kind": "praise", "label": "well done"},
        "return_window_days": 1,
        "person_first_hours": 0,
    }


def _most_deals() -> dict[str, Any]:
    """By signals: whoever won most of the customers' deals, in any currency."""
    return {
        "programme_id": "deals-of-the-week",
        "title": "Most deals won in the week",
        "who": "staff",
        "measure": "deals_won",
        "period": "week",
        "currency": "GBP",
        "give": {"how": "ranking", "places": 1, "ties": "each"},
        "prize": {"kind": "badge", "label": "deals of the week"},
        "return_window_days": 7,
        "person_first_hours": 0,
        "tell": [_RECEIVER],
    }


def _staff() -> list[dict[str, Any]]:
    """All who sell in the simulated shops; a shop is a team."""
    found: dict[str, dict[str, Any]] = {}
    for shop in SHOPS:
        for staff_id in shop.staff:
            teams = [{"team": shop.name}]
            entry = {"staff_id": staff_id, "name": staff_id.title(), "home_store": shop.store_id}
            found.setdefault(staff_id, entry | {"receiver": _RECEIVER, "teams": teams})
    return list(found.values())
