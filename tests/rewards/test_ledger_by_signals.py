"""Three weeks of deals, answers and enquiries: the ledger by hand, and again from the raw signals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any, Final

import orjson
import pytest
from click.testing import CliRunner

from daybook.cli.main import main
from daybook.ledger.arrivals import Record
from daybook.ledger.board_measures import MEASURES
from daybook.ledger.board_rankings import Surroundings
from daybook.ledger.calendar import Calendar
from daybook.ledger.merged import MergedTotals
from daybook.ledger.messages import PartitionPosition, decode_totals
from daybook.ledger.periods import Period
from daybook.ledger.positions import version
from daybook.ledger.signals.encoding import decode_bucket
from daybook.ledger.signals.merged import MergedSignals
from daybook.ledger.signals.state import SignalLedger
from daybook.ledger.teams import Staff
from daybook.ledger.yardsticks import Yardsticks
from daybook.schemas import topics
from daybook.schemas.awards import AwardStatus
from daybook.schemas.rewards import RewardsFile
from daybook.schemas.staff import StaffEntry, TeamFrom
from daybook.schemas.stores import DayRule, StoreEntry
from daybook.sinks.award_rows import AWARDS
from daybook.sinks.award_signals import signals_of
from daybook.sinks.awards import awards, period_of
from daybook.sinks.errors import RawEventsGone
from daybook.sinks.migrate import migrate
from daybook.sinks.rebuild_awards import rebuild_awards
from daybook.sinks.signal_rows import SIGNAL_TABLES
from daybook.sinks.states import StateRecord, StateTopic
from daybook.sinks.store import Store, transposed
from daybook.streams.rewards_agent import RewardsAgent
from tests.rewards.pipeline import (
    AFTER,
    DAYS,
    FIRST,
    HOME,
    PEOPLE,
    STORES,
    TEAMS,
    programmes,
    simulated,
)
from tests.rewards.pipeline_by_hand import ByHand
from tests.rewards.test_ledger_of_awards import Standing, command, standing
from tests.support.require import need

EPOCH: Final = 5
CALENDAR: Final = Calendar([StoreEntry(store_id=name, days=[DayRule(zone="UTC")]) for name in STORES])
FILE: Final = RewardsFile.model_validate_json(orjson.dumps({"programmes": programmes()}))
WEEKS: Final = Period(FIRST, FIRST + timedelta(days=DAYS))
PEOPLE_FILE: Final = [
    StaffEntry(staff_id=name, home_store=HOME[name], teams=[TeamFrom(team=TEAMS[name])]) for name in PEOPLE
]


def around(view: MergedTotals) -> Surroundings:
    """Two stores, four people, two teams."""
    del view
    staff = Staff(PEOPLE_FILE)
    return Surroundings(CALENDAR, staff, MEASURES, Yardsticks(CALENDAR, staff), timedelta(hours=1))


class Run:
    """The weeks, day by day: signals are counted as the worker does, and the agent looks at them."""

    def __init__(self, seed: int) -> None:
        self.by_hand = ByHand()
        self.ledgers = [SignalLedger(number, EPOCH, CALENDAR) for number in range(2)]
        self.signals = MergedSignals()
        self.said: defaultdict[str, list[StateRecord]] = defaultdict(list)
        """What goes to ClickHouse, by topic."""
        self.entries: dict[bytes, bytes] = {}
        self.now = datetime.combine(FIRST, time(), UTC)
        self._chance = Random(seed)  # noqa: S311 - repeatable weeks
        self._restart()
        self._go(seed)

    def _go(self, seed: int) -> None:
        waiting = simulated(seed)
        for day in range(DAYS + AFTER):
            for hour in (2, 20) if day < DAYS else (2,):
                self.now = datetime.combine(FIRST + timedelta(days=day), time(hour), UTC)
                while waiting and waiting[0].at <= self.now:
                    sent = waiting.pop(0)
                    self.by_hand.take(sent)
                    self._publish(sent.at, sent.body)
                for ledger in self.ledgers:
                    self._tell(ledger)
                self.tick()
                self.by_hand.look(self.now.date())
        assert waiting == []

    def _publish(self, at: datetime, body: dict[str, Any]) -> None:
        ledger = self.ledgers[sum(body["subject_id"].encode()) % 2]
        record = Record(ledger.next_offset, int(at.timestamp() * 1000), orjson.dumps(body))
        self._say(topics.SIGNALS, ledger, value=record.value, at=record.recorded_at)
        ledger.fold([record])

    def _tell(self, ledger: SignalLedger) -> None:
        if not ledger.changed:
            return
        checkpoint = ledger.take_checkpoint()
        for key, value in checkpoint.totals:
            if key.startswith(b"position|"):
                position = decode_totals(value)
                assert isinstance(position, PartitionPosition)
                self.signals.take(position)
            else:
                self.signals.take(decode_bucket(value))
            self._say(topics.SIGNAL_TOTALS, ledger, key=key, value=value)
        if checkpoint.outcomes is not None:
            self._say(topics.SIGNAL_OUTCOMES, ledger, value=checkpoint.outcomes)

    def _say(self, topic: str, ledger: SignalLedger, *, value: bytes, key: bytes = b"", at: int = 0) -> None:
        place = version(EPOCH, ledger.next_offset)
        record = StateRecord(ledger.partition, ledger.next_offset, place, at, key, value)
        self.said[topic].append(record)

    def tick(self) -> None:
        """Decide; now and then the process dies before or after it is written, and another goes on."""
        outcome = self.agent.on_tick(self.now, MergedTotals(), [])
        if self._chance.random() < 0.2:
            self._restart()
            outcome = self.agent.on_tick(self.now, MergedTotals(), [])
        for key, value in outcome.entries.items():
            if value is None:
                self.entries.pop(key, None)
            else:
                self.entries[key] = value
        for record in outcome.records:
            if record.topic == topics.AWARDS:
                told = StateRecord(0, 0, 0, 0, b"", record.value or b"")
                self.said[topics.AWARDS].append(told)
        if self._chance.random() < 0.2:
            self._restart()
            assert not self.agent.on_tick(self.now, MergedTotals(), []).records

    def _restart(self) -> None:
        self.agent = RewardsAgent(lambda: FILE, around, timedelta(0), self.signals)
        self.agent.restore(self.entries)

    def write(self, store: Store, states: Iterable[StateTopic] = (*SIGNAL_TABLES, AWARDS)) -> None:
        """Everything to ClickHouse, as the sink does."""
        for topic in states:
            for table in (topic, *topic.also):
                rows = [row for record in self.said[topic.topic] for row in table.rows(record)]
                if rows:
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
        return rebuild_awards(store, FILE.programmes, around, WEEKS, self.now).replaced


@pytest.fixture(scope="module")
def run() -> Run:
    """The weeks, lived through."""
    return Run(8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the files of the business."""
    made: Path = tmp_path_factory.mktemp("awards-by-signals")
    stores = {"stores": [store.model_dump(mode="json") for store in CALENDAR.stores]}
    staff = {"staff": [entry.model_dump(mode="json", exclude_none=True) for entry in PEOPLE_FILE]}
    rewards = FILE.model_dump(mode="json", exclude_none=True)
    for name, document in (("stores", stores), ("staff", staff), ("rewards", rewards)):
        (made / f"{name}.json").write_bytes(orjson.dumps(document))
    return made


@pytest.fixture(scope="module")
def store(run: Run, folder: Path) -> Iterator[Store]:
    """The weeks in ClickHouse."""
    need("clickhouse")
    with Store.embedded(folder / "clickhouse") as opened:
        migrate(opened)
        run.write(opened)
        yield opened


def test_the_agent_comes_to_what_is_worked_out_by_hand(run: Run) -> None:
    """Every programme's awards, with place, quantities and status, over many kills of the agent."""
    agent = {
        (award.programme_id, award.first.isoformat(), award.key): (
            award.place,
            award.quantity,
            award.confirmed,
            award.status.value,
        )
        for award in run.agent.records.values()
        if award.status is not AwardStatus.WITHDRAWN
    }
    assert [ledger.position.dead for ledger in run.ledgers] == [0, 0]
    assert agent == run.expected
    assert {name for name, _, _ in agent} == {each["programme_id"] for each in programmes()}
    records = run.agent.records.values()
    assert [award for award in records if award.status is AwardStatus.WITHDRAWN], "some were taken back"
    assert [award for award in records if award.confirmed not in (None, award.quantity)], "some corrected"


def test_the_ledger_is_the_same_after_a_rebuild_from_raw_signals(run: Run, store: Store) -> None:
    """It is right before; and with signal totals and awards lost it is made again, the very same."""
    assert standing(store) == run.expected
    assert run.again(store) == 0
    for table in ("signal_totals", "awards"):
        store.command(f"TRUNCATE TABLE {table}")
    assert run.again(store) == len(run.expected)
    assert standing(store) == run.expected
    run.write(store, SIGNAL_TABLES)


def test_every_award_shows_the_signals_that_earned_it(store: Store) -> None:
    """Deals add up to the points that were given for them, enquiries to the minutes of their answers."""
    for award in awards(store, programme="deal-points", limit=8):
        period = period_of(store, award)
        assert period is not None
        assert period.of == "signals"
        found = signals_of(store, CALENDAR, award, [award.key], period)
        assert sum(each.measures.get("deals_won", 0) for each in found.earnings) == award.quantity
        assert {(each.type, each.staff_id) for each in found.earnings} == {("deal.changed", award.key)}
    for award in awards(store, programme="quick-answers", limit=8):
        found = signals_of(store, CALENDAR, award, [award.key], period_of(store, award))
        waited = sum(each.measures.get("answer_seconds", 0) for each in found.earnings)
        answered = sum(each.measures.get("enquiries_answered", 0) for each in found.earnings)
        assert Fraction(waited, 60 * answered) == Fraction(award.value)


def test_commands_show_by_which_signals(store: Store, folder: Path) -> None:
    """One award with its deals, a team's with its members' answers, and what the month would have given."""
    [best, *_] = awards(store, programme="best-win-rate", states=["confirmed"])
    shown = command(folder, "rewards", "show", best.award_id[:10])
    assert (shown["award"]["signal"], shown["figure"]) == ("win_rate", best.value)
    assert shown["sums"]["deals_won"] + shown["sums"].get("deals_lost", 0) >= 4
    goal = awards(store, programme="happy-customers")[0]
    of_team = command(folder, "rewards", "show", goal.award_id)
    assert {TEAMS[each["staff_id"]] for each in of_team["signals"]} == {goal.key}
    assert of_team["figure"] == goal.value
    tried = command(folder, "rewards", "check", "--month", "2026-09")
    given = {each["programme_id"]: each for each in tried["tried"]["programmes"]}
    assert given["deal-points"]["points"] > 0
    assert given["best-win-rate"]["awards"] > 0


def test_people_read_the_deals_and_what_they_come_to(store: Store, folder: Path) -> None:
    """A line for each of them, and the figure with of how many it is."""
    [best, *_] = awards(store, programme="best-win-rate", states=["confirmed"])
    told = CliRunner().invoke(main, ["rewards", "show", best.award_id, "--data-dir", str(folder)])
    assert told.exit_code == 0, told.output
    assert "confirmed: window for changes over." in told.output
    *lines, last = told.output.splitlines()
    assert [line for line in lines if "deal.changed" in line and "deals_won 1" in line]
    assert last.startswith(f"win_rate: {float(Fraction(best.value)):,.3f} of ")


def test_the_rebuild_command_covers_what_goes_by_signals(run: Run, store: Store, folder: Path) -> None:
    """`daybook rebuild` finds an award that was lost, and says so."""
    lost = awards(store, programme="deal-points")[0]
    store.command("DELETE FROM awards WHERE award_id = {lost:String}", {"lost": lost.award_id})
    days = ("--from", WEEKS.first.isoformat(), "--to", WEEKS.last.isoformat())
    assert command(folder, "rebuild", *days)["replaced_awards"] == 1
    assert standing(store) == run.expected


def test_without_all_raw_signals_nothing_is_worked_out(run: Run, store: Store) -> None:
    """Where some are no longer kept other awards would come of it: it is said, and nothing is done."""
    store.command("DELETE FROM signal_events WHERE offset < 5")
    with pytest.raises(RawEventsGone, match="Raw signals are no longer kept"):
        run.again(store)
    assert standing(store) == run.expected
    run.write(store, SIGNAL_TABLES)
