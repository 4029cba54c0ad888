"""A board of each currency and peer group over a period, kept while its totals change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from daybook.ledger.board_measures import Contender, Measure, in_view
from daybook.ledger.calendar import Calendar
from daybook.ledger.merged import Change, TotalsView
from daybook.ledger.period_totals import DIMENSION_OF, NEVER, PeriodTotals
from daybook.ledger.periods import PERIODS, Period, period_before
from daybook.ledger.ranking import Ranking
from daybook.ledger.snapshots import DayState
from daybook.ledger.teams import PeerGroups, Staff
from daybook.ledger.yardsticks import Scope, Yardsticks
from daybook.schemas.leaderboards import BoardSpec

BOOK: Final = "sales"
TOLD: Final = 2
"""Periods that are told; one more is kept for their movement."""
BoardName = tuple[str, str]
"""Currency and peer group."""


class Surroundings(NamedTuple):
    """What boards go by besides totals."""

    calendar: Calendar
    staff: Staff
    measures: Mapping[str, Measure]
    yardsticks: Yardsticks
    grace: timedelta
    """After the end of a store's business day, until it is closed."""


def periods_of(kind: str, today: date) -> list[Period]:
    """The running period of a kind and the two before it."""
    periods = [PERIODS[kind](today)]
    while len(periods) <= TOLD:
        periods.append(period_before(kind, periods[-1].last))
    return periods


class Rankings:
    """One spec's boards over one period."""

    def __init__(self, spec: BoardSpec, measure: Measure, around: Surroundings, peers: PeerGroups) -> None:
        self.spec = spec
        self.measure = measure
        self._around = around
        self._peers = peers
        self.boards: dict[BoardName, Ranking] = {}
        self.changed: set[BoardName] = set()
        """The boards that have changed since they were told."""
        self.period = NEVER
        self.told: DayState | None = None
        """The day's state when they were told."""

    def put(self, totals: PeriodTotals, currency: str, key: str, at: datetime) -> None:
        """Take over how one contender stands now."""
        group = self._peers.of(self.spec.by, self.spec.peers, key, totals.period.last)
        if group is None:
            return
        contender = totals.contender(currency, key)
        board = self.boards.get((currency, group))
        if board is None:
            board = self.boards[currency, group] = Ranking(self.measure, self.spec.minimum_orders)
        if contender is None:
            changed = board.drop(key)
        else:
            changed = board.put(self._measured(contender, currency, totals.period, at))
        if changed:
            self.changed.add((currency, group))

    def rebuild(self, totals: PeriodTotals, at: datetime) -> None:
        """Begin anew with all contenders of a period."""
        if self.period != totals.period:
            self.period, self.told = totals.period, None
        members: defaultdict[BoardName, list[Contender]] = defaultdict(list)
        for currency in totals.currencies():
            for contender in totals.contenders(currency):
                group = self._peers.of(self.spec.by, self.spec.peers, contender.key, totals.period.last)
                if group is not None:
                    members[currency, group].append(self._measured(contender, currency, totals.period, at))
        self.boards = {name: Ranking(self.measure, self.spec.minimum_orders) for name in members}
        for name, contenders in members.items():
            self.boards[name].put_all(contenders)
        self.changed = set(self.boards)

    def _measured(self, contender: Contender, currency: str, period: Period, at: datetime) -> Contender:
        seen = contender._replace(vector=in_view(contender.vector, self.spec.view))
        scope = Scope(self.spec.by, currency, period, at)
        return self._around.yardsticks.measured(seen, self.measure, scope)


class Slot:
    """One period of a group of boards: its totals, and the rankings of each spec."""

    def __init__(self, totals: PeriodTotals, rankings: list[Rankings]) -> None:
        self.totals = totals
        self.rankings = rankings


class Group:
    """The boards that are made of the same totals: who is ranked, and over which kind of period."""

    def __init__(self, by: str, kind: str, specs: Sequence[BoardSpec], around: Surroundings) -> None:
        self.kind = kind
        self.specs = specs
        self.dimension = DIMENSION_OF.get(by, by)
        self._around = around
        self._peers = PeerGroups(around.calendar, around.staff)
        self._key_of: Callable[[str, date], str | None] = around.staff.team_on if by == "team" else _itself
        self.slots = [self._slot() for _ in range(TOLD + 1)]

    def _slot(self) -> Slot:
        around = self._around
        rankings = [Rankings(spec, around.measures[spec.measure], around, self._peers) for spec in self.specs]
        return Slot(PeriodTotals(BOOK, self.dimension, self._key_of), rankings)

    def move(self, today: date, merged: TotalsView, at: datetime) -> None:
        """Go on to the periods of another day."""
        for slot, period in zip(self.slots, periods_of(self.kind, today), strict=True):
            if slot.totals.period != period:
                slot.totals.move(period, merged)
                for rankings in slot.rankings:
                    rankings.rebuild(slot.totals, at)

    def told(self, change: Change, at: datetime) -> None:
        """Take over a change into every period that it lies in."""
        for slot in self.slots:
            key = slot.totals.add(change)
            if key is not None:
                for rankings in slot.rankings:
                    rankings.put(slot.totals, change.place.currency, key, at)

    def measure_again(self, at: datetime) -> None:
        """Rank anew what is held against something that moves by itself: open hours, targets."""
        for slot in self.slots:
            for spec, rankings in zip(self.specs, slot.rankings, strict=True):
                if self._around.measures[spec.measure].needs is not None:
                    rankings.rebuild(slot.totals, at)


def _itself(key: str, _day: date) -> str:
    return key
