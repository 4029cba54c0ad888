"""A month of sales with refunds after awards: the ledger, computed by hand, and again from the raw events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

import orjson
import pytest
from click.testing import CliRunner

from daybook.cli.main import main
from daybook.ledger.board_measures import MEASURES
from daybook.ledger.board_rankings import Surroundings
from daybook.ledger.calendar import Calendar
from daybook.ledger.merged import MergedTotals
from daybook.ledger.messages import decode_totals
from daybook.ledger.periods import Period
from daybook.ledger.positions import version
from daybook.ledger.teams import Staff
from daybook.ledger.yardsticks import Yardsticks
from daybook.schemas import topics
from daybook.schemas.awards import AwardStatus
from daybook.schemas.rewards import RewardsFile
from daybook.schemas.staff import StaffEntry, TeamFrom
from daybook.schemas.stores import DayRule, StoreEntry
from daybook.sinks.award_rows import AWARDS
from daybook.sinks.awards import awards, awards_by_id, period_of, sales_of
from daybook.sinks.migrate import migrate
from daybook.sinks.rebuild import rebuild
from daybook.sinks.rebuild_awards import rebuild_awards
from daybook.sinks.rows import SourceRecord
from daybook.sinks.states import StateRecord
from daybook.sinks.store import Row, Store, transposed
from daybook.streams.rewards_agent import RewardsAgent
from tests.rewards.month import AFTER, DAYS, FIRST, HOME, PEOPLE, STORES, TEAMS, ByHand, programmes, simulated
from tests.sinks.world import EPOCH, World
from tests.support.require import need

GRACE: Final = timedelta(hours=1)
CALENDAR: Final = Calendar([StoreEntry(store_id=name, days=[DayRule(zone="UTC")]) for name in STORES])
FILE: Final = RewardsFile.model_validate_json(orjson.dumps({"programmes": programmes()}))
MONTH: Final = Period(FIRST - timedelta(days=7), FIRST + timedelta(days=DAYS + 7))
Standing = dict[tuple[str, str, str], tuple[Any, ...]]


def around(view: MergedTotals) -> Surroundings:
    """Two stores, six people, two teams."""
    del view
    staff = Staff(
        StaffEntry(
            staff_id=name,
            home_store=HOME[name],
            teams=[TeamFrom(team=TEAMS[name])] if name in TEAMS else [],
        )
        for name in PEOPLE
    )
    return Surroundings(CALENDAR, staff, MEASURES, Yardsticks(CALENDAR, staff), GRACE)


class Run:
    """The month, day by day: events are counted as the worker does, and the agent looks at them."""

    def __init__(self, seed: int) -> None:
        self.world = World(CALENDAR)
        self.by_hand = ByHand()
        self.view = MergedTotals()
        self.agent = RewardsAgent(lambda: FILE, around, timedelta(0))
        self.entries: dict[bytes, bytes] = {}
        self.told: list[bytes] = []
        self.now = datetime.combine(FIRST, time(), UTC)
        self._chance = Random(seed)  # noqa: S311 - a repeatable month
        self._taken: dict[int, int] = {}
        self._go(seed)

    def _go(self, seed: int) -> None:
        waiting = simulated(seed)
        for day in [*range(DAYS + 6), *range(DAYS + 6, DAYS + AFTER, 4)]:
            for hour in (2, 20) if day < DAYS else (2,):
                self.now = datetime.combine(FIRST + timedelta(days=day), time(hour), UTC)
                while waiting and waiting[0].at <= self.now:
                    event = waiting.pop(0)
                    self.by_hand.take(event)
                    self._publish(event.at, event.body)
                self._count()
                self.tick()
                self.by_hand.look(self.now.date())
        assert waiting == []

    def _publish(self, at: datetime, body: dict[str, Any]) -> None:
        partition = sum(body["order_id"].encode()) % 2
        log = self.world.records[partition]
        value = orjson.dumps(body)
        moment = int(at.timestamp() * 1000)
        log.append(SourceRecord(partition, len(log), moment, value, at.isoformat()))

    def _count(self) -> None:
        self.world.count()
        for (topic, partition), said in self.world.said.items():
            if topic == topics.TOTALS:
                for _, value in said[self._taken.get(partition, 0) :]:
                    self.view.take(decode_totals(value))
                self._taken[partition] = len(said)

    def tick(self) -> None:
        """Decide; now and then the process dies before or after it is written, and another goes on."""
        outcome = self.agent.on_tick(self.now, self.view, [])
        if self._chance.random() < 0.2:
            self._restart()
            outcome = self.agent.on_tick(self.now, self.view, [])
        for key, value in outcome.entries.items():
            if value is None:
                self.entries.pop(key, None)
            else:
                self.entries[key] = value
        self.told += [
            record.value for record in outcome.records if record.topic == topics.AWARDS and record.value
        ]
        if self._chance.random() < 0.2:
            self._restart()
            assert not self.agent.on_tick(self.now, self.view, []).records

    def _restart(self) -> None:
        self.agent = RewardsAgent(lambda: FILE, around, timedelta(0))
        self.agent.restore(self.entries)

    def write(self, store: Store) -> None:
        """Everything to ClickHouse, as the sink does."""
        self.world.write(store)
        for table in (AWARDS, *AWARDS.also):
            rows: list[Row] = []
            for offset, value in enumerate(self.told):
                rows += table.rows(StateRecord(0, offset, version(EPOCH, offset), 0, b"", value))
            store.insert(table.table, transposed(table.columns, rows))

    @property
    def expected(self) -> Standing:
        """What stands by hand."""
        return {
            (programme, first.isoformat(), key): figures
            for (programme, first), found in self.by_hand.standing.items()
            for key, figures in found.items()
        }

    def again(self, store: Store) -> int:
        """Work the ledger out again; how many awards had been wrong."""
        return rebuild_awards(store, FILE.programmes, around, MONTH, self.now).replaced


@pytest.fixture(scope="module")
def run() -> Run:
    """The month, lived through."""
    return Run(8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the files of the business."""
    made: Path = tmp_path_factory.mktemp("awards")
    stores = {"stores": [store.model_dump(mode="json") for store in CALENDAR.stores]}
    staff = {"staff": [_of_file(name) for name in PEOPLE]}
    for name, document in (
        ("stores", stores),
        ("staff", staff),
        ("rewards", FILE.model_dump(mode="json", exclude_none=True)),
    ):
        (made / f"{name}.json").write_bytes(orjson.dumps(document))
    return made


def _of_file(name: str) -> dict[str, Any]:
    teams = [{"team": TEAMS[name]}] if name in TEAMS else []
    return {"staff_id": name, "home_store": HOME[name], "teams": teams}


@pytest.fixture(scope="module")
def store(run: Run, folder: Path) -> Iterator[Store]:
    """The month in ClickHouse."""
    need("clickhouse")
    with Store.embedded(folder / "clickhouse") as opened:
        migrate(opened)
        run.write(opened)
        yield opened


def standing(store: Store) -> Standing:
    """What stands in ClickHouse."""
    return {
        (award.programme_id, award.first.isoformat(), award.key): (
            award.place,
            award.quantity,
            award.confirmed,
            award.status.value,
        )
        for award in awards(store, limit=100_000)
    }


def test_the_agent_comes_to_what_is_worked_out_by_hand(run: Run) -> None:
    """Every programme's awards, with place, quantities and status, over many kills of the agent."""
    agent: Mapping[tuple[str, str, str], tuple[Any, ...]] = {
        (award.programme_id, award.first.isoformat(), award.key): (
            award.place,
            award.quantity,
            award.confirmed,
            award.status.value,
        )
        for award in run.agent.records.values()
        if award.status is not AwardStatus.WITHDRAWN
    }
    assert agent == run.expected
    given = {name for name, _, _ in agent}
    assert given == {each["programme_id"] for each in programmes()}, "every programme gave something"
    taken_back = [award for award in run.agent.records.values() if award.status is AwardStatus.WITHDRAWN]
    corrected = [a for a in run.agent.records.values() if a.confirmed not in (None, a.quantity)]
    assert taken_back
    assert corrected


def test_the_ledger_is_the_same_after_a_rebuild_from_raw_events(run: Run, store: Store) -> None:
    """It is right before; and with totals, lines and awards lost it is made again, the very same."""
    assert standing(store) == run.expected
    assert run.again(store) == 0
    for table in ("totals", "lines", "awards"):
        store.command(f"TRUNCATE TABLE {table}")
    rebuild(store, CALENDAR, MONTH.first, MONTH.last + timedelta(days=AFTER))
    assert run.again(store) == len(run.expected)
    assert standing(store) == run.expected
    assert run.again(store) == 0


def test_a_wrong_award_is_put_right(run: Run, store: Store) -> None:
    """One that is changed and one that nobody earned do not survive a rebuild."""
    right = awards(store, programme="best-of-week")[0]
    invented = right.model_copy(update={"award_id": "invented", "key": "nobody"})
    rows = [
        AWARDS.rows(StateRecord(0, 0, 0, 0, b"", award.model_dump_json(exclude_none=True).encode()))[0]
        for award in (right.model_copy(update={"quantity": 1, "version": right.version + 1}), invented)
    ]
    store.insert("awards", transposed(AWARDS.columns, rows))
    assert run.again(store) == 2
    assert standing(store) == run.expected
    assert awards_by_id(store, right.award_id)[0].quantity == right.quantity


def test_every_award_shows_the_sales_that_earned_it(run: Run, store: Store) -> None:
    """A day's sales, with refunds that came weeks later, add up to the points that were given for them."""
    for award in awards(store, programme="points", limit=8):
        period = period_of(store, award)
        assert period is not None
        assert period.closed is not None
        sales = sales_of(store, award, [award.key], 10_000, period)
        assert sum(int(sale["net"]) for sale in sales) // 1000 == award.quantity
        every = sales_of(store, award, [award.key], 10_000)
        assert sum(int(sale["net"]) for sale in every) == run.by_hand.nets[award.key, award.first]


def test_commands_show_what_is_earned_and_by_which_sales(store: Store, folder: Path) -> None:
    """The list, one award with its sales, and what the month would have given under the same file."""
    [best, *_] = awards(store, programme="best-of-week", states=["confirmed"])
    listed = command(folder, "rewards", "list", "--programme", "best-of-week", "--state", "confirmed")
    assert best.award_id in {award["award_id"] for award in listed["awards"]}
    shown = command(folder, "rewards", "show", best.award_id[:10])
    assert shown["award"]["key"] == best.key
    assert shown["net"] == int(best.value), "by the events of before its confirmation"
    goal = awards(store, programme="team-goal")[0]
    of_team = command(folder, "rewards", "show", goal.award_id)
    assert {TEAMS[sale["staff_id"]] for sale in of_team["sales"]} == {goal.key}
    assert of_team["net"] == int(goal.value)
    tried = command(folder, "rewards", "check", "--month", "2026-09")
    assert tried["valid"]
    points = tried["tried"]["programmes"][0]
    assert points["points"] == sum(each["quantity"] for each in points["who"]) > 0
    cost = tried["tried"]["programmes"][1]
    assert 0 < cost["cost"] <= cost["budget"] == 9000 * cost["periods"]


def test_the_rebuild_command_covers_awards(run: Run, store: Store, folder: Path) -> None:
    """`daybook rebuild` finds an award that was lost, and says so."""
    lost = awards(store, programme="points")[0]
    store.command("DELETE FROM awards WHERE award_id = {lost:String}", {"lost": lost.award_id})
    days = ("--from", MONTH.first.isoformat(), "--to", MONTH.last.isoformat())
    document = command(folder, "rebuild", *days)
    assert document["replaced_awards"] == 1
    assert standing(store) == run.expected


def command(folder: Path, *arguments: str) -> dict[str, Any]:
    """What a command says as JSON."""
    done = CliRunner().invoke(main, [*arguments, "--data-dir", str(folder), "--json"])
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = orjson.loads(done.stdout)
    return found
