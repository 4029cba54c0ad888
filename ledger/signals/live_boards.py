"""Boards over signals that are kept live: the same boards as of sales, over what signals count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from daybook.ledger.board_rankings import Surroundings
from daybook.ledger.live_boards import LiveBoards
from daybook.ledger.merged import Change, Merged, Place
from daybook.ledger.period_totals import DIMENSION_OF
from daybook.ledger.signals.boards import SIGNAL_BOARDS, signal_vector
from daybook.ledger.signals.merged import Measures, MergedSignals, SignalChange, SignalPlace
from daybook.ledger.snapshots import Snapshot
from daybook.ledger.yardsticks import Yardsticks
from daybook.schemas.leaderboards import BoardSpec

_AT_ONCE: Final = 0
"""When something was reached: of signals equals stand by name, so that the log read again gives the same."""


def dimensions_of(specs: Iterable[BoardSpec]) -> set[str]:
    """The dimensions of signal totals that boards over signals are made of."""
    return {DIMENSION_OF.get(spec.by, spec.by) for spec in specs if spec.measure in SIGNAL_BOARDS}


class SignalTotalsView:
    """Merged signals as boards read totals.

    Args:
        signals: the totals.
        money: whether each currency is seen by itself, and what has none is not; else all of them are one,
            '': a deal is a deal in any.
    """

    def __init__(self, signals: MergedSignals, *, money: bool) -> None:
        self._signals = signals
        self._money = money

    @property
    def recorded_at(self) -> int | None:
        """When the newest counted signal came into the log (UTC, epoch milliseconds); None before any."""
        return self._signals.recorded_at

    def places(self) -> Iterator[Place]:
        """All places that have a total."""
        return iter(dict.fromkeys(self._seen(place) for place in self._signals.places() if self._sees(place)))

    def table(self, place: Place) -> Mapping[str, Merged]:
        """The totals of a place by key."""
        found: defaultdict[str, list[Measures]] = defaultdict(list)
        for currency in [place.currency] if self._money else self._signals.currencies:
            own = SignalPlace(place.business_date, place.dimension, currency, place.book)
            for key, measures in self._signals.table(own).items():
                found[key].append(measures)
        return {key: Merged(_sum(parts), _AT_ONCE) for key, parts in found.items()}

    def changes(self, told: Iterable[SignalChange], dimensions: set[str]) -> Iterator[Change]:
        """Changes of merged signals, of some dimensions, as boards take them over."""
        for place, key, difference in told:
            if place.dimension in dimensions and self._sees(place):
                yield Change(self._seen(place), key, tuple(signal_vector(difference)), _AT_ONCE)

    def _sees(self, place: SignalPlace) -> bool:
        return bool(place.currency) or not self._money

    def _seen(self, place: SignalPlace) -> Place:
        currency = place.currency if self._money else ""
        return Place(place.book, place.business_date, currency, place.dimension)


def _sum(parts: Sequence[Measures]) -> tuple[int, ...]:
    return tuple(map(sum, zip(*map(signal_vector, parts), strict=True)))


class SignalLiveBoards:
    """The boards of some specs over signals. Nothing is known until the first ``tick``.

    Args:
        specs: which boards.
        signals: the totals; of them what ``live_boards.first_needed`` says must not be forgotten.
        around: stores and staff; its measures and targets are those of sales.

    Raises:
        KeyError: a spec names a measure that signals do not have.
    """

    def __init__(self, specs: Sequence[BoardSpec], signals: MergedSignals, around: Surroundings) -> None:
        # Nothing of signals is held against targets or open hours.
        yardsticks = Yardsticks(around.calendar, around.staff)
        own = around._replace(measures=SIGNAL_BOARDS, yardsticks=yardsticks)
        self._dimensions = dimensions_of(specs)
        self._parts: list[tuple[SignalTotalsView, LiveBoards]] = []
        for money in (False, True):
            meant = [spec for spec in specs if (SIGNAL_BOARDS[spec.measure].unit == "minor units") == money]
            view = SignalTotalsView(signals, money=money)
            self._parts.append((view, LiveBoards(meant, view, own)))

    def told(self, changes: Sequence[SignalChange]) -> None:
        """Take over changes, which the merged signals hold already."""
        for view, boards in self._parts:
            boards.told(view.changes(changes, self._dimensions))

    def tick(self, at: datetime) -> list[Snapshot]:
        """Go on to a moment (aware); the boards that have changed since the last call."""
        return [snapshot for _, boards in self._parts for snapshot in boards.tick(at)]

    def record_keys(self) -> set[bytes]:
        """The record keys of all boards that are told now."""
        return {key for _, boards in self._parts for key in boards.record_keys()}
