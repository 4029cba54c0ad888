"""What is asked about tills, and about refunds and voids by their number: by what the till book knows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from daybook.ledger.alerts.asking import meant
from daybook.ledger.alerts.facts import SpikeFacts, TillGapFacts
from daybook.ledger.alerts.glance import Glance, Place
from daybook.ledger.alerts.till_usual import (
    PastCounts,
    added,
    longest_usual,
    sales_of_store,
    silence,
    within,
)
from daybook.ledger.alerts.tills import Till, TillBook
from daybook.ledger.alerts.watching import Question
from daybook.ledger.calendar import QUARTER
from daybook.ledger.till_events import Kind
from daybook.schemas import rules as r
from daybook.schemas.alerts import Alert, Dimension, Scope

_KINDS = {"refunds": Kind.REFUND, "voids": Kind.VOID}


def asks_for_tills(rule: r.Rule) -> bool:
    """Whether a rule can be answered by the till book alone."""
    if not rule.enabled:
        return False
    counted = isinstance(rule, r.SpikeRule) and rule.what in _KINDS
    return counted or (isinstance(rule, r.SilentRule) and rule.dimension == "till")


class _Shop(NamedTuple):
    """A store now: its business date, the quarter hours that are over, and its tills."""

    place: Place
    day: date
    quarter: int
    tills: list[Till]


class TillQuestions:
    """Asks about tills. What is usual is remembered until the business date turns."""

    def __init__(self, book: TillBook) -> None:
        self.book = book
        self._longest: dict[tuple[Till, date, int], int | None] = {}
        self._past: dict[tuple[Kind, Dimension, str | None, date], PastCounts] = {}

    def of(self, rules: Iterable[r.Rule], glance: Glance, going_on: Iterable[Alert]) -> Iterator[Question]:
        """The questions of all rules that go by tills; only where one could be found, or goes on."""
        asked = [rule for rule in rules if asks_for_tills(rule)]
        if not asked:
            return
        shops = self._shops(glance)
        live: defaultdict[str, set[str | None]] = defaultdict(set)
        for alert in going_on:
            live[alert.rule].add(alert.scope.key)
        for rule in asked:
            if isinstance(rule, r.SilentRule):
                yield from self._silences(rule, glance, shops, live[rule.id])
            elif isinstance(rule, r.SpikeRule):
                yield from self._spikes(rule, glance, shops, live[rule.id])

    def _shops(self, glance: Glance) -> dict[str, _Shop]:
        tills: defaultdict[str, list[Till]] = defaultdict(list)
        for till in self.book.days:
            tills[till.store_id].append(till)
        quarters = {
            store.store_id: (glance.days[number], int(glance.moment.quarters[number]))
            for number, store in enumerate(glance.stores)
            if store is not None
        }
        return {
            place.scope.store: _Shop(place, *quarters[place.scope.store], tills[place.scope.store])
            for place in glance.places(Dimension.STORE, money=False)
            if place.scope.store is not None
        }

    def _silences(
        self, rule: r.SilentRule, glance: Glance, shops: Mapping[str, _Shop], live: set[str | None]
    ) -> Iterator[Question]:
        for shop in shops.values():
            days_of = [self.book.days[till] for till in shop.tills]
            store = sales_of_store(days_of) if shop.tills else {}
            trading = glance.trading(shop.place)
            for till, days in zip(shop.tills, days_of, strict=True):
                scope = _till_scope(till, shop)
                if not till.till_id or not meant(rule, scope.key):
                    continue
                gap = silence(days, shop.day, shop.quarter, store)
                seconds = (gap or 0) * QUARTER
                found = trading.is_open and seconds >= rule.minutes * 60
                if not found and scope.key not in live:
                    continue
                usual = None if gap is None else self._longest_of(till, shop.day, store)
                yield Question(rule, scope, shop.day, TillGapFacts(trading, seconds, usual))

    def _longest_of(self, till: Till, today: date, store: Mapping[date, int]) -> int | None:
        days = self.book.days[till]
        known = (till, today, len(days))
        if known not in self._longest:
            if len(self._longest) > 4 * len(self.book.days) + 64:
                self._longest.clear()
            self._longest[known] = longest_usual(days, today, store)
        return self._longest[known]

    def _spikes(
        self, rule: r.SpikeRule, glance: Glance, shops: Mapping[str, _Shop], live: set[str | None]
    ) -> Iterator[Question]:
        kind, length = _KINDS[rule.what], rule.minutes * 60 // QUARTER
        for scope, place, members in _places(rule, glance, shops):
            if not meant(rule, scope.key):
                continue
            actual = sum(
                within(today.taken_back(kind), shop.quarter, length)
                for shop, tills in members
                for till in tills
                if (today := self.book.days[till].get(shop.day)) is not None
            )
            if not members or (actual < rule.at_least and scope.key not in live):
                continue
            day, quarter = max((shop.day, shop.quarter) for shop, _ in members)
            past = self._past_of(kind, scope, day, [till for _, tills in members for till in tills])
            usual, highest = past.usual(day, quarter, length), past.highest(length)
            facts = SpikeFacts(
                glance.trading(place), rule.minutes, actual, usual, highest, sold=0, currency=None
            )
            yield Question(rule, scope, day, facts)

    def _past_of(self, kind: Kind, scope: Scope, today: date, tills: list[Till]) -> PastCounts:
        name = (kind, scope.dimension, scope.key, today)
        if name not in self._past:
            self._past = {known: past for known, past in self._past.items() if known[-1] >= today}
            by_day: defaultdict[date, list[Mapping[int, int]]] = defaultdict(list)
            for till in tills:
                for day, known in self.book.days[till].items():
                    if day < today:
                        by_day[day].append(known.taken_back(kind))
            self._past[name] = PastCounts({day: added(each) for day, each in by_day.items()})
        return self._past[name]


def _places(
    rule: r.SpikeRule, glance: Glance, shops: Mapping[str, _Shop]
) -> Iterator[tuple[Scope, Place, list[tuple[_Shop, list[Till]]]]]:
    """The scopes that a rule looks at, with their stores and tills."""
    if rule.dimension == "till":
        for shop in shops.values():
            for till in shop.tills:
                if till.till_id:
                    yield _till_scope(till, shop), shop.place, [(shop, [till])]
        return
    dimension = Dimension(rule.dimension)
    for place in glance.places(dimension, money=False):
        within_it = [
            (shop, shop.tills)
            for shop in shops.values()
            if shop.tills and (dimension is Dimension.ALL or place.scope.key == _keys(shop)[dimension])
        ]
        yield place.scope, place, within_it


def _keys(shop: _Shop) -> dict[Dimension, str | None]:
    return {Dimension.REGION: shop.place.scope.region, Dimension.STORE: shop.place.scope.store}


def _till_scope(till: Till, shop: _Shop) -> Scope:
    return Scope(dimension=Dimension.TILL, key=till.key, store=till.store_id, region=shop.place.scope.region)
