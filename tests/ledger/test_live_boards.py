"""Boards that are kept live: whatever comes, what was told last is what one would find by counting anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from daybook.ledger import measures as m
from daybook.ledger.board_measures import MEASURES, in_view
from daybook.ledger.board_rankings import Surroundings, periods_of
from daybook.ledger.calendar import Calendar
from daybook.ledger.leaderboards import Contender, leaderboard
from daybook.ledger.live_boards import LiveBoards, first_needed
from daybook.ledger.merged import MergedTotals, all_entries
from daybook.ledger.messages import TotalsBucket
from daybook.ledger.periods import Period
from daybook.ledger.plans import Plans
from daybook.ledger.snapshots import Snapshot, board_id, decode_snapshot, encode_snapshot, rows_of
from daybook.ledger.targets import Targets
from daybook.ledger.teams import PeerGroups, Staff
from daybook.ledger.yardsticks import Scope, Yardsticks
from daybook.schemas.leaderboards import BoardSpec
from daybook.schemas.opening import OpeningHours, OpeningSpan
from daybook.schemas.staff import StaffEntry, TeamFrom
from daybook.schemas.stores import DayRule, StoreEntry
from daybook.schemas.targets import Target, TargetPeriod

TUESDAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
OPEN = OpeningHours(
    monday=[OpeningSpan(opens="09:00", closes="17:00")], tuesday=[OpeningSpan(opens="09:00", closes="17:00")]
)
CALENDAR = Calendar(
    [
        StoreEntry(store_id="leeds", region="North", days=[DayRule(zone="Europe/London")], opening=[OPEN]),
        StoreEntry(store_id="york", region="North", days=[DayRule(zone="Europe/London")], opening=[OPEN]),
        StoreEntry(store_id="bath", region="South", days=[DayRule(zone="Europe/London")], opening=[OPEN]),
    ]
)
STAFF = Staff(
    [
        StaffEntry(
            staff_id="ann",
            home_store="leeds",
            teams=[TeamFrom(team="Red"), TeamFrom(valid_from=TUESDAY, team="Blue")],
        ),
        StaffEntry(staff_id="bob", home_store="leeds", teams=[TeamFrom(team="Red")]),
        StaffEntry(staff_id="cat", home_store="bath"),
    ]
)
TARGETS = Targets(
    Target(
        scope="store", key=key, currency="GBP", period=TargetPeriod.WEEK, amount=amount,
        first=date(2026, 1, 1), set_at=datetime(2026, 1, 1, tzinfo=UTC), reason="budget",
    )
    for key, amount in (("leeds", 7_000), ("bath", 700))
)  # fmt: skip
GRACE = timedelta(hours=6)
AROUND = Surroundings(CALENDAR, STAFF, MEASURES, Yardsticks(CALENDAR, STAFF, lambda: TARGETS), GRACE)
SPECS = [
    BoardSpec(by="staff"),
    BoardSpec(by="staff", measure="aov", minimum_orders=2, peers="store"),
    BoardSpec(by="staff", period="week", view="origin"),
    BoardSpec(by="team", period="7-days", top=1, bottom=1),
    BoardSpec(by="store", measure="attainment"),
    BoardSpec(by="store", measure="net_per_hour", peers="region"),
]
KEYS = {"staff": ["ann", "bob", "cat", "dan"], "store": ["leeds", "york", "bath"]}


class Teller:
    """Partitions that tell what their totals stand at."""

    def __init__(self, merged: MergedTotals) -> None:
        self.merged = merged
        self._version = 0
        self._entries: dict[tuple[int, date, str, str], list[int]] = {}

    def bucket(self, partition: int, day: date, key: str, **changes: int) -> TotalsBucket:
        """The state of one total after a change of it."""
        self._version += 1
        dimension = "staff" if key in KEYS["staff"] else "store"
        entry = self._entries.setdefault((partition, day, dimension, key), [0] * (m.WIDTH + 1))
        entry[0] = self._version
        for name, value in changes.items():
            entry[m.STORED.index(name) + 1] += value
        return TotalsBucket(
            0, partition, self._version, "sales", day.isoformat(), "GBP", dimension, {key: list(entry)}
        )

    def tell(self, boards: LiveBoards, partition: int, day: date, key: str, **changes: int) -> None:
        """Let a partition tell a change, and the boards take it over."""
        bucket = self.bucket(partition, day, key, **changes)
        boards.told(self.merged.take(bucket, told_at=1_000 * self._version))


def anew(spec: BoardSpec, merged: MergedTotals, period: Period, at: datetime) -> dict[str, list[Contender]]:
    """The contenders of each peer group, added up from all days."""
    dimension = "staff" if spec.by == "team" else spec.by
    found: dict[str, Contender] = {}
    for place, name, vector, reached in all_entries(merged):
        if place.dimension != dimension or place.business_date not in period:
            continue
        key = STAFF.team_on(name, place.business_date) if spec.by == "team" else name
        if key is not None:
            old = found.get(key, Contender(key, [0] * m.WIDTH))
            sums = [a + b for a, b in zip(old.vector, vector, strict=True)]
            found[key] = Contender(key, sums, max(old.reached_at, reached))
    groups: dict[str, list[Contender]] = {}
    peers, measure = PeerGroups(CALENDAR, STAFF), MEASURES[spec.measure]
    for contender in found.values():
        group = peers.of(spec.by, spec.peers, contender.key, period.last)
        if group is not None and any(contender.vector):
            seen = contender._replace(vector=in_view(contender.vector, spec.view))
            scope = Scope(spec.by, "GBP", period, at)
            groups.setdefault(group, []).append(AROUND.yardsticks.measured(seen, measure, scope))
    return groups


def check(told: Mapping[bytes, Snapshot], merged: MergedTotals, at: datetime) -> None:
    """What was told last of every board is what it comes to when it is made anew."""
    for spec in SPECS:
        periods = periods_of(spec.period, at.date())
        for period, before in pairwise(periods):
            earlier = anew(spec, merged, before, at)
            for group, members in anew(spec, merged, period, at).items():
                measure, least = MEASURES[spec.measure], spec.minimum_orders
                old = leaderboard(earlier.get(group, ()), measure, minimum_orders=least)
                ranks = {standing.key: standing.rank for standing in old.standings}
                board = leaderboard(members, measure, minimum_orders=least, before=ranks)
                snapshot = told[board_id(spec, period, "GBP", group).record_key]
                assert snapshot.top == rows_of(board.top(spec.top), measure.unit)
                assert snapshot.bottom_for_managers == rows_of(board.bottom(spec.bottom), measure.unit)
                assert (snapshot.ranked, snapshot.left_out) == (len(board.standings), board.left_out)


def remember(told: dict[bytes, Snapshot], snapshots: Iterable[Snapshot]) -> None:
    """Keep the newest of each board, as it comes out of its message."""
    for snapshot in snapshots:
        assert decode_snapshot(encode_snapshot(snapshot)) == snapshot
        told[snapshot.board.record_key] = snapshot


STEPS = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.integers(-9, 0),
        st.sampled_from([*KEYS["staff"], *KEYS["store"]]),
        st.sampled_from(["gross", "orders", "reversals", "reversals_shift"]),
        st.integers(-2, 4),
        st.sampled_from([0, 0, 0, 10, 24 * 60]),
    ),
    max_size=25,
)


@settings(max_examples=60)
@given(STEPS)
def test_what_was_told_last_is_what_one_would_count_anew(
    steps: list[tuple[int, int, str, str, int, int]],
) -> None:
    """Sales, returns, late sales and days that turn: only changed boards are told, and none is missed."""
    at = NOON
    merged = MergedTotals()
    boards, teller, told = LiveBoards(SPECS, merged, AROUND), Teller(merged), dict[bytes, Snapshot]()
    remember(told, boards.tick(at))
    for partition, back, key, measure, value, minutes in steps:
        day = at.date() + timedelta(days=back)
        teller.tell(boards, partition, day, key, **{measure: value})
        at += timedelta(minutes=minutes)
        remember(told, boards.tick(at))
        merged.forget_before(first_needed(SPECS, at.date()))
    check(told, merged, at)


def test_nothing_is_told_twice_and_a_return_is_told_at_once() -> None:
    """Without a change no board is told; by origin a refund changes the board of its sale's day alone."""
    merged = MergedTotals()
    boards, teller = LiveBoards([BoardSpec(by="staff", view="origin")], merged, AROUND), Teller(merged)
    boards.tick(NOON)
    teller.tell(boards, 0, TUESDAY, "ann", gross=500, orders=1)
    teller.tell(boards, 1, TUESDAY - timedelta(days=1), "ann", gross=800, orders=1)
    today, _ = boards.tick(NOON)
    assert boards.tick(NOON) == []
    teller.tell(boards, 0, TUESDAY, "ann", reversals=-100, reversals_shift=100)
    assert [snapshot.content for snapshot in boards.tick(NOON)] == [today.content]
    teller.tell(boards, 0, TUESDAY - timedelta(days=1), "ann", reversals_shift=-100)
    [yesterday] = [each for each in boards.tick(NOON) if each.board.last < TUESDAY]
    assert yesterday.top[0].value == 700


def test_a_board_turns_closed_when_its_last_day_is_closed_everywhere() -> None:
    """Six hours after midnight yesterday's board is told once more, closed; nothing else has changed."""
    merged = MergedTotals()
    boards, teller = LiveBoards([BoardSpec(by="staff")], merged, AROUND), Teller(merged)
    boards.tick(NOON)
    teller.tell(boards, 0, TUESDAY, "ann", gross=500, orders=1)
    [open_board] = boards.tick(NOON)
    assert open_board.day_state == "provisional"
    midnight = datetime(2026, 11, 25, tzinfo=UTC)
    [moved] = boards.tick(midnight)
    assert (moved.board.last, moved.day_state) == (TUESDAY, "provisional")
    assert boards.tick(midnight + GRACE - timedelta(seconds=1)) == []
    [closed] = boards.tick(midnight + GRACE)
    assert (closed.day_state, closed.content[1:]) == ("closed", moved.content[1:])


def test_open_hours_move_the_board_by_themselves() -> None:
    """Without a sale the net of an open hour falls with each quarter hour that is open, not after closing."""
    merged = MergedTotals()
    boards = LiveBoards([BoardSpec(by="store", measure="net_per_hour")], merged, AROUND)
    boards.tick(NOON)
    Teller(merged).tell(boards, 0, TUESDAY, "leeds", gross=13_000, orders=1)
    values = [
        snapshot.top[0].value
        for minutes in (0, 5, 15, 6 * 60, 7 * 60)
        for snapshot in boards.tick(NOON + timedelta(minutes=minutes))
    ]
    assert values == [4000, 3714, 1625, 1625]


def test_a_target_that_is_published_moves_the_board_at_the_next_tick() -> None:
    """Attainment goes by the target that holds now: set while the board is kept, and changed later."""
    plans, merged = Plans(), MergedTotals()
    around = AROUND._replace(yardsticks=Yardsticks(CALENDAR, STAFF, lambda: plans.targets))
    boards = LiveBoards([BoardSpec(by="store", measure="attainment")], merged, around)
    boards.tick(NOON)
    Teller(merged).tell(boards, 0, TUESDAY, "york", gross=500, orders=1)
    [without] = boards.tick(NOON)
    assert (without.ranked, without.left_out) == (0, 1)
    told = []
    for hour, amount in ((1, 1_000), (2, 2_000)):
        set_at = NOON - timedelta(hours=10 - hour)
        plans.add_target(
            Target(
                scope="store", key="york", currency="GBP", period=TargetPeriod.DAY, amount=amount,
                first=TUESDAY, set_at=set_at, reason="budget",
            )
        )  # fmt: skip
        told += [snapshot.top[0].value for snapshot in boards.tick(NOON)]
    assert told == [500_000, 250_000]
    assert boards.tick(NOON) == []


@pytest.mark.parametrize("by", ["day", "campaign"])
def test_what_is_ranked_only_when_asked_for_is_not_kept_live(by: str) -> None:
    """The file says so: no totals are kept of campaigns, and a day is no contender of its own."""
    with pytest.raises(ValidationError, match="not live"):
        BoardSpec.model_validate({"by": by})
