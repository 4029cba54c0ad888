"""All boards that are kept live: what the totals agents tell goes in, snapshots of what has changed come out.

Of every board three periods are kept: the running one and the one before, which are both told, for a return
or a late sale may change either; and the one before that, for movement.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from daybook.ledger.board_rankings import TOLD, BoardName, Group, Rankings, Surroundings, periods_of
from daybook.ledger.days import closes_at
from daybook.ledger.leaderboards import main_date
from daybook.ledger.merged import Change, TotalsView
from daybook.ledger.periods import Period
from daybook.ledger.snapshots import DayState, Snapshot, board_id, rows_of
from daybook.ledger.yardsticks import quarter_of
from daybook.schemas.leaderboards import BoardSpec


def first_needed(specs: Iterable[BoardSpec], today: date) -> date:
    """The earliest business date whose totals the boards of some specs need."""
    return min((periods_of(spec.period, today)[-1].first for spec in specs), default=today)


class LiveBoards:
    """The boards of some specs. Nothing is known until the first ``tick``.

    Args:
        specs: which boards.
        merged: the totals; of them ``first_needed`` and later days must not be forgotten.
        around: stores, staff, measures and yardsticks.

    Raises:
        KeyError: a spec names a measure that there is not.
    """

    def __init__(self, specs: Sequence[BoardSpec], merged: TotalsView, around: Surroundings) -> None:
        self._merged = merged
        self._around = around
        self.today: date | None = None
        """The business date whose periods are the running ones."""
        self._at: datetime | None = None
        grouped: defaultdict[tuple[str, str], list[BoardSpec]] = defaultdict(list)
        for spec in specs:
            grouped[spec.by, spec.period].append(spec)
        self._groups = [Group(by, kind, own, around) for (by, kind), own in grouped.items()]

    def told(self, changes: Iterable[Change]) -> None:
        """Take over changes, which ``merged`` holds already."""
        if self._at is None:
            return
        for change in changes:
            for group in self._groups:
                if group.dimension == change.place.dimension:
                    group.told(change, self._at)

    def tick(self, at: datetime) -> list[Snapshot]:
        """Go on to a moment (aware); the boards that have changed since the last call."""
        today = main_date(self._around.calendar, at)
        last, self._at = self._at, at
        if today != self.today:
            self.today = today
            for group in self._groups:
                group.move(today, self._merged, at)
        new_targets = self._around.yardsticks.targets_changed()
        if last is not None and (new_targets or quarter_of(last) != quarter_of(at)):
            self._measure_again(at)
        return [snapshot for group in self._groups for snapshot in self._changed(group, at)]

    def _measure_again(self, at: datetime) -> None:
        """Rank anew what goes by targets and open hours."""
        self._around.yardsticks.look_again()
        for group in self._groups:
            group.measure_again(at)

    def record_keys(self) -> set[bytes]:
        """The record keys of all boards that are told now."""
        return {
            board_id(spec, slot.totals.period, *name).record_key
            for group in self._groups
            for slot in group.slots[:TOLD]
            for spec, rankings in zip(group.specs, slot.rankings, strict=True)
            for name in rankings.boards
        }

    def _changed(self, group: Group, at: datetime) -> list[Snapshot]:
        found = []
        for slot, before in zip(group.slots, group.slots[1:], strict=False):
            state = self._state(slot.totals.period, at)
            for rankings, earlier in zip(slot.rankings, before.rankings, strict=True):
                for name in _due(rankings, earlier, state):
                    snapshot = self._snapshot(rankings, earlier, name, at)
                    found.append(snapshot._replace(day_state=state))
                rankings.told = state
        for slot in group.slots:
            for rankings in slot.rankings:
                rankings.changed.clear()
        return found

    def _snapshot(self, rankings: Rankings, earlier: Rankings, name: BoardName, at: datetime) -> Snapshot:
        spec, measure = rankings.spec, rankings.measure
        board, before = rankings.boards[name], earlier.boards.get(name)
        return Snapshot(
            board=board_id(spec, rankings.period, *name),
            unit=measure.unit,
            day_state="provisional",
            as_of=self._merged.recorded_at,
            at=int(at.timestamp() * 1000),
            ranked=len(board),
            left_out=board.left_out,
            top=rows_of(board.top(spec.top, before), measure.unit),
            bottom_for_managers=rows_of(board.bottom(spec.bottom, before), measure.unit),
        )

    def _state(self, period: Period, at: datetime) -> DayState:
        """Closed where the last day of a period is, at every store."""
        stores = self._around.calendar.stores
        closed = all(at >= closes_at(period.last, store.days, self._around.grace) for store in stores)
        return "closed" if closed else "provisional"


def _due(rankings: Rankings, earlier: Rankings, state: DayState) -> Iterator[BoardName]:
    """The boards that look other than they were told: by themselves, by movement, or by the day's state."""
    for name in sorted(rankings.boards):
        if rankings.told != state or name in rankings.changed or name in earlier.changed:
            yield name
