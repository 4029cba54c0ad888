"""Boards over signals that the watcher keeps, from the signals' messages to ClickHouse."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import orjson

from daybook.ledger.board_measures import MEASURES
from daybook.ledger.board_rankings import Surroundings
from daybook.ledger.merged import MergedTotals
from daybook.ledger.signals.boards import SIGNAL_BOARDS
from daybook.ledger.signals.encoding import SignalBucket, decode_bucket
from daybook.ledger.signals.merged import MergedSignals
from daybook.ledger.signals.state import SignalLedger
from daybook.ledger.teams import Staff
from daybook.ledger.yardsticks import Yardsticks
from daybook.operations.base import Document, Place
from daybook.operations.leaderboard import LeaderboardArgs
from daybook.operations.registry import run
from daybook.schemas.leaderboards import BoardSpec
from daybook.schemas.staff import StaffEntry, TeamFrom
from daybook.sinks.leaderboard_rows import LEADERBOARDS
from daybook.sinks.merged import stored_signals
from daybook.sinks.states import StateRecord
from daybook.sinks.store import Store, transposed
from daybook.streams.leaderboards import LeaderboardsAgent
from daybook.streams.writer import Outgoing
from tests.dashboards.signalled import write
from tests.ledger.signals.makers import CALENDAR, EPOCH, records, told

DAY: Final = date(2026, 3, 20)
AT: Final = datetime(2026, 3, 20, 18, tzinfo=UTC)
_TEAMS: Final = {"kim": "Red", "lee": "Blue", "ola": "Red"}
STAFF: Final = [
    StaffEntry(staff_id=who, home_store="web", teams=[TeamFrom(team=team)]) for who, team in _TEAMS.items()
]
SPECS: Final = [
    *(BoardSpec(by="staff", period="7-days", measure=name) for name in SIGNAL_BOARDS),
    *(
        BoardSpec(by="store", period="week", measure=name)
        for name in ("csat", "deals_won", "payment_failures")
    ),
    BoardSpec(by="staff", measure="deals_won"),
    BoardSpec(by="staff", measure="net"),
    BoardSpec(by="staff", period="month", measure="won_value", peers="store"),
    BoardSpec(by="team", period="28-days", measure="win_rate", minimum_orders=3),
    BoardSpec(by="region", period="week", measure="csat"),
]


def signals(count: int = 90) -> list[dict[str, Any]]:
    """Deals, answers, enquiries and failures of three people at two stores over a month."""
    found = []
    for n in range(count):
        at = {"time": (AT - timedelta(hours=8 * n)).isoformat(), "store_id": ("web", "quay")[n % 2]}
        own = at | {"staff_id": [*_TEAMS][n * n % 3], "subject_id": f"s-{n}"}
        deal = {"version": 1, "stage": "end", "created_at": (AT - timedelta(days=60)).isoformat()}
        deal |= {
            "status": "lost" if n % 5 == 3 else "won",
            "value": 100 + n,
            "currency": ("EUR", "USD")[n % 3 % 2],
        }
        kind, more = (
            ("deal.changed", deal),
            ("satisfaction.answered", {"kind": "csat", "score": 1 + n % 5, "topic": "delivery"}),
            ("payment.failed", {"gateway": "acme", "reason": "timeout"}),
        )[n // 2 % 3]
        found.append(orjson.loads(told(kind, n, **own, **more)))
    return found


class Desk:
    """The agent, and what it told."""

    def __init__(self, entries: dict[bytes, bytes] | None = None) -> None:
        self.merged = MergedSignals()
        self.agent = LeaderboardsAgent(SPECS, self._around)
        self.agent.see(self.merged)
        self.agent.restore(entries or {})
        self.entries = dict(entries or {})

    def _around(self, _merged: MergedTotals) -> Surroundings:
        staff = Staff(STAFF)
        return Surroundings(CALENDAR, staff, MEASURES, Yardsticks(CALENDAR, staff), timedelta(hours=6))

    def take(self, buckets: Iterable[SignalBucket]) -> None:
        """Take over what partitions tell."""
        for bucket in buckets:
            self.merged.take(bucket)

    def tick(self) -> list[Outgoing]:
        """What the agent tells."""
        outcome = self.agent.on_tick(AT, MergedTotals(), [])
        for key, entry in outcome.entries.items():
            if entry is None:
                del self.entries[key]
            else:
                self.entries[key] = entry
        return list(outcome.records)


def by_command(store: Store, spec: BoardSpec) -> dict[tuple[str, str], Document]:
    """What ``daybook leaderboard`` says to the same question, by currency and peer group."""
    args = LeaderboardArgs(**spec.model_dump(), day=DAY, at=AT, staff=STAFF)
    document = run(Place(store, CALENDAR), "leaderboard", args)
    return {(board["currency"], board["peer_group"] or ""): board for board in document["boards"]}


def by_snapshot(snapshots: list[Outgoing], spec: BoardSpec) -> dict[tuple[str, str], Document]:
    """The told boards of a spec for the running period."""
    boards = [orjson.loads(record.value or b"{}") for record in snapshots]
    asked = {**spec.model_dump(include={"by", "period", "measure"}), "peers": spec.peers or ""}
    return {
        (each["board"]["currency"], each["board"]["peer_group"]): each
        for each in boards
        if asked.items() <= each["board"].items() and each["board"]["last"] >= DAY.isoformat()
    }


def test_a_snapshot_is_what_the_command_computes_from_clickhouse(embedded: Store) -> None:
    """Every measure of signals by people and stores, by team, among peers: same places, ranks, movement."""
    write(embedded, signals(), AT, CALENDAR)
    desk = Desk()
    desk.take(stored_signals(embedded, dimensions=[*desk.agent.signal_dimensions]))
    snapshots, compared = desk.tick(), 0
    for spec in SPECS:
        want, got = by_command(embedded, spec), by_snapshot(snapshots, spec)
        assert want.keys() == got.keys(), spec
        for name, board in want.items():
            for part in ("ranked", "left_out"):
                assert got[name][part] == board[part], (spec, name, part)
            for part in ("top", "bottom_for_managers"):
                assert _places(got[name][part]) == _places(board[part]), (spec, name, part)
            compared += bool(board["top"])
    assert compared > 20
    states = [StateRecord(0, 0, n, 0, b"", each.value) for n, each in enumerate(snapshots, 1) if each.value]
    rows = [row for state in states for row in LEADERBOARDS.rows(state)]
    embedded.insert(LEADERBOARDS.table, transposed(LEADERBOARDS.columns, rows))
    asked = (
        "SELECT key FROM newest_leaderboards WHERE measure = 'deals_won' AND period = '7-days' AND place = 1"
    )
    assert {row[0] for row in embedded.rows(asked)} & _TEAMS.keys()


def _places(told: list[Document]) -> list[dict[str, Any]]:
    return [{name: place[name] for name in ("rank", "key", "value", "moved")} for place in told]


def test_a_restart_tells_nothing_again_and_waits_until_all_signals_are_read() -> None:
    """Of half of the signals no board is told, and none forgotten; one more deal tells its boards alone."""
    log = records([orjson.dumps(signal) for signal in reversed(signals())], minutes=60 * 24 * 19)
    ledger = SignalLedger(0, EPOCH, CALENDAR)
    ledger.fold(log[:-1])
    told = [decode_bucket(value) for _, value in ledger.take_checkpoint().totals if b"entries" in value]
    first = Desk()
    first.take(told)
    assert first.tick()
    after = Desk(first.entries)
    after.merged.filling = True
    after.take(told[: len(told) // 2])
    assert (after.tick(), after.entries) == ([], first.entries)
    after.take(told)
    after.merged.filling = False
    assert (after.tick(), after.entries) == ([], first.entries)
    ledger.fold(log[-1:])
    after.take([decode_bucket(value) for _, value in ledger.take_checkpoint().totals if b"entries" in value])
    assert after.agent.news
    changed = {orjson.loads(record.value or b"{}")["board"]["measure"] for record in after.tick()}
    assert {"deals_won", "won_value", "win_rate"} <= changed
    assert not changed & {"csat", "payment_failures", "net"}
    assert not after.agent.news
