"""The recognition agent: what the programmes give, what people give each other, and who may need coaching.

The ledger of awards is its table, so that a kill leaves it, and what is decided goes to ``sales.awards`` in
the same transaction. It decides only while the merged view, of sales or of signals, stands at positions, and
writes these with every period that it confirms: from them and the raw events anybody comes to the same
awards. Nothing is sent here: that is the notifier's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from daybook.ledger.board_rankings import Surroundings
from daybook.ledger.merged import MergedTotals
from daybook.ledger.rewards.byhand import given, withdrawn
from daybook.ledger.rewards.deciding import Book, Decision, PeriodName
from daybook.ledger.rewards.gathering import Gathering
from daybook.ledger.rewards.records import (
    Stand,
    Writing,
    award_record,
    period_record,
    period_state,
    state_of,
)
from daybook.ledger.rewards.spans import Moment, moment
from daybook.ledger.signals.merged import MergedSignals
from daybook.ledger.yardsticks import quarter_of
from daybook.schemas import topics
from daybook.schemas.awards import (
    BY_HAND,
    Award,
    GiveRecognition,
    PeriodDecided,
    WithdrawRecognition,
    decode_award_record,
)
from daybook.schemas.coaching import Coaching
from daybook.schemas.rewards import RewardsFile
from daybook.schemas.ticks import Command
from daybook.streams.coaching import COACHING, CoachingList
from daybook.streams.ticks import NOTHING, PLACE, Outcome
from daybook.streams.writer import Outgoing

_AWARD: Final = b"award|"
_PERIOD: Final = b"period|"

Around = Callable[[MergedTotals], Surroundings]
"""Makes what programmes go by besides totals."""


class RewardsAgent:
    """Decides.

    Args:
        file: gives the rewards file that holds now.
        around: stores, staff, measures, targets.
        every: time between two looks at the sales; commands are carried out with every tick.
        signals: the totals of signals; None for none.
    """

    name = "rewards"

    def __init__(
        self,
        file: Callable[[], RewardsFile],
        around: Around,
        every: timedelta,
        signals: MergedSignals | None = None,
    ) -> None:
        self._file = file
        self._around = around
        self._every = every
        self._signals = signals or MergedSignals()
        self.records: dict[str, Award] = {}
        """The awards that are kept, by id."""
        self.periods: dict[PeriodName, PeriodDecided] = {}
        self.coaching = CoachingList()
        self._book: Book | None = None
        self._seen: tuple[RewardsFile, datetime] | None = None
        self._waiting = False
        """Whether programmes were left out because signals did not stand at positions."""
        self._coached_at: datetime | None = None
        self._handed: list[Award | PeriodDecided] = []
        self._written: dict[bytes, bytes | None] = {}
        self._told: list[Outgoing] = []

    def know(self, records: Iterable[Award | PeriodDecided], coaching: Iterable[Coaching] = ()) -> None:
        """Go on with what was kept elsewhere, where the table does not know it."""
        self._handed = list(records)
        self.coaching.know(coaching)

    def restore(self, entries: Mapping[bytes, bytes]) -> None:
        """Know what was decided."""
        self.records, self.periods, self._seen, self._book = {}, {}, None, None
        self._coached_at = None
        self.coaching.restore(entries)
        for key, value in entries.items():
            if not key.startswith(COACHING):
                self._remember(decode_award_record(value))

    def on_tick(self, now: datetime, view: MergedTotals, commands: Sequence[Command]) -> Outcome:
        """Carry out commands, and look at the sales where that is due and the view is whole."""
        due = view.whole and self._due(now)
        if not (due or commands or self._handed):
            return NOTHING
        self._written, self._told = {}, []
        around = self._around(view)
        writing = Writing(now, self._version(now), around.staff, around.calendar.names)
        for record in self._handed:
            if not self._knows(record):
                # Others know it already: it goes into the table, and is told to nobody.
                self._remember(record)
                self._written[_key(record)] = record.model_dump_json(exclude_none=True).encode()
                self._book = None
        self._handed = []
        if around.calendar.stores:
            at = moment(around.calendar, now, around.grace)
            for command in commands:
                self._carry_out(command, at, writing)
            if due:
                self._look(view, around, at, writing)
                self._forget(view)
        entries, told = self.coaching.take()
        return Outcome(self._written | entries, [*self._told, *told])

    def _due(self, now: datetime) -> bool:
        file = self._file()
        if self._seen is not None and self._seen[0] is file and now - self._seen[1] < self._every:
            return self._waiting and self._signals.whole
        if self._seen is None or self._seen[0] is not file:
            self._book = None
        self._seen = file, now
        return True

    def _look(self, view: MergedTotals, around: Surroundings, at: Moment, writing: Writing) -> None:
        file, gathering = self._file(), Gathering(view, around, self._signals)
        book = self._book = self._book or self._rebuilt(file)
        # What goes by signals waits until these stand at positions, and nothing else waits for that.
        ready = [each for each in file.programmes if self._signals.whole or not gathering.of_signals(each)]
        for decision in book.decide(ready, gathering, at, self._since(view)):
            stand = _stand(self._signals if gathering.of_signals(decision.programme) else view)
            self._take(decision, book, gathering, stand, writing)
        self._waiting = len(ready) < len(file.programmes)
        if book.behind:
            # The rest is looked at with the next tick.
            self._seen = file, datetime.min.replace(tzinfo=at.at.tzinfo)
        quarter = quarter_of(at.at)
        if quarter != self._coached_at:
            self.coaching.look(gathering, around.yardsticks, at, view.since, writing)
            self._coached_at = quarter

    def _rebuilt(self, file: RewardsFile) -> Book:
        """The book behind the records: the file may be another one by now."""
        programmes = {programme.programme_id: programme for programme in file.programmes}
        book = Book()
        for award in self.records.values():
            if award.programme_id != BY_HAND:
                book.put(state_of(award))
        book.periods = {
            name: period_state(record, programmes.get(name[0])) for name, record in self.periods.items()
        }
        return book

    def _take(
        self,
        decision: Decision,
        book: Book,
        gathering: Gathering,
        stand: Stand,
        writing: Writing,
    ) -> None:
        """Write what a decision changed. That a day is over changes what there is to tell, too."""
        programme, measure = decision.programme, gathering.measure(decision.programme)
        name = (programme.programme_id, decision.period.first)
        for award_id, state in book.awards.get(name, {}).items():
            record = award_record(state, decision, measure, self.records.get(award_id), writing)
            if record is not None:
                self._keep(record)
        period = period_record(decision, self.periods.get(name), stand, writing)
        if period is not None:
            self._keep(period)

    def _carry_out(self, command: Command, at: Moment, writing: Writing) -> None:
        match command:
            case GiveRecognition():
                record = given(command, self._file().by_hand, at.today, writing)
                if record.award_id not in self.records:
                    self._keep(record)
            case WithdrawRecognition():
                taken = withdrawn(command, self.records, writing)
                if taken is not None:
                    self._keep(taken)
            case _:
                self.coaching.carry_out(command, writing)

    def _version(self, now: datetime) -> int:
        awards = (record.version for record in self.records.values())
        periods = (record.version for record in self.periods.values())
        newest = max((*awards, *periods, self.coaching.newest))
        return max(int(now.timestamp() * 1000) * 1000, newest + 1)

    def _knows(self, record: Award | PeriodDecided) -> bool:
        if isinstance(record, Award):
            return record.award_id in self.records
        return (record.programme_id, record.first) in self.periods

    def _remember(self, record: Award | PeriodDecided) -> None:
        if isinstance(record, Award):
            self.records[record.award_id] = record
        else:
            self.periods[record.programme_id, record.first] = record

    def _keep(self, record: Award | PeriodDecided) -> None:
        self._remember(record)
        value = record.model_dump_json(exclude_none=True).encode()
        key = _key(record)
        self._written[key] = value
        self._told.append(Outgoing(topics.AWARDS, key, value, PLACE))

    def _forget(self, view: MergedTotals) -> None:
        """Let go of what lies behind the sales at hand: nothing decides about it, or by it, any more."""
        since = self._since(view)
        for award_id in [name for name, award in self.records.items() if award.first < since]:
            self._written[_key(self.records.pop(award_id))] = None
        if self._book is not None:
            self._book.forget_before(since)
        for name in [name for name in self.periods if name[1] < since]:
            self._written[_key(self.periods.pop(name))] = None

    def _since(self, view: MergedTotals) -> date:
        """The first day of which both sales and signals are at hand."""
        return max(view.since, self._signals.since)


def _stand(view: MergedTotals | MergedSignals) -> Stand:
    positions = {partition: place.version for partition, place in view.positions.items()}
    return Stand("signals" if isinstance(view, MergedSignals) else "sales", positions)


def _key(record: Award | PeriodDecided) -> bytes:
    if isinstance(record, Award):
        return _AWARD + record.award_id.encode()
    return _PERIOD + f"{record.programme_id}|{record.first.isoformat()}".encode()
