"""Who takes part in a programme, with what they sold or what signals count: read off the merged totals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cached_property

from daybook.ledger.board_rankings import Surroundings
from daybook.ledger.leaderboards import Measure
from daybook.ledger.merged import MergedTotals
from daybook.ledger.periods import Period
from daybook.ledger.rewards.scores import Entrant
from daybook.ledger.rewards.spans import periods_before
from daybook.ledger.rewards.sums import Asked, SignalSums, SoldSums, Sums, Vectors
from daybook.ledger.signals.boards import SIGNAL_BOARDS, is_of_signals
from daybook.ledger.signals.merged import MergedSignals
from daybook.ledger.yardsticks import Scope
from daybook.schemas.rewards import Basis, Programme, Who

Ago = Callable[[str], int | None]
"""Periods since somebody was last given something by the programme."""


class Gathering:
    """Sums of totals at one moment; what several programmes ask for is added up once.

    Args:
        view: the totals of sales.
        around: stores, staff, measures, yardsticks.
        signals: the totals of signals; None for none.
    """

    def __init__(
        self, view: MergedTotals, around: Surroundings, signals: MergedSignals | None = None
    ) -> None:
        self._around = around
        self._signals = signals
        self._sold = SoldSums(view, around.staff)

    @cached_property
    def _signalled(self) -> SignalSums:
        return SignalSums(self._signals or MergedSignals(), self._around.staff)

    def of_signals(self, programme: Programme) -> bool:
        """Whether a programme goes by signals."""
        return is_of_signals(programme.measure, self._around.measures)

    def measure(self, programme: Programme) -> Measure:
        """What a programme compares by.

        Raises:
            KeyError: there is no such measure.
        """
        if self.of_signals(programme):
            return SIGNAL_BOARDS[programme.measure]
        return self._around.measures[programme.measure]

    def changes(self, programme: Programme, period: Period) -> int:
        """How often the totals have changed that a period's awards hang on."""
        sums = self._sums(programme)
        periods = (period, *periods_before(programme, period))
        return sum(sums.changes(self._asked(programme, each)) for each in periods)

    def entrants(
        self, programme: Programme, period: Period, at: datetime, ago: Ago = lambda _: None
    ) -> list[Entrant]:
        """All who have something in a period, with the past that the programme looks at.

        Whoever has nothing but zeros in the period itself takes no part in it.
        """
        sums = self._sums(programme)
        now = sums.of(self._asked(programme, period))
        past = [sums.of(self._asked(programme, earlier)) for earlier in periods_before(programme, period)]
        measure, yardsticks = self.measure(programme), self._around.yardsticks
        aimed = programme.basis is Basis.ATTAINMENT or measure.needs == "target"
        found = []
        for key, vector in sorted(now.items()):
            if not any(vector):
                continue
            nothing = (0,) * len(vector)
            scope = Scope(programme.who.value, programme.currency, period, at)
            found.append(
                Entrant(
                    key,
                    vector,
                    [vectors.get(key, nothing) for vectors in past],
                    yardsticks.target(key, scope) if aimed else None,
                    yardsticks.open_seconds(key, scope) if measure.needs == "open_seconds" else None,
                    ago(key),
                )
            )
        return found

    def _sums(self, programme: Programme) -> Sums:
        return self._signalled if self.of_signals(programme) else self._sold

    def _asked(self, programme: Programme, period: Period) -> Asked:
        # A deal is a deal in any currency: of signals only money is looked at in the programme's.
        money = not self.of_signals(programme) or self.measure(programme).unit == "minor units"
        currency = programme.currency if money else None
        return Asked(programme.who, currency, period, frozenset(programme.stores))

    def currencies(self, who: Who) -> list[str]:
        """The currencies in which they sold anything."""
        return self._sold.currencies(who)

    def sums(self, who: Who, currency: str, period: Period) -> Vectors:
        """What each of them sold in a period, by key."""
        return self._sold.of(Asked(who, currency, period))
