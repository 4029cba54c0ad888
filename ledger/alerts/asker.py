"""Asks all rules at a tick: from the merged totals to the facts, and what an alert carries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Final, NamedTuple

from daybook.ledger.adjustments import factor, in_force, newest
from daybook.ledger.aims import Aims
from daybook.ledger.alerts.asking import sales_questions
from daybook.ledger.alerts.facts import GapFacts, ReceiverFacts
from daybook.ledger.alerts.feed import FeedMemory
from daybook.ledger.alerts.figures import Figures, ScopeName, day_figures, name_of
from daybook.ledger.alerts.findings import Finding
from daybook.ledger.alerts.gathering import Gathering
from daybook.ledger.alerts.glance import Glance
from daybook.ledger.alerts.sheet import Sheet
from daybook.ledger.alerts.signal_measures import QuarterTotals, asks_for_orders
from daybook.ledger.alerts.signal_questions import signal_questions
from daybook.ledger.alerts.states import Details
from daybook.ledger.alerts.taking_apart import Apart
from daybook.ledger.alerts.thresholds import threshold_questions
from daybook.ledger.alerts.till_questions import TillQuestions
from daybook.ledger.alerts.tills import TillBook
from daybook.ledger.alerts.totals_sheet import SheetOfTotals
from daybook.ledger.alerts.watching import Question
from daybook.ledger.alerts.wording import links, summary, title
from daybook.ledger.bought.book import BoughtBook
from daybook.ledger.calendar import Calendar
from daybook.ledger.expressions import Expression
from daybook.ledger.merged import MergedTotals
from daybook.ledger.pace import Paces, StorePace
from daybook.ledger.signals.merged import MergedSignals
from daybook.ledger.targets import Targets
from daybook.schemas import rules as r
from daybook.schemas.adjustments import Adjustment
from daybook.schemas.alerts import (
    Alert,
    DayFigures,
    Dimension,
    Expectation,
    Freshness,
    Scope,
    Split,
)
from daybook.schemas.signal_rule import SignalRule
from daybook.schemas.stores import StoreEntry

_FEED, _TILLS, _BOUGHT = b"feed|", b"till|", b"bought|"
_MONEY: Final = (Dimension.ALL, Dimension.REGION, Dimension.STORE)


class Sources(NamedTuple):
    """Where facts come from beside the totals; each may be left out.

    ``receivers`` says how each receiver does, ``tills`` and ``bought`` are where events are noted for rules
    about tills, and about campaigns and customers; ``signals`` the signal totals for rules about those.
    """

    targets: Callable[[], Targets] = Targets
    adjustments: Callable[[], Iterable[Adjustment]] = lambda: ()
    receivers: Callable[[], Mapping[str, ReceiverFacts]] = dict
    tills: TillBook | None = None
    bought: BoughtBook | None = None
    signals: MergedSignals | None = None
    custom: Mapping[str, Expression] = {}


class Asker:
    """Gathers the facts of all rules.

    What it remembers can be gathered anew from the totals, but for the feed's counters and what is noted of
    the events themselves.
    """

    def __init__(self, calendar: Calendar, sources: Sources | None = None) -> None:
        self._calendar, self._sources = calendar, sources or Sources()
        self._sheet = SheetOfTotals(Sheet(), calendar)
        self._gathering = Gathering(self._sheet.sheet, calendar)
        self._paces_of = Paces(self._sheet.sold)
        self._feed = FeedMemory()
        self._tills = None if self._sources.tills is None else TillQuestions(self._sources.tills)
        self._counted: dict[int, int] | None = None
        self._counted_before: dict[int, int] = {}
        self._view = MergedTotals()
        self._rules = r.RulesFile(rules=[])
        self._glance: Glance | None = None
        self._figures: Figures = {}
        self._paces: Sequence[StorePace] = ()

    def prepared(self, now: datetime, view: MergedTotals) -> Iterator[None]:
        """Do what takes long at a first look, on a new day or in a new quarter hour, bit by bit."""
        yield from self._sheet.following(view)
        yield from self._paces_of.prepared(now)

    def questions(
        self,
        rules: r.RulesFile,
        now: datetime,
        view: MergedTotals,
        going_on: Iterable[Alert] | None = None,
    ) -> list[Question]:
        """What is asked at an aware moment; see ``sales_questions`` for ``going_on``.

        Raises:
            ExpressionError: a rule's measure cannot be read.
        """
        self._rules, self._view = rules, view
        self._sheet.follow(view)
        self._feed.note(now, view.positions.values())
        counted = {number: position.next_offset for number, position in view.positions.items()}
        self._counted_before, self._counted = self._counted or counted, counted
        self._paces = self._paces_of.at(now, self._sources.adjustments())
        self._figures = day_figures(self._paces, Aims(self._sources.targets(), self._sheet.sold, now))
        glance = self._glance = Glance(self._gathering, now, self._factor(now))
        enabled = [rule for rule in rules.rules if rule.enabled]
        return [
            *sales_questions(enabled, glance, self._figures, going_on),
            *(q for rule in enabled for q in self._others(rule, glance)),
            *self._of_tills(enabled, glance, going_on or ()),
        ]

    def _of_tills(
        self, rules: Sequence[r.Rule], glance: Glance, going_on: Iterable[Alert]
    ) -> Iterator[Question]:
        """About tills, which would seem silent that are not where reading lags behind counting."""
        if self._tills is not None and self._is_read(self._tills.book):
            yield from self._tills.of(rules, glance, going_on)

    def _is_read(self, book: TillBook | BoughtBook) -> bool:
        """Whether all events are read into a book that were counted when this was asked last."""
        read = book.next_offsets
        return book.complete and all(
            read.get(partition, 0) >= offset for partition, offset in self._counted_before.items()
        )

    def _factor(self, now: datetime) -> Callable[[StoreEntry, date], Fraction]:
        holding = newest(self._sources.adjustments(), now)
        return lambda store, day: factor(in_force(holding, store, day))

    def _others(self, rule: r.Rule, glance: Glance) -> Iterator[Question]:
        if isinstance(rule, r.ThresholdRule):
            yield from threshold_questions(rule, glance, self._view, self._sources.custom)
        elif isinstance(rule, SignalRule):
            if (totals := self._asked_by(rule)) is not None:
                yield from signal_questions(rule, glance, totals)
        elif isinstance(rule, r.FeedRule):
            facts = self._feed.facts(rule.what, rule.minutes)
            yield Question(rule, Scope(dimension=Dimension.FEED), glance.now.astimezone(UTC).date(), facts)
        elif isinstance(rule, r.ReceiverRule):
            for name, known in sorted(self._sources.receivers().items()):
                scope = Scope(dimension=Dimension.RECEIVER, key=name)
                yield Question(rule, scope, glance.now.astimezone(UTC).date(), known)

    def _asked_by(self, rule: SignalRule) -> QuarterTotals | None:
        """The totals that a rule asks for; None as long as they are not known."""
        if not asks_for_orders(rule):
            return self._sources.signals
        book = self._sources.bought
        return book.sums if book is not None and self._is_read(book) else None

    def changes(self) -> Iterator[tuple[bytes, bytes | None]]:
        """What has to be kept since this was asked last: entries, of which None removes one."""
        for key, value in self._feed.changes().items():
            yield _FEED + key, value
        for prefix, book in self._books():
            book.forget_old()
            for key, value in book.changes():
                yield prefix + key, value

    def restore(self, entries: Mapping[bytes, bytes]) -> None:
        """Forget everything, and know what was kept."""
        self._feed.restore(_beginning_with(_FEED, entries))
        for prefix, book in self._books():
            book.restore(_beginning_with(prefix, entries))

    def _books(self) -> Iterator[tuple[bytes, TillBook | BoughtBook]]:
        """Where events are noted, and what the keys of their entries begin with."""
        if self._tills is not None:
            yield _TILLS, self._tills.book
        if self._sources.bought is not None:
            yield _BOUGHT, self._sources.bought

    def details(self, question: Question, finding: Finding) -> Details:
        """What an alert carries for those who are told of it."""
        rule, scope = question.rule, question.scope
        name = self._money(scope)
        day = self._figures.get(name) if name is not None else None
        return Details(
            title=title(rule, scope, finding),
            summary=summary(scope, finding),
            day=day,
            split=self._split(question, day, name[2] if name else None),
            adjustments=self._expectations(scope),
            freshness=self._freshness(question),
            links=links(self._rules.links, question.key, rule, scope, question.business_date),
        )

    def _money(self, scope: Scope) -> ScopeName | None:
        """The scope in money. A silence is of no currency: it is told in the one that the scope sells in."""
        if scope.currency is not None or scope.dimension not in _MONEY:
            return name_of(scope)
        place = (scope.dimension, scope.key)
        found = [name for name in self._figures if name[:2] == place]
        return found[0] if len(found) == 1 else None

    def _split(self, question: Question, day: DayFigures | None, currency: str | None) -> Split | None:
        scope, glance = question.scope, self._glance
        if day is None or day.expected is None or glance is None or currency is None:
            return None
        quarters = {
            row.store_id: int(number)
            for row, number in zip(self._sheet.sheet.rows, glance.moment.quarters, strict=True)
        }
        apart = Apart(self._view, self._calendar, currency, question.business_date, quarters)
        stores = {store.store_id for store in self._calendar.stores if _within(store, scope)}
        return apart.of(stores, day.expected, whole=scope.dimension is Dimension.ALL)

    def _expectations(self, scope: Scope) -> list[Expectation]:
        held = {
            adjustment.adjustment_id: adjustment
            for pace in self._paces
            if pace.store_id in self._calendar and _within(self._calendar.store(pace.store_id), scope)
            for adjustment in pace.adjustments
        }
        return [
            Expectation(factor=each.factor, reason=each.reason, source=each.source.value)
            for each in held.values()
        ]

    def _freshness(self, question: Question) -> Freshness | None:
        glance, recorded = self._glance, self._view.recorded_at
        if glance is None:
            return None
        sold_at = None
        if isinstance(question.facts, GapFacts):
            quarter = glance.settled.timestamp() // 900 * 900
            sold_at = datetime.fromtimestamp(quarter, UTC) - timedelta(seconds=question.facts.seconds)
        at = None if recorded is None else datetime.fromtimestamp(recorded / 1000, UTC)
        return Freshness(as_of=glance.now, recorded_at=at, sold_at=sold_at)


def _beginning_with(prefix: bytes, entries: Mapping[bytes, bytes]) -> dict[bytes, bytes]:
    return {key[len(prefix) :]: value for key, value in entries.items() if key.startswith(prefix)}


def _within(store: StoreEntry, scope: Scope) -> bool:
    if scope.dimension is Dimension.REGION:
        return store.region == scope.key
    if scope.store is not None:
        return store.store_id == scope.store
    return scope.dimension is Dimension.ALL
