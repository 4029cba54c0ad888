"""Three weeks of simulated deals, answers and enquiries, some of them restated afterwards, and programmes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, Final

FIRST: Final = date(2026, 8, 31)
DAYS: Final = 21
AFTER: Final = 48
STORES: Final = ("leeds", "york")
PEOPLE: Final = ("ann", "ben", "cat", "dan")
HOME: Final = {name: STORES[number % 2] for number, name in enumerate(PEOPLE)}
TEAMS: Final = {"ann": "red", "ben": "red", "cat": "blue", "dan": "blue"}
PROGRAMMES: Final[list[dict[str, Any]]] = [
    {
        "programme_id": "deal-points",
        "who": "staff",
        "measure": "deals_won",
        "period": "day",
        "give": {"how": "points", "per": "1"},
        "return_window_days": 5,
    },
    {
        "programme_id": "best-win-rate",
        "who": "staff",
        "measure": "win_rate",
        "minimum_volume": 4,
        "period": "week",
        "give": {"how": "ranking", "places": 2, "ties": "share"},
        "prize": {"kind": "money", "label": "bonus", "amount": 5001, "budget": 9000},
        "return_window_days": 7,
    },
    {
        "programme_id": "quick-answers",
        "who": "store",
        "measure": "answer_minutes",
        "period": "week",
        "give": {"how": "everyone", "at_most": "50"},
        "prize": {"kind": "day_off", "label": "a free afternoon"},
        "return_window_days": 3,
    },
    {
        "programme_id": "happy-customers",
        "who": "team",
        "measure": "csat",
        "minimum_volume": 8,
        "period": "week",
        "give": {"how": "everyone", "at_least": "0.6"},
        "prize": {"kind": "praise", "label": "happy customers"},
        "return_window_days": 3,
    },
    {
        "programme_id": "more-than-before",
        "who": "staff",
        "measure": "won_value",
        "basis": "improvement",
        "past_periods": 2,
        "period": "week",
        "give": {"how": "everyone", "at_least": "1.1"},
        "prize": {"kind": "praise", "label": "more than before"},
        "return_window_days": 3,
    },
    {
        "programme_id": "quick-days",
        "who": "store",
        "measure": "answer_minutes",
        "period": "day",
        "give": {"how": "streak", "at_most": "60", "periods": 3},
        "prize": {"kind": "badge", "label": "three quick days"},
        "return_window_days": 2,
    },
    {
        "programme_id": "quickest-day",
        "who": "store",
        "measure": "answer_minutes",
        "period": "day",
        "give": {"how": "best", "of_last": 7},
        "prize": {"kind": "badge", "label": "quickest day"},
        "return_window_days": 2,
    },
]


def programmes() -> list[dict[str, Any]]:
    """As they stand in the rewards file."""
    common = {"title": "Well done", "currency": "GBP", "first": FIRST.isoformat(), "last": "2026-09-20"}
    return [common | each for each in PROGRAMMES]


@dataclass(frozen=True)
class Sent:
    """A signal, and when the log takes it."""

    at: datetime
    body: dict[str, Any]


def simulated(seed: int) -> list[Sent]:
    """All signals, in the order of the log."""
    chance = Random(seed)  # noqa: S311 - repeatable weeks
    sent: list[Sent] = []
    for day in range(DAYS):
        for person in PEOPLE:
            at = datetime.combine(FIRST + timedelta(days=day), datetime.min.time(), UTC)
            for number in range(chance.randint(0, 2)):
                sent += _deal(chance, at, person, f"d-{day}-{person}-{number}")
            for number in range(chance.randint(0, 3)):
                sent += _answer(chance, at, person, f"a-{day}-{person}-{number}")
            for number in range(chance.randint(0, 2)):
                sent += _enquiry(chance, at, person, f"e-{day}-{person}-{number}")
    return sorted(sent, key=lambda each: each.at)


def _deal(chance: Random, day: datetime, person: str, name: str) -> Iterator[Sent]:
    """Created, decided within days; now and then opened again, given to another person, or told of late."""
    owner, at = person, day + timedelta(minutes=chance.randrange(540, 1000))
    value = chance.randrange(1_000, 50_000)
    common = {"currency": chance.choice(("GBP", "GBP", "GBP", "EUR")), "created_at": at.isoformat()}
    states = ["open", chance.choice(("won", "won", "lost"))]
    if chance.random() < 0.15:
        states += ["open", chance.choice(("won", "lost"))]
    for version, status in enumerate(states, 1):
        if version > 2 and chance.random() < 0.5:
            owner = chance.choice(PEOPLE)
        body = _body("deal.changed", name, f"{name}-{version}", at, owner) | common
        body |= {"version": version, "status": status, "stage": status, "value": value}
        late = timedelta(days=chance.choice((1, 9, 25))) if chance.random() < 0.08 else timedelta(seconds=1)
        yield Sent(at + late, body)
        at += timedelta(minutes=chance.randrange(30, 4000 if version == 1 else 12_000))


def _answer(chance: Random, day: datetime, person: str, name: str) -> Iterator[Sent]:
    """An answer from 1 to 5; some come days late, some twice."""
    at = day + timedelta(minutes=chance.randrange(540, 1000))
    body = _body("satisfaction.answered", name, name, at, person) | {"kind": "csat"}
    body |= {"score": chance.choice((1, 3, 4, 4, 5, 5)), "topic": "product"}
    came = at + (timedelta(days=2) if chance.random() < 0.1 else timedelta(seconds=1))
    yield Sent(came, body)
    if chance.random() < 0.05:
        yield Sent(came + timedelta(minutes=5), body)


def _enquiry(chance: Random, day: datetime, person: str, name: str) -> Iterator[Sent]:
    """Opened, answered after a while, most of them; of some the answer is told days later."""
    opened = day + timedelta(minutes=chance.randrange(540, 1000))
    answered = opened + timedelta(minutes=chance.randrange(5, 120))
    for version, (state, at) in enumerate((("opened", opened), ("answered", answered)), 1):
        if state == "answered" and chance.random() < 0.1:
            return
        body = _body("enquiry.changed", name, f"{name}-{version}", at, person)
        body |= {"version": version, "state": state, "topic": "billing", "opened_at": opened.isoformat()}
        late = timedelta(days=4) if chance.random() < 0.1 else timedelta(seconds=1)
        yield Sent(at + late, body)


def _body(kind: str, subject: str, event: str, at: datetime, person: str) -> dict[str, Any]:
    return {
        "schema_version": "1.0", "type": kind, "source": "crm", "event_id": event, "time": at.isoformat(),
        "subject_id": subject, "store_id": HOME[person], "staff_id": person,
    }  # fmt: skip
