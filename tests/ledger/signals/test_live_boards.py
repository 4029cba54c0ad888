"""Boards over signals that are kept live: what was told last is what one would find by counting anew."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from daybook.ledger.board_rankings import Surroundings, periods_of
from daybook.ledger.leaderboards import Contender, leaderboard
from daybook.ledger.period_totals import DIMENSION_OF
from daybook.ledger.periods import Period
from daybook.ledger.signals.boards import SIGNAL_BOARDS, signal_vector
from daybook.ledger.signals.encoding import SignalBucket
from daybook.ledger.signals.live_boards import SignalLiveBoards
from daybook.ledger.signals.merged import MergedSignals
from daybook.ledger.snapshots import Snapshot, board_id, rows_of
from daybook.ledger.teams import Staff
from daybook.ledger.yardsticks import Yardsticks
from daybook.schemas.leaderboards import BoardSpec
from daybook.schemas.staff import StaffEntry, TeamFrom
from tests.ledger.signals.makers import CALENDAR

NOON: Final = datetime(2026, 11, 24, 12, tzinfo=UTC)
STAFF: Final = Staff(
    [
        StaffEntry(
            staff_id="ann", teams=[TeamFrom(team="Red"), TeamFrom(valid_from=NOON.date(), team="Blue")]
        ),
        StaffEntry(staff_id="bob", teams=[TeamFrom(team="Red")]),
    ]
)
AROUND: Final = Surroundings(CALENDAR, STAFF, {}, Yardsticks(CALENDAR, STAFF), timedelta(hours=6))
SPECS: Final = [
    BoardSpec(by="staff", measure="deals_won"),
    BoardSpec(by="staff", measure="won_value", period="week"),
    BoardSpec(by="team", measure="win_rate", period="7-days", minimum_orders=3),
    BoardSpec(by="store", measure="csat", period="7-days"),
    BoardSpec(by="store", measure="stock_outs", top=1, bottom=1),
]
KEYS: Final = {"staff": ["ann", "bob", "cat"], "store": ["web", "quay"]}
MEASURES: Final = ["deals_won", "deals_lost", "won_value", "csat_answers", "csat_satisfied", "stock_outs"]

_Told = Mapping[tuple[date, str, str, str], Mapping[str, int]]
"""Measures by business date, currency, dimension and key."""


class Teller:
    """Partitions that tell what their totals stand at."""

    def __init__(self, merged: MergedSignals) -> None:
        self.merged = merged
        self.counted: defaultdict[tuple[date, str, str, str], Counter[str]] = defaultdict(Counter)
        self._version = 0
        self._parts: defaultdict[tuple[int, date, str, str, str], Counter[str]] = defaultdict(Counter)

    def tell(self, day: date, currency: str, key: str, partition: int = 0, **changes: int) -> None:
        """Let a partition tell the state of a total after a change of it."""
        self._version += 1
        dimension = next(name for name, keys in KEYS.items() if key in keys)
        self.counted[day, currency, dimension, key].update(changes)
        part = self._parts[partition, day, currency, dimension, key]
        part.update(changes)
        entries = {key: (self._version, dict(part))}
        head = (0, partition, self._version, "sales", day.isoformat(), currency, dimension)
        self.merged.take(SignalBucket(*head, entries))


def anew(spec: BoardSpec, told: _Told, period: Period) -> dict[str, list[Contender]]:
    """Who competes, by currency, added up from all days."""
    sums: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    money = SIGNAL_BOARDS[spec.measure].unit == "minor units"
    for (day, currency, dimension, key), measures in told.items():
        who = STAFF.team_on(key, day) if spec.by == "team" else key
        counts = dimension == DIMENSION_OF.get(spec.by, spec.by) and day in period and (currency or not money)
        if counts and who is not None:
            sums[currency if money else "", who].update(measures)
    found: defaultdict[str, list[Contender]] = defaultdict(list)
    for (currency, who), measures in sums.items():
        if any(measures.values()):
            found[currency].append(Contender(who, signal_vector(measures)))
    return found


def check(snapshots: Mapping[bytes, Snapshot], told: _Told, today: date) -> None:
    """What was told last of every board is what it comes to when it is made anew."""
    for spec in SPECS:
        measure = SIGNAL_BOARDS[spec.measure]
        for period, before in pairwise(periods_of(spec.period, today)):
            earlier = anew(spec, told, before)
            for currency, members in anew(spec, told, period).items():
                least = spec.minimum_orders
                old = leaderboard(earlier.get(currency, ()), measure, minimum_orders=least)
                ranks = {standing.key: standing.rank for standing in old.standings}
                board = leaderboard(members, measure, minimum_orders=least, before=ranks)
                snapshot = snapshots[board_id(spec, period, currency, "").record_key]
                assert snapshot.top == rows_of(board.top(spec.top), measure.unit)
                assert snapshot.bottom_for_managers == rows_of(board.bottom(spec.bottom), measure.unit)
                assert (snapshot.ranked, snapshot.left_out) == (len(board.standings), board.left_out)


STEPS: Final = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.integers(-9, 0),
        st.sampled_from(["", "EUR", "USD"]),
        st.sampled_from([key for keys in KEYS.values() for key in keys]),
        st.sampled_from(MEASURES),
        st.integers(-2, 6),
        st.sampled_from([0, 0, 0, 10, 24 * 60]),
    ),
    max_size=25,
)


@settings(max_examples=60)
@given(STEPS)
def test_what_was_told_last_is_what_one_would_count_anew(
    steps: list[tuple[int, int, str, str, str, int, int]],
) -> None:
    """Deals, answers and days that turn: boards by currency or together, and no change of one is missed."""
    merged, at = MergedSignals(), NOON
    teller, boards = Teller(merged), SignalLiveBoards(SPECS, merged, AROUND)
    merged.listen(boards.told)
    told = {snapshot.board.record_key: snapshot for snapshot in boards.tick(at)}
    for partition, back, currency, key, measure, value, minutes in steps:
        teller.tell(at.date() + timedelta(days=back), currency, key, partition, **{measure: value})
        at += timedelta(minutes=minutes)
        told |= {snapshot.board.record_key: snapshot for snapshot in boards.tick(at)}
    check(told, teller.counted, at.date())
    assert boards.tick(at) == []
    begun = SignalLiveBoards(SPECS, merged, AROUND)
    again = {snapshot.board.record_key: snapshot for snapshot in begun.tick(at)}
    assert {key: each.content for key, each in again.items()} == {
        key: each.content for key, each in told.items() if key in again
    }


def test_equals_stand_by_name_and_less_of_what_goes_wrong_is_first() -> None:
    """Whoever got there first: a log that is read again tells another time, so it does not decide."""
    merged = MergedSignals()
    teller, boards = Teller(merged), SignalLiveBoards(SPECS, merged, AROUND)
    for key in ("cat", "bob", "ann"):
        teller.tell(NOON.date(), "EUR", key, deals_won=2 if key != "bob" else 3)
    for key, value in (("web", 4), ("quay", 1)):
        teller.tell(NOON.date(), "", key, stock_outs=value)
    top = {
        snapshot.board.measure: [(row.rank, row.key) for row in snapshot.top]
        for snapshot in boards.tick(NOON)
        if snapshot.board.first == NOON.date() and snapshot.board.measure in ("deals_won", "stock_outs")
    }
    assert top == {"deals_won": [(1, "bob"), (2, "ann"), (2, "cat")], "stock_outs": [(1, "quay")]}
