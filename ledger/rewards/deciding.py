"""The awards of all programmes, kept: what each moment's sales and signals change of them.

Nothing is remembered but what the ledger says itself, so looking again changes nothing, and whoever has the
ledger and the sales comes to the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Final, NamedTuple

from daybook.ledger.calendar import QUARTER
from daybook.ledger.periods import PERIODS, Period
from daybook.ledger.rewards.awards import earned
from daybook.ledger.rewards.book import FOR_CHANGES, FOR_RETURNS, AwardState, is_closed, is_final, settle
from daybook.ledger.rewards.gathering import Gathering
from daybook.ledger.rewards.spans import Moment, periods_before, periods_of
from daybook.schemas.awards import AwardStatus
from daybook.schemas.rewards import Basis, Programme, Ranking, Streak

NEWS: Final = timedelta(days=7)
"""After the end of its return window nothing about a period is told to anybody for the first time."""

AT_A_TIME: Final = 10_000
"""Who take part, over all periods that are looked at in one go: about a second's work."""

PeriodName = tuple[str, date]
"""A programme, and the first day of one of its periods."""


class _Sight(NamedTuple):
    """All that a decision goes by, so that a period which looks the same need not be decided again."""

    changes: int
    over: bool
    final: bool
    closed: bool
    quarter: int
    """Of the hour, where targets or open hours count; they move by themselves."""


def _sight(programme: Programme, period: Period, gathering: Gathering, moment: Moment) -> _Sight:
    moves = programme.basis is Basis.ATTAINMENT or gathering.measure(programme).needs is not None
    return _Sight(
        gathering.changes(programme, period),
        period.last < moment.open_from,
        is_final(programme, period, moment.open_from),
        is_closed(programme, period, moment.open_from),
        int(moment.at.timestamp()) // QUARTER if moves else 0,
    )


class PeriodState(NamedTuple):
    """How far a period is: its awards are confirmed (``settled``), and change no more (``closed``)."""

    settled: bool = False
    closed: bool = False


class Decision(NamedTuple):
    """What came of looking at a programme's period: its awards that are other than before, and its state."""

    programme: Programme
    period: Period
    changed: list[AwardState]
    state: PeriodState
    over: bool
    """Whether the period's last day is closed at every store."""
    stale: bool = False
    """Whether that is so long ago that nothing about it is news."""


class Book:
    """Awards and periods as they stand. ``decide`` brings them up to a moment."""

    def __init__(self) -> None:
        self.awards: dict[PeriodName, dict[str, AwardState]] = {}
        self.periods: dict[PeriodName, PeriodState] = {}
        self._seen: dict[PeriodName, _Sight] = {}
        self._looked = 0
        self.behind = False
        """Whether the last call of ``decide`` left periods for the next one."""

    def put(self, state: AwardState) -> None:
        """Know an award."""
        award = state.award
        self.awards.setdefault((award.programme_id, award.period.first), {})[award.award_id] = state

    def decide(
        self, programmes: Iterable[Programme], gathering: Gathering, moment: Moment, since: date
    ) -> Iterator[Decision]:
        """Decide on every period that may have changed, oldest first; the book has it then.

        What looks as it did when it was decided on is passed over. No more than ``AT_A_TIME`` who take part
        are looked at in one call: then it is ``behind``.

        Args:
            programmes: those that hold, or as many of them as can be decided on now.
            gathering: what was sold, and what signals count.
            moment: which days there are, and which are closed.
            since: the first day whose sales are at hand; a period that reaches behind it is left as it is.
        """
        self._looked, self.behind = 0, False
        for programme in programmes:
            stirred = False
            for period in periods_of(programme, moment.today):
                name = (programme.programme_id, period.first)
                if self.periods.get(name, PeriodState()).closed or not reaches(programme, period, since):
                    continue
                sight = _sight(programme, period, gathering, moment)
                # A streak hangs on the awards before it, and those on the ones before them.
                chained = stirred and isinstance(programme.give, Streak)
                if self._seen.get(name) == sight and not chained:
                    continue
                if self._looked >= AT_A_TIME:
                    self.behind = True
                    return
                decision = self.decide_one(programme, period, gathering, moment)
                self._seen[name] = sight
                stirred = stirred or bool(decision.changed)
                yield decision

    def decide_one(
        self,
        programme: Programme,
        period: Period,
        gathering: Gathering,
        moment: Moment,
        *,
        confirmed: bool = False,
    ) -> Decision:
        """Decide on one period; with ``confirmed`` as one whose return window is known to be over."""
        name = (programme.programme_id, period.first)
        before = self.periods.get(name, PeriodState())
        over = confirmed or period.last < moment.open_from
        final = confirmed or is_final(programme, period, moment.open_from)
        found = []
        # Who is ahead changes all day long: first places are given when the last shop has closed.
        if over or not isinstance(programme.give, Ranking):
            entrants = gathering.entrants(
                programme, period, moment.at, lambda key: self.awarded_ago(programme, period, key)
            )
            self._looked += len(entrants)
            found = earned(programme, gathering.measure(programme), period, entrants)
        known = self.awards.get(name, {})
        waiting = FOR_CHANGES if gathering.of_signals(programme) else FOR_RETURNS
        changed = settle(programme, known, found, final=final, settled=before.settled, waiting=waiting)
        for state in changed:
            self.put(state)
        after = PeriodState(final, final and is_closed(programme, period, moment.open_from))
        if after != before:
            self.periods[name] = after
        stale = is_final(programme, period, moment.open_from - NEWS)
        return Decision(programme, period, changed, after, over, stale)

    def awarded_ago(self, programme: Programme, period: Period, key: str) -> int | None:
        """How many periods ago a programme gave somebody something; None beyond what it looks at."""
        for ago, earlier in enumerate(periods_before(programme, period), start=1):
            states = self.awards.get((programme.programme_id, earlier.first), {})
            if any(s.award.key == key and s.status is not AwardStatus.WITHDRAWN for s in states.values()):
                return ago
        return None

    def forget(self, name: PeriodName) -> None:
        """Let go of a period; it must not be decided on again."""
        self.awards.pop(name, None)
        self.periods.pop(name, None)
        self._seen.pop(name, None)

    def forget_before(self, day: date) -> None:
        """Let go of all periods that begin before a day."""
        for name in [name for name in {*self.awards, *self.periods, *self._seen} if name[1] < day]:
            self.forget(name)


def reaches(programme: Programme, period: Period, since: date) -> bool:
    """Whether all days that a period's awards hang on are at hand."""
    past = periods_before(programme, period)
    return (past[-1] if past else period).first >= since


def period_of(programme: Programme, first: date) -> Period:
    """The period of a programme that begins on a day."""
    return PERIODS[programme.period](first)
