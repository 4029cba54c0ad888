"""Boards that the watcher keeps, from the totals' messages to ClickHouse, beside the command's own answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson

from daybook.board_files import USUAL_BOARDS
from daybook.ledger.board_measures import MEASURES
from daybook.ledger.board_rankings import Surroundings
from daybook.ledger.merged import MergedTotals, all_entries
from daybook.ledger.messages import decode_totals
from daybook.ledger.targets import Targets
from daybook.ledger.teams import Staff
from daybook.ledger.weights import MergedWeights
from daybook.ledger.yardsticks import Yardsticks
from daybook.operations.base import Document, Place
from daybook.operations.leaderboard import LeaderboardArgs
from daybook.operations.registry import run
from daybook.schemas import topics
from daybook.schemas.leaderboards import BoardSpec
from daybook.schemas.staff import StaffEntry, TeamFrom
from daybook.schemas.targets import Target, TargetPeriod
from daybook.sinks.leaderboard_rows import LEADERBOARDS
from daybook.sinks.merged import stored_totals
from daybook.sinks.states import PendingStates
from daybook.sinks.store import Store
from daybook.streams.leaderboards import LeaderboardsAgent
from daybook.streams.writer import Outgoing
from tests.sinks.world import EPOCH, World, busy_day, insert, refund, sale

DAY = date(2026, 3, 14)
AT = datetime(2026, 3, 14, 18, tzinfo=UTC)
STAFF = [
    StaffEntry(
        staff_id="ann",
        home_store="high-street",
        peer_group="full time",
        teams=[TeamFrom(team="Blue"), TeamFrom(valid_from=DAY, team="Red")],
    ),
    StaffEntry(staff_id="bob", home_store="high-street", teams=[TeamFrom(team="Blue")]),
]
TARGETS = [
    Target(
        scope="staff", key=key, currency="GBP", period=period, amount=amount,
        first=date(2026, 1, 1), set_at=datetime(2026, 1, 1, tzinfo=UTC), reason="budget",
    )
    for key, period, amount in (("ann", TargetPeriod.WEEK, 70_000), ("bob", TargetPeriod.DAY, 1_000))
]  # fmt: skip
OF_FILE = Targets(TARGETS)
SPECS = [
    *USUAL_BOARDS,
    BoardSpec(by="staff", peers="peer_group"),
    BoardSpec(by="store", period="28-days", peers="region"),
    BoardSpec(by="product", period="retail-month", measure="units"),
    BoardSpec(by="revenue_stream", period="retail-week", measure="gross"),
    BoardSpec(by="category", period="7-days", view="origin", minimum_orders=2),
]


def two_weeks() -> World:
    """The busy day, with sales and returns of the days and weeks before it, over two partitions."""
    world = busy_day()
    for number in range(12):
        when = datetime(2026, 3, 13, 10, tzinfo=UTC) - timedelta(days=2 * number)
        seller = [{"staff_id": "ann" if number % 3 else "bob"}]
        world.publish(sale(100 + number, time=when.isoformat(), staff=seller), number % 2)
    back = {"time": "2026-03-14T10:00:00+00:00", "origin_time": "2026-03-07T10:00:00+00:00"}
    world.publish(refund(130, **back, staff=[{"staff_id": "bob"}]), 1)
    world.count()
    return world


class Desk:
    """The agent over what a world's ledgers have told, and the snapshots that it told in turn."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.merged = MergedTotals()
        self.agent = LeaderboardsAgent(SPECS, self._around)
        self.entries: dict[bytes, bytes] = {}
        self.told: list[Outgoing] = []

    def _around(self, merged: MergedTotals) -> Surroundings:
        staff = Staff(STAFF)
        yardsticks = Yardsticks(self.world.calendar, staff, lambda: OF_FILE, MergedWeights(merged, staff))
        return Surroundings(self.world.calendar, staff, MEASURES, yardsticks, timedelta(hours=6))

    def tick(self, at: datetime = AT) -> list[Outgoing]:
        """Take over what is new in the world, and let the agent tell."""
        said = [
            value for (topic, _), log in self.world.said.items() if topic == topics.TOTALS for _, value in log
        ]
        for value in said:
            self.agent.told(self.merged.take(decode_totals(value), told_at=1))
        outcome = self.agent.on_tick(at, self.merged, [])
        for key, entry in outcome.entries.items():
            if entry is None:
                del self.entries[key]
            else:
                self.entries[key] = entry
        self.told += outcome.records
        return list(outcome.records)

    def write(self, store: Store) -> None:
        """Write all that was told as the sink does."""
        pending = PendingStates(LEADERBOARDS, 0, EPOCH)
        for offset, record in enumerate(self.told):
            pending.add(_Consumed(offset, record))
        batch = pending.batch(0, 10_000)
        assert batch is not None
        insert(store, batch)


class _Consumed:
    """A consumer record, as far as the sink looks at it."""

    def __init__(self, offset: int, record: Outgoing) -> None:
        self.offset, self.partition, self.timestamp = offset, 0, 1
        self.key, self.value = record.key, record.value


def by_command(store: Store, world: World, spec: BoardSpec) -> dict[tuple[str, str], Document]:
    """What ``daybook leaderboard`` says to the same question, by currency and peer group."""
    asked = spec.model_dump() | {"day": DAY, "at": AT, "staff": STAFF, "targets": TARGETS}
    document = run(Place(store, world.calendar), "leaderboard", LeaderboardArgs(**asked))
    return {(board["currency"], board["peer_group"] or ""): board for board in document["boards"]}


def by_snapshot(store: Store, spec: BoardSpec) -> dict[tuple[str, str], Document]:
    """The newest snapshots of the same boards in ClickHouse, shaped like the command's document."""
    asked: Mapping[str, Any] = spec.model_dump(include={"by", "period", "measure", "view"})
    rows = store.rows(
        "SELECT currency, peer_group, audience, rank, key, value, moved, ranked, left_out, day_state "
        "FROM newest_leaderboards WHERE ranked_by = {by:String} AND period = {period:String} "
        "AND measure = {measure:String} AND view = {view:String} AND peers = {peers:String} "
        "AND minimum_orders = {least:UInt32} AND {day:Date} BETWEEN period_first AND period_last "
        "ORDER BY currency, peer_group, audience, place",
        {**asked, "peers": spec.peers or "", "least": spec.minimum_orders, "day": DAY},
    )
    found: dict[tuple[str, str], Document] = {}
    for currency, group, audience, rank, key, value, moved, ranked, left_out, state in rows:
        board = found.setdefault(
            (currency, group), {"top": [], "bottom_for_managers": [], "ranked": ranked, "left_out": left_out}
        )
        board["state"] = state
        if key:
            kind = "top" if audience == "everyone" else "bottom_for_managers"
            board[kind].append({"rank": rank, "key": key, "value": value, "moved": moved})
    return found


def test_a_snapshot_is_what_the_command_computes_from_clickhouse(embedded: Store) -> None:
    """Every usual board and every kind of period, view and peers: same places, ranks, movement and state."""
    world = two_weeks()
    world.write(embedded)
    desk = Desk(world)
    desk.tick()
    desk.write(embedded)
    compared = 0
    for spec in SPECS:
        want, got = by_command(embedded, world, spec), by_snapshot(embedded, spec)
        assert want.keys() == got.keys(), spec
        for name, board in want.items():
            for part in ("top", "bottom_for_managers", "ranked", "left_out", "state"):
                assert _alike(got[name][part]) == _alike(board[part]), (spec, name, part)
            compared += 1
    assert compared > len(SPECS)


def _alike(part: Any) -> Any:
    """Places by rank and key: the order of equal ones goes by when each side heard of them."""
    return sorted(part, key=lambda each: (each["rank"], each["key"])) if isinstance(part, list) else part


def test_after_more_sales_and_a_restart_only_what_changed_is_told(embedded: Store) -> None:
    """A void changes its boards at once; an agent put back from its table tells nothing that it has told."""
    world = two_weeks()
    desk = Desk(world)
    first = desk.tick()
    assert desk.tick() == []
    successor = Desk(world)
    successor.agent.restore(desk.entries)
    assert successor.tick() == []
    world.publish(sale(500, staff=[{"staff_id": "bob"}]))
    world.count()
    changed = {record.key for record in desk.tick()}
    assert changed
    assert changed < {record.key for record in first}
    desk.write(embedded)
    world.write(embedded)
    spec = BoardSpec(by="staff")
    assert (
        by_snapshot(embedded, spec)["GBP", ""]["top"] == by_command(embedded, world, spec)["GBP", ""]["top"]
    )


def test_boards_of_periods_that_are_over_are_forgotten(embedded: Store) -> None:
    """Two months later the table holds no board of then, while ClickHouse keeps what was told."""
    desk = Desk(two_weeks())
    desk.tick()
    assert desk.entries
    desk.tick(AT + timedelta(days=65))
    assert all(b'"2026-05' in key or b'"2026-04' in key for key in desk.entries)
    desk.write(embedded)
    assert int(embedded.value("SELECT count() FROM leaderboards WHERE place > 0")) > 0


def test_low_places_are_rows_of_their_own(embedded: Store) -> None:
    """The view tells the best places from the last ones by audience: one for everyone has none of these."""
    world = two_weeks()
    desk = Desk(world)
    desk.tick()
    desk.write(embedded)
    asked = "SELECT audience, max(place) FROM newest_leaderboards WHERE ranked_by = 'staff' GROUP BY audience"
    places: dict[str, int] = {row[0]: row[1] for row in embedded.rows(asked)}
    assert set(places) == {"everyone", "managers"}
    assert all(places.values())


def test_a_snapshot_that_is_not_ours_is_refused() -> None:
    """Its row function says so, and the sink passes it over."""
    pending = PendingStates(LEADERBOARDS, 0, EPOCH)
    pending.add(_Consumed(0, Outgoing(topics.LEADERBOARDS, b"key", orjson.dumps({"board": 1}))))
    batch = pending.batch(0, 10)
    assert batch is not None
    assert not batch.blocks[0].columns["key"]


def test_the_merged_view_comes_back_from_clickhouse(embedded: Store) -> None:
    """What is read from the tables is what the totals agents told: for a watcher whose topic has lost it."""
    world = two_weeks()
    world.write(embedded)
    desk, stored = Desk(world), MergedTotals()
    desk.tick()
    for bucket in stored_totals(embedded):
        stored.take(bucket)
    vectors = [{(e.place, e.key): e.difference for e in all_entries(each)} for each in (desk.merged, stored)]
    assert vectors[0] == vectors[1]
    assert vectors[0]
    late = MergedTotals()
    for bucket in stored_totals(embedded, DAY):
        late.take(bucket)
    assert {place.business_date >= DAY for place in late.places()} == {True}
