"""The recognition agent: what people say, what is written and told, and what a new process goes on with."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from daybook.ledger import measures as m
from daybook.ledger.board_measures import MEASURES
from daybook.ledger.board_rankings import Surroundings
from daybook.ledger.calendar import Calendar
from daybook.ledger.merged import MergedTotals
from daybook.ledger.messages import PartitionPosition, TotalsBucket
from daybook.ledger.periods import Period
from daybook.ledger.positions import version
from daybook.ledger.rewards import deciding
from daybook.ledger.rewards.deciding import Book, Decision
from daybook.ledger.targets import Targets
from daybook.ledger.teams import Staff
from daybook.ledger.yardsticks import Yardsticks
from daybook.schemas import topics
from daybook.schemas.awards import (
    Award,
    AwardStatus,
    GiveRecognition,
    News,
    PeriodDecided,
    WithdrawRecognition,
    decode_award_record,
)
from daybook.schemas.coaching import Coaching, EndCoaching, NoteCoaching
from daybook.schemas.rewards import Programme, RewardsFile
from daybook.schemas.staff import StaffEntry
from daybook.schemas.stores import DayRule, StoreEntry
from daybook.schemas.ticks import Command
from daybook.streams.rewards_agent import RewardsAgent
from daybook.streams.ticks import Outcome

NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)
SOLD_ON = date(2026, 3, 10)
CALENDAR = Calendar([StoreEntry(store_id="leeds", name="Leeds Market", days=[DayRule(zone="UTC")])])
FILE: dict[str, Any] = {
    "programmes": [
        {
            "programme_id": "good-day",
            "title": "A day above 100 pounds",
            "who": "staff",
            "period": "day",
            "currency": "GBP",
            "give": {"how": "everyone", "at_least": "100"},
            "prize": {"kind": "praise", "label": "well done"},
            "return_window_days": 2,
            "first": "2026-03-10",
            "last": "2026-03-10",
            "tell": ["team"],
        }
    ],
    "by_hand": {"person_first_hours": 1, "tell": ["team"]},
}


def around(_view: MergedTotals) -> Surroundings:
    """One store, and Ann, who has a receiver of her own."""
    staff = Staff([StaffEntry(staff_id="ann", name="Ann", home_store="leeds", receiver="phone")])
    yardsticks = Yardsticks(CALENDAR, staff, Targets)
    return Surroundings(CALENDAR, staff, MEASURES, yardsticks, timedelta(hours=6))


class Watcher:
    """The agent on a table that survives it, over totals that are told by hand."""

    def __init__(self) -> None:
        self.file = RewardsFile.model_validate_json(orjson.dumps(FILE))
        self.view = MergedTotals()
        self.table: dict[bytes, bytes] = {}
        self.now = NOON
        self._told = 0
        self.restart()

    def restart(self) -> None:
        """A new process."""
        self.agent = RewardsAgent(lambda: self.file, around, timedelta(0))
        self.agent.restore(self.table)

    def sell(
        self, net: int, day: date = SOLD_ON, *, whole: bool = True, by: tuple[str, str] = ("staff", "ann")
    ) -> None:
        """Ann has sold for so much on a day, as her partition tells it."""
        self._told += 1
        place = version(1, self._told)
        vector = [0] * m.WIDTH
        vector[m.GROSS], vector[m.ORDERS] = net, 1
        entries = {by[1]: [place, *vector]}
        self.view.take(TotalsBucket(1, 0, place, "sales", day.isoformat(), "GBP", by[0], entries))
        if whole:
            self.view.take(PartitionPosition(1, 0, self._told, 0, 0, 0, 0, 0, 0))

    def tick(self, *commands: Command, hours: int = 0) -> list[Any]:
        """Time goes on; the records that are told."""
        self.now += timedelta(hours=hours)
        outcome: Outcome = self.agent.on_tick(self.now, self.view, commands)
        for key, value in outcome.entries.items():
            if value is None:
                self.table.pop(key, None)
            else:
                self.table[key] = value
        return [
            decode_award_record(record.value or b"")
            if record.topic == topics.AWARDS
            else Coaching.model_validate_json(record.value or b"")
            for record in outcome.records
        ]

    def only(self, *commands: Command, hours: int = 0) -> Any:
        """The one record that is told."""
        [record] = self.tick(*commands, hours=hours)
        return record


@pytest.fixture
def watcher() -> Watcher:
    """Ann sold for 150.00 on the tenth, and it is noon of the twelfth."""
    made = Watcher()
    made.sell(15_000)
    return made


def test_a_store_is_told_by_its_name() -> None:
    """Whoever reads that a store has won reads what people call it, and not its id."""
    watcher = Watcher()
    programme = FILE["programmes"][0] | {"who": "store", "programme_id": "good-day-of-a-store"}
    watcher.file = RewardsFile.model_validate_json(orjson.dumps({"programmes": [programme]}))
    watcher.sell(25_000, by=("store", "leeds"))
    (award,) = watcher.tick()
    assert (award.key, award.name) == ("leeds", "Leeds Market")


def test_an_award_is_pending_then_confirmed_with_its_positions(watcher: Watcher) -> None:
    """It is earned and news; two days later it is confirmed, and its period names by which events."""
    earned = watcher.only()
    assert (earned.status, earned.news, earned.tell_first, earned.tell_then) == (
        AwardStatus.PENDING,
        News.EARNED,
        ["phone"],
        ["team"],
    )
    assert earned.public_at == NOON + timedelta(hours=2)
    assert watcher.tick(hours=1) == []
    confirmed, period = watcher.tick(hours=24)
    assert (confirmed.award_id, confirmed.status, confirmed.news) == (
        earned.award_id,
        AwardStatus.CONFIRMED,
        News.CONFIRMED,
    )
    assert confirmed.version > earned.version
    assert isinstance(period, PeriodDecided)
    assert (period.first, period.settled) == (SOLD_ON, {"0": version(1, 1)})
    watcher.sell(1)
    assert watcher.tick(hours=24) == [], "a prize that is confirmed stays"


def test_what_is_taken_back_before_that_is_withdrawn(watcher: Watcher) -> None:
    """A refund takes it below the goal; the person hears of that, for they had heard of the award."""
    watcher.tick()
    watcher.sell(9_999)
    lost = watcher.only(hours=1)
    assert (lost.status, lost.news) == (AwardStatus.WITHDRAWN, News.WITHDRAWN)
    watcher.sell(10_000)
    assert watcher.only(hours=1).status is AwardStatus.PENDING


def test_it_does_not_decide_between_two_positions(watcher: Watcher) -> None:
    """While half of a checkpoint is there it waits; commands are carried out all the same."""
    watcher.sell(5_000, whole=False)
    assert watcher.tick() == []
    praise = GiveRecognition(recognition_id="r1", staff_id="ann", reason="Thank you", by="ben", at=NOON)
    assert watcher.only(praise).how == "hand"
    watcher.view.take(PartitionPosition(1, 0, 2, 0, 0, 0, 0, 0, 0))
    assert watcher.tick() == [], "50.00 are no good day"


def test_a_new_process_goes_on_where_the_old_one_was_killed(watcher: Watcher) -> None:
    """What was written is not told again; what was not is decided again, to the same award."""
    before = watcher.agent.on_tick(watcher.now, watcher.view, [])
    watcher.restart()
    again = watcher.tick()
    assert [record.value for record in before.records] == [
        record.model_dump_json(exclude_none=True).encode() for record in again
    ]
    watcher.restart()
    assert watcher.tick(hours=1) == []


def test_what_has_not_changed_is_not_decided_again(watcher: Watcher, monkeypatch: pytest.MonkeyPatch) -> None:
    """A quiet tick looks at nobody, a sale has its own day looked at; what is too much waits."""
    looked: list[date] = []
    decide_one = Book.decide_one

    def noted(self: Book, one: Programme, period: Period, *others: Any) -> Decision:
        looked.append(period.first)
        return decide_one(self, one, period, *others)

    monkeypatch.setattr(Book, "decide_one", noted)
    programme = watcher.file.programmes[0].model_copy(update={"last": date(2026, 3, 12)})
    watcher.file = watcher.file.model_copy(update={"programmes": [programme]})
    days = [SOLD_ON + timedelta(days=n) for n in range(3)]
    watcher.tick()
    watcher.tick()
    assert looked == days
    watcher.sell(500, days[1])
    watcher.tick()
    assert looked[3:] == [days[1]]
    monkeypatch.setattr(deciding, "AT_A_TIME", 1)
    watcher.restart()
    for _ in range(3):
        watcher.tick()
    assert looked[4:] == days


def test_a_period_is_forgotten_with_its_sales_and_not_decided_again(watcher: Watcher) -> None:
    """Once the view has dropped its days nothing is taken back, and the table is empty."""
    watcher.tick(hours=24)
    watcher.view.forget_before(SOLD_ON + timedelta(days=5))
    assert watcher.tick(hours=24 * 9) == []
    assert {key for key in watcher.table if b"2026-03-10" in watcher.table[key]} == set()


def test_recognition_is_given_once_and_can_be_withdrawn(watcher: Watcher) -> None:
    """A command that comes twice gives once; the person knows an hour before the team."""
    watcher.tick()
    praise = GiveRecognition(
        recognition_id="r1",
        staff_id="ann",
        kind="badge",
        label="First aid",
        reason="Passed",
        by="ben",
        at=NOON,
    )
    record = watcher.only(praise, praise)
    assert isinstance(record, Award)
    assert (record.name, record.label, record.given_by, record.given_for) == (
        "Ann",
        "First aid",
        "ben",
        "Passed",
    )
    assert record.public_at == watcher.now + timedelta(hours=1)
    assert watcher.tick(praise) == []
    back = WithdrawRecognition(recognition_id="r1", by="ben", at=NOON)
    assert watcher.only(back).status is AwardStatus.WITHDRAWN
    assert watcher.tick(back) == []


@pytest.mark.parametrize("text", ["ask jane.doe@example.com", "card 4111 1111 1111 1111"])
def test_reasons_and_notes_pass_the_guard(text: str) -> None:
    """Neither a reason nor a note takes an address or a card number."""
    with pytest.raises(ValidationError, match="personal data"):
        GiveRecognition(recognition_id="r", staff_id="ann", reason=text, by="ben", at=NOON)
    with pytest.raises(ValidationError, match="personal data"):
        NoteCoaching(note_id="n", who="staff", key="ann", currency="GBP", text=text, by="ben", at=NOON)


def test_notes_are_kept_and_the_list_is_left(watcher: Watcher) -> None:
    """A note puts somebody on the list, once however often it comes; off the list the notes stay."""
    watcher.tick()
    about = {"who": "staff", "key": "ann", "currency": "GBP", "by": "maria", "at": NOON}
    note = NoteCoaching(note_id="n1", text="Shadow Ben", **about)  # type: ignore[arg-type]  # as keywords
    listed = watcher.only(note, note)
    assert (listed.listed, [each.text for each in listed.notes]) == (True, ["Shadow Ben"])
    watcher.restart()
    ended = watcher.only(EndCoaching(**about))  # type: ignore[arg-type]  # as keywords
    assert (ended.listed, [each.text for each in ended.notes]) == (False, ["Shadow Ben"])


def test_who_falls_behind_and_who_is_back(watcher: Watcher) -> None:
    """Eight good weeks and a bad one: behind, with the week's figures; after the next good one no more."""
    monday = date(2026, 3, 2)
    for week in range(1, 9):
        watcher.sell(100_000, monday - timedelta(weeks=week))
    watcher.sell(50_000, monday)
    told = [record for record in watcher.tick() if isinstance(record, Coaching)]
    assert [(state.key, state.behind and state.behind.actual) for state in told] == [("ann", 50_000)]
    watcher.sell(100_000, monday + timedelta(weeks=1))
    told = [record for record in watcher.tick(hours=24 * 5) if isinstance(record, Coaching)]
    assert [state.behind for state in told] == [None]
