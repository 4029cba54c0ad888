"""A month of simulated sales with refunds, voids, late sales and repeats, and the awards worked out by hand.

Nothing here knows the ledger: amounts are added up from the events themselves, and the programmes' rules are
written down a second time, as plainly as can be.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, Final

FIRST: Final = date(2026, 9, 1)
DAYS: Final = 30
AFTER: Final = 62
"""Days after the month for which refunds still come, and time goes on."""
STORES: Final = ("leeds", "york")
PEOPLE: Final = ("ann", "ben", "cat", "dan", "eva", "flo")
HOME: Final = {name: STORES[number % 2] for number, name in enumerate(PEOPLE)}
TEAMS: Final = {"ann": "red", "ben": "red", "cat": "red", "dan": "blue", "eva": "blue"}
PROGRAMMES: Final[list[dict[str, Any]]] = [
    {"programme_id": "points", "who": "staff", "period": "day", "give": {"how": "points", "per": "10"}},
    {
        "programme_id": "best-of-week",
        "who": "staff",
        "period": "week",
        "give": {"how": "ranking", "places": 2, "ties": "share"},
        "prize": {"kind": "money", "label": "bonus", "amount": 5001, "budget": 9000},
        "return_window_days": 7,
        "minimum_orders": 5,
    },
    {
        "programme_id": "team-goal",
        "who": "team",
        "period": "week",
        "give": {"how": "everyone", "at_least": "900"},
        "prize": {"kind": "day_off", "label": "a free afternoon"},
    },
    {
        "programme_id": "three-in-a-row",
        "who": "staff",
        "period": "day",
        "give": {"how": "streak", "at_least": "60", "periods": 3},
        "prize": {"kind": "badge", "label": "three days above 60"},
        "return_window_days": 3,
    },
    {
        "programme_id": "better",
        "who": "store",
        "period": "week",
        "basis": "improvement",
        "past_periods": 2,
        "give": {"how": "everyone", "at_least": "1.05"},
        "prize": {"kind": "praise", "label": "better than before"},
    },
    {
        "programme_id": "own-best",
        "who": "staff",
        "period": "day",
        "give": {"how": "best", "of_last": 10},
        "prize": {"kind": "badge", "label": "personal best"},
        "return_window_days": 5,
    },
]


def programmes() -> list[dict[str, Any]]:
    """As they stand in the rewards file."""
    common = {"title": "Well done", "currency": "GBP", "first": FIRST.isoformat(), "last": "2026-09-30"}
    return [common | each for each in PROGRAMMES]


@dataclass(frozen=True)
class Event:
    """What is published, when the log takes it, and by how much it changes whose net of which day."""

    at: datetime
    body: dict[str, Any]
    person: str = ""
    sold_on: date = FIRST
    net: int = 0
    orders: int = 0


def simulated(seed: int) -> list[Event]:
    """All events, in the order of the log."""
    chance = Random(seed)  # noqa: S311 - a repeatable month
    events: list[Event] = []
    for day in range(DAYS):
        for person in PEOPLE:
            for number in range(chance.randint(1, 5)):
                events += _sale(chance, FIRST + timedelta(days=day), person, f"{day}-{person}-{number}")
    return sorted(events, key=lambda event: event.at)


def _sale(chance: Random, day: date, person: str, number: str) -> list[Event]:
    """A sale, and whatever comes of it."""
    at = datetime(day.year, day.month, day.day, 9, tzinfo=UTC) + timedelta(minutes=chance.randrange(500))
    amount = chance.randrange(500, 6000)
    discount = chance.choice((0, 0, 0, amount // 10))
    line = {"product_id": "mug", "category": "home", "unit_price": amount, "amount": amount}
    sale = _body("sale.completed", number, at, person) | {
        "lines": [line | {"discount": discount}],
        "charged": amount - discount,
    }
    late = timedelta(days=chance.randrange(1, 40)) if chance.random() < 0.03 else timedelta(seconds=1)
    sold = Event(at + late, sale, person, day, amount - discount, 1)
    found = [sold]
    if chance.random() < 0.03:
        found.append(Event(sold.at + timedelta(minutes=5), sale))
    kind = chance.random()
    back = sold.at + timedelta(days=chance.choice((0, 0, 2, 6, 12, 25, 50)), minutes=chance.randrange(1, 90))
    if kind < 0.15:
        part = chance.choice((amount - discount, (amount - discount) // 3))
        lines = [{"product_id": "mug", "category": "home", "amount": part}]
        refund = _body("sale.refunded", f"{number}-r", back, person) | {"order_id": number}
        refund |= {"lines": lines, "refunded": part, "origin_time": at.isoformat()}
        found.append(Event(back, refund, person, day, -part))
    elif kind < 0.18:
        void = _body("sale.voided", f"{number}-v", back, person) | {"order_id": number}
        void |= {"lines": sale["lines"], "charged": sale["charged"], "origin_time": at.isoformat()}
        found.append(Event(back, void, person, day, -(amount - discount)))
    return found


def _body(kind: str, number: str, at: datetime, person: str) -> dict[str, Any]:
    return {
        "schema_version": "1.0", "type": kind, "source": "till", "event_id": number, "order_id": number,
        "time": at.isoformat(), "store_id": HOME[person], "channel": "pos", "currency": "GBP",
        "staff": [{"staff_id": person}],
    }  # fmt: skip


@dataclass
class ByHand:
    """The awards as of the last day that was looked at."""

    nets: defaultdict[tuple[str, date], int] = field(default_factory=lambda: defaultdict(int))
    orders: defaultdict[tuple[str, date], int] = field(default_factory=lambda: defaultdict(int))
    fixed: dict[tuple[str, date], dict[str, tuple[Any, ...]]] = field(default_factory=dict)
    standing: dict[tuple[str, date], dict[str, tuple[Any, ...]]] = field(default_factory=dict)

    def take(self, event: Event) -> None:
        """Count an event; a repeat comes to nothing."""
        self.nets[event.person, event.sold_on] += event.net
        self.orders[event.person, event.sold_on] += event.orders

    def look(self, today: date) -> None:
        """See what everybody has earned. All days before ``today`` are closed, and it has begun."""
        for rule in programmes():
            for first, last in _periods(rule["period"], today):
                name = (rule["programme_id"], first)
                if name in self.fixed and rule["give"]["how"] != "points":
                    continue
                over, final = last < today, last + timedelta(days=rule.get("return_window_days", 14)) < today
                found = self._earned(rule, first, last, over=over)
                if final and name not in self.fixed:
                    self.fixed[name] = found
                if rule["give"]["how"] == "points" and name in self.fixed:
                    if last + timedelta(days=rule.get("return_window_days", 14) + 30) < today - timedelta(1):
                        continue
                    before = {key: value[1] for key, value in self.fixed[name].items()}
                    keys = {*before, *found}
                    self.standing[name] = {
                        key: (None, found.get(key, (None, 0))[1], before.get(key, 0), "confirmed")
                        for key in keys
                    }
                else:
                    status = "confirmed" if final else "pending"
                    self.standing[name] = {
                        key: (place, amount, amount if final else None, status)
                        for key, (place, amount) in found.items()
                    }

    def _earned(
        self, rule: dict[str, Any], first: date, last: date, *, over: bool
    ) -> dict[str, tuple[Any, ...]]:
        how = rule["give"]["how"]
        values = self._values(rule["who"], first, last)
        if how == "points":
            return {key: (None, value // 1000) for key, value in values.items() if value >= 1000}
        if how == "ranking":
            return self._first_two(first, last, values) if over else {}
        if how == "streak":
            return {key: (None, 0) for key in PEOPLE if self._three_in_a_row(key, first)}
        if how == "best":
            return {key: (None, 0) for key in values if self._is_best(key, first)}
        if rule["programme_id"] == "team-goal":
            return {key: (None, 0) for key, value in values.items() if value >= 90_000}
        weeks = [self._values("store", first - timedelta(7 * n), last - timedelta(7 * n)) for n in (1, 2)]
        found = {}
        for key, value in values.items():
            past = [week[key] for week in weeks if key in week]
            if past and sum(past) > 0 and value * len(past) * 100 >= 105 * sum(past):
                found[key] = (None, 0)
        return found

    def _values(self, who: str, first: date, last: date) -> dict[str, int]:
        found: defaultdict[str, int] = defaultdict(int)
        of = {"staff": {p: p for p in PEOPLE}, "team": TEAMS, "store": HOME}[who]
        for (person, day), net in self.nets.items():
            if first <= day <= last and person in of:
                found[of[person]] += net
        return dict(found)

    def _first_two(self, first: date, last: date, values: dict[str, int]) -> dict[str, tuple[Any, ...]]:
        """Two prizes of 50.01 each, 90.00 in all; equals share what their places bring."""
        week = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        ranked = sorted(
            (key for key in values if sum(self.orders[key, day] for day in week) >= 5),
            key=lambda key: (-values[key], key),
        )
        assert len({values[key] for key in ranked}) == len(ranked), "the seed made equals: take another"
        found = ranked[:2]
        amounts = {1: [5001], 2: [4500, 4500], 0: []}[len(found)]
        return {
            key: (place, amount) for place, (key, amount) in enumerate(zip(found, amounts, strict=True), 1)
        }

    def _three_in_a_row(self, person: str, day: date) -> bool:
        days = [day - timedelta(days=n) for n in range(3)]
        if any(self.nets[person, each] < 6000 for each in days):
            return False
        given = [self.standing.get(("three-in-a-row", each), {}) for each in days[1:]]
        return not any(person in each for each in given)

    def _is_best(self, person: str, day: date) -> bool:
        earlier = [day - timedelta(days=n) for n in range(1, 11)]
        past = [self.nets[person, each] for each in earlier if self.orders[person, each]]
        return len(past) >= 5 and self.nets[person, day] > max(past)


def _periods(kind: str, today: date) -> list[tuple[date, date]]:
    """All that have begun and whose programme goes on, oldest first."""
    if kind == "day":
        days = [FIRST + timedelta(days=n) for n in range(DAYS)]
        return [(day, day) for day in days if day <= today]
    monday = FIRST - timedelta(days=FIRST.weekday())
    weeks = [monday + timedelta(days=7 * n) for n in range(5)]
    return [(week, week + timedelta(days=6)) for week in weeks if week <= min(today, date(2026, 9, 30))]
