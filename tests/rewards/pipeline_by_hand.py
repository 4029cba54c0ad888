"""The awards for the simulated deals, answers and enquiries, worked out by hand.

Nothing here knows the ledger, nor how signals are counted: figures are worked out from the bodies of the
signals themselves, and the programmes' rules are written down a second time, as plainly as can be.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from tests.rewards.pipeline import DAYS, FIRST, HOME, PEOPLE, TEAMS, Sent, programmes

Counts = defaultdict[tuple[str, date], int]
"""By person and day."""


@dataclass
class ByHand:
    """The awards as of the last day that was looked at."""

    taken: dict[str, dict[str, Any]] = field(default_factory=dict)
    fixed: dict[tuple[str, date], dict[str, tuple[Any, ...]]] = field(default_factory=dict)
    standing: dict[tuple[str, date], dict[str, tuple[Any, ...]]] = field(default_factory=dict)
    closed: set[tuple[str, date]] = field(default_factory=set)

    def take(self, sent: Sent) -> None:
        """Know a signal; one that comes again is the same."""
        self.taken[sent.body["event_id"]] = sent.body

    def look(self, today: date) -> None:
        """See what everybody has earned. All days before ``today`` are closed, and it has begun."""
        self._count()
        for rule in programmes():
            points = rule["give"]["how"] == "points"
            for first, last in _periods(rule["period"], today):
                name = (rule["programme_id"], first)
                if name in self.closed or (name in self.fixed and not points):
                    continue
                end = last + timedelta(days=rule["return_window_days"])
                found = self._earned(rule, first, last, over=last < today)
                if end < today and name not in self.fixed:
                    self.fixed[name] = found
                if end + timedelta(days=30) < today:
                    self.closed.add(name)
                self.standing[name] = (
                    _corrected(found, self.fixed[name])
                    if points and name in self.fixed
                    else {
                        key: (place, amount, amount if end < today else None, _status(final=end < today))
                        for key, (place, amount) in found.items()
                    }
                )

    def _count(self) -> None:
        """Everything anew from the bodies."""
        counts: defaultdict[str, Counts] = defaultdict(lambda: defaultdict(int))
        by_subject = defaultdict(list)
        for body in self.taken.values():
            by_subject[body["subject_id"]].append(body)
        for bodies in by_subject.values():
            if bodies[0]["type"] == "deal.changed":
                _count_deal(sorted(bodies, key=lambda body: body["version"]), counts)
            elif bodies[0]["type"] == "enquiry.changed":
                for body in bodies:
                    if body["state"] == "answered":
                        waited = datetime.fromisoformat(body["time"]) - datetime.fromisoformat(
                            body["opened_at"]
                        )
                        counts["waited"][body["staff_id"], _day(body)] += int(waited.total_seconds())
                        counts["answered"][body["staff_id"], _day(body)] += 1
            else:
                counts["answers"][bodies[0]["staff_id"], _day(bodies[0])] += 1
                counts["satisfied"][bodies[0]["staff_id"], _day(bodies[0])] += bodies[0]["score"] >= 4
        self._counts = counts

    def _sum(self, name: str, members: list[str], first: date, last: date) -> int:
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        return sum(self._counts[name][person, day] for person in members for day in days)

    def figure(
        self, measure: str, members: list[str], first: date, last: date
    ) -> tuple[Fraction | None, int]:
        """A figure, and of how much it is; None where it cannot be said."""

        def of(name: str) -> int:
            return self._sum(name, members, first, last)

        if measure == "deals_won":
            return (Fraction(of("won")) if of("won") else None), of("won")
        if measure == "won_value":
            return (Fraction(of("value")) if of("value") else None), of("value")
        top, bottom = {
            "win_rate": (of("won"), of("won") + of("lost")),
            "csat": (of("satisfied"), of("answers")),
            "answer_minutes": (of("waited"), 60 * of("answered")),
        }[measure]
        enough = abs(bottom) >= (5 if measure == "csat" else 1)
        return (Fraction(top, bottom) if enough else None), abs(bottom)

    def _figures(self, rule: dict[str, Any], first: date, last: date) -> dict[str, Fraction]:
        found = {}
        for key, members in _members(rule["who"]).items():
            value, volume = self.figure(rule["measure"], members, first, last)
            if value is not None and volume >= rule.get("minimum_volume", 0):
                found[key] = value
        return found

    def _earned(  # noqa: PLR0911 - one way out for each programme
        self, rule: dict[str, Any], first: date, last: date, *, over: bool
    ) -> dict[str, tuple[Any, ...]]:
        now, name = self._figures(rule, first, last), rule["programme_id"]
        if name == "deal-points":
            return {key: (None, int(value)) for key, value in now.items() if value >= 1}
        if name == "best-win-rate":
            return _first_two(now) if over else {}
        if name == "quick-answers":
            return {key: (None, 0) for key, value in now.items() if value <= 50}
        if name == "happy-customers":
            return {key: (None, 0) for key, value in now.items() if value >= Fraction(6, 10)}
        if name == "more-than-before":
            return {key: (None, 0) for key, value in now.items() if self._is_more(rule, key, value, first)}
        if name == "quick-days":
            return {key: (None, 0) for key in now if self._three_in_a_row(rule, key, first)}
        return {key: (None, 0) for key, value in now.items() if self._is_quickest(rule, key, value, first)}

    def _is_more(self, rule: dict[str, Any], key: str, value: Fraction, first: date) -> bool:
        weeks = [first - timedelta(days=7 * number) for number in (1, 2)]
        past = [self._figures(rule, week, week + timedelta(days=6)).get(key) for week in weeks]
        known = [each for each in past if each is not None]
        return sum(known) > 0 and value * len(known) * 10 >= 11 * sum(known)

    def _three_in_a_row(self, rule: dict[str, Any], key: str, day: date) -> bool:
        for number in range(3):
            each = day - timedelta(days=number)
            value = self._figures(rule, each, each).get(key)
            if value is None or value > 60:
                return False
        given = [self.standing.get(("quick-days", day - timedelta(days=number)), {}) for number in (1, 2)]
        return not any(key in each for each in given)

    def _is_quickest(self, rule: dict[str, Any], key: str, value: Fraction, day: date) -> bool:
        days = [day - timedelta(days=number) for number in range(1, 8)]
        past = [self._figures(rule, each, each).get(key) for each in days]
        known = [each for each in past if each is not None]
        return len(known) >= 5 and value < min(known)


def _count_deal(bodies: list[dict[str, Any]], counts: defaultdict[str, Counts]) -> None:
    """Each version counts what it stands for on its day, and takes back what the one before stood for."""
    before: dict[str, Any] | None = None
    for body in bodies:
        for each, sign in ((before, -1), (body, 1)):
            if each is not None and each["status"] != "open":
                where = (each["staff_id"], _day(body))
                counts[each["status"]][where] += sign
                if each["status"] == "won" and each["currency"] == "GBP":
                    counts["value"][where] += sign * each["value"]
        before = body


def _day(body: dict[str, Any]) -> date:
    return datetime.fromisoformat(body["time"]).date()


def _members(who: str) -> dict[str, list[str]]:
    of = {"staff": {person: person for person in PEOPLE}, "team": TEAMS, "store": HOME}[who]
    return {key: [person for person in PEOPLE if of[person] == key] for key in set(of.values())}


def _first_two(figures: dict[str, Fraction]) -> dict[str, tuple[Any, ...]]:
    """Two prizes of 50.01, 90.00 in all; whoever is equal shares what their places bring, to the cent."""
    found: dict[str, tuple[int, int]] = {}
    for value in sorted(set(figures.values()), reverse=True):
        tied = sorted(key for key, each in figures.items() if each == value)
        first = len(found) + 1
        if first > 2:
            break
        pot = 5001 * min(3 - first, len(tied))
        parts = [pot // len(tied) + (number < pot % len(tied)) for number in range(len(tied))]
        found |= {key: (first, part) for key, part in zip(tied, parts, strict=True)}
    total = sum(part for _, part in found.values())
    if total <= 9000:
        return dict(found)
    scaled = {key: 9000 * part // total for key, (_, part) in found.items()}
    left = 9000 - sum(scaled.values())
    by_rest = sorted(found, key=lambda key: -(9000 * found[key][1] % total))
    return {key: (place, scaled[key] + (by_rest.index(key) < left)) for key, (place, _) in found.items()}


def _corrected(
    found: dict[str, tuple[Any, ...]], fixed: dict[str, tuple[Any, ...]]
) -> dict[str, tuple[Any, ...]]:
    def of(points: dict[str, tuple[Any, ...]], key: str) -> int:
        return int(points.get(key, (None, 0))[1])

    return {key: (None, of(found, key), of(fixed, key), "confirmed") for key in {*fixed, *found}}


def _status(*, final: bool) -> str:
    return "confirmed" if final else "pending"


def _periods(kind: str, today: date) -> list[tuple[date, date]]:
    """All that have begun, oldest first."""
    length = 1 if kind == "day" else 7
    firsts = [FIRST + timedelta(days=number) for number in range(0, DAYS, length)]
    return [(first, first + timedelta(days=length - 1)) for first in firsts if first <= today]
