"""The recognition agent by signals: deals as a partition counts them, restated, and where it stands."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
import pytest

from daybook.ledger import measures as m
from daybook.ledger.arrivals import Record
from daybook.ledger.board_measures import MEASURES
from daybook.ledger.board_rankings import Surroundings
from daybook.ledger.calendar import Calendar
from daybook.ledger.merged import MergedTotals
from daybook.ledger.messages import PartitionPosition, TotalsBucket, decode_totals
from daybook.ledger.positions import version
from daybook.ledger.signals.encoding import decode_bucket
from daybook.ledger.signals.merged import MergedSignals
from daybook.ledger.signals.state import SignalLedger
from daybook.ledger.targets import Targets
from daybook.ledger.teams import Staff
from daybook.ledger.yardsticks import Yardsticks
from daybook.schemas.awards import AwardStatus, PeriodDecided, decode_award_record
from daybook.schemas.rewards import RewardsFile
from daybook.schemas.staff import StaffEntry
from daybook.schemas.stores import DayRule, StoreEntry
from daybook.streams.rewards_agent import RewardsAgent

NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)
WON_ON = date(2026, 3, 10)
CALENDAR = Calendar([StoreEntry(store_id="leeds", days=[DayRule(zone="UTC")])])
COMMON = {
    "who": "staff",
    "period": "day",
    "currency": "GBP",
    "prize": {"kind": "praise", "label": "well done"},
    "return_window_days": 2,
    "first": "2026-03-10",
    "last": "2026-03-10",
}
FILE = {
    "programmes": [
        {"programme_id": "two-deals", "title": "Two deals in a day", "measure": "deals_won"}
        | {"give": {"how": "everyone", "at_least": "2"}},
        {"programme_id": "good-day", "title": "A day above 100 pounds"}
        | {"give": {"how": "everyone", "at_least": "100"}},
    ]
}


def around(_view: MergedTotals) -> Surroundings:
    """One store, and Ann."""
    staff = Staff([StaffEntry(staff_id="ann", name="Ann", home_store="leeds")])
    return Surroundings(CALENDAR, staff, MEASURES, Yardsticks(CALENDAR, staff, Targets), timedelta(hours=6))


class Watcher:
    """The agent on a table that survives it, over what a partition of signals tells."""

    def __init__(self) -> None:
        programmes = [COMMON | programme for programme in FILE["programmes"]]
        self.file = RewardsFile.model_validate_json(orjson.dumps({"programmes": programmes}))
        self.sold, self.signals = MergedTotals(), MergedSignals()
        self.ledger = SignalLedger(0, 1, CALENDAR)
        self.table: dict[bytes, bytes] = {}
        self.now = NOON
        self.restart()

    def restart(self) -> None:
        """A new process."""
        self.agent = RewardsAgent(lambda: self.file, around, timedelta(0), self.signals)
        self.agent.restore(self.table)

    def deal(self, name: str, number: int, status: str, *, whole: bool = True) -> None:
        """A state of one of Ann's deals, of the tenth; told with its position, or without."""
        body = {
            "schema_version": "1.0", "type": "deal.changed", "source": "crm", "event_id": f"{name}-{number}",
            "time": f"2026-03-10T10:{number:02}:00Z", "subject_id": name, "store_id": "leeds",
            "staff_id": "ann", "version": number, "status": status, "stage": status, "currency": "GBP",
            "value": 5_000, "created_at": "2026-03-01T10:00:00Z",
        }  # fmt: skip
        record = Record(self.ledger.next_offset, int(self.now.timestamp() * 1000), orjson.dumps(body))
        self.ledger.fold([record])
        for key, value in self.ledger.take_checkpoint().totals:
            if not key.startswith(b"position|"):
                self.signals.take(decode_bucket(value))
            elif whole:
                position = decode_totals(value)
                assert isinstance(position, PartitionPosition)
                self.signals.take(position)

    def sell(self, net: int) -> None:
        """Ann has sold for so much on the tenth."""
        vector = [0] * m.WIDTH
        vector[m.GROSS], vector[m.ORDERS] = net, 1
        place = version(1, 1)
        entries = {"ann": [place, *vector]}
        self.sold.take(TotalsBucket(1, 0, place, "sales", WON_ON.isoformat(), "GBP", "staff", entries))
        self.sold.take(PartitionPosition(1, 0, 1, 0, 0, 0, 0, 0, 0))

    def tick(self, hours: int = 0) -> list[Any]:
        """Time goes on; the records that are told."""
        self.now += timedelta(hours=hours)
        outcome = self.agent.on_tick(self.now, self.sold, [])
        self.table |= {key: value for key, value in outcome.entries.items() if value is not None}
        return [decode_award_record(record.value or b"") for record in outcome.records]


@pytest.fixture
def watcher() -> Watcher:
    """Ann won two deals on the tenth, and it is noon of the twelfth."""
    made = Watcher()
    made.deal("d-1", 1, "won")
    made.deal("d-2", 1, "won")
    return made


def test_it_is_confirmed_with_the_positions_of_the_signals(watcher: Watcher) -> None:
    """Pending while a deal may be restated, then confirmed by the signals below a position; then it stays."""
    [earned] = watcher.tick()
    assert (earned.programme_id, earned.key, earned.signal, earned.value) == (
        "two-deals",
        "ann",
        "deals_won",
        "2",
    )
    assert (earned.status, earned.reason) == (AwardStatus.PENDING, "changes may still come")
    confirmed, *periods = watcher.tick(hours=24)
    assert confirmed.status is AwardStatus.CONFIRMED
    decided = {period.programme_id: period for period in periods if isinstance(period, PeriodDecided)}
    by_signals = decided["two-deals"]
    assert (by_signals.of, by_signals.settled) == ("signals", {"0": version(1, 2)})
    assert (decided["good-day"].of, decided["good-day"].settled) == ("sales", {})
    watcher.deal("d-2", 2, "lost")
    assert watcher.tick(hours=24) == []


def test_a_deal_that_is_restated_is_taken_back_and_given_again(watcher: Watcher) -> None:
    """Opened again it is no deal won; won after all it is, and a version that comes late changes nothing."""
    watcher.tick()
    watcher.deal("d-2", 3, "open")
    [lost] = watcher.tick()
    assert lost.status is AwardStatus.WITHDRAWN
    watcher.deal("d-2", 2, "lost")
    assert watcher.tick() == []
    watcher.deal("d-2", 4, "won")
    [again] = watcher.tick()
    assert (again.award_id, again.status) == (lost.award_id, AwardStatus.PENDING)


def test_what_goes_by_sales_does_not_wait_for_signals(watcher: Watcher) -> None:
    """Between two positions of signals nothing is decided by them, and by sales all the same."""
    watcher.deal("d-2", 2, "open", whole=False)
    watcher.sell(10_000)
    assert [record.programme_id for record in watcher.tick()] == ["good-day"]
    watcher.deal("d-2", 3, "won")
    assert [record.programme_id for record in watcher.tick()] == ["two-deals"]


def test_what_waited_is_looked_at_as_soon_as_signals_stand(watcher: Watcher) -> None:
    """Though the next look at everything is an hour away; after it the hour counts again."""
    watcher.agent = RewardsAgent(lambda: watcher.file, around, timedelta(hours=1), watcher.signals)
    watcher.deal("d-2", 2, "open", whole=False)
    assert watcher.tick() == []
    watcher.deal("d-2", 3, "won")
    assert [record.programme_id for record in watcher.tick()] == ["two-deals"]
    watcher.deal("d-2", 4, "lost")
    assert watcher.tick() == []
    assert [record.status for record in watcher.tick(hours=1)] == [AwardStatus.WITHDRAWN]


def test_while_the_past_is_put_in_it_waits(watcher: Watcher) -> None:
    """What was earned before is not taken back because its signals are not there yet."""
    watcher.tick()
    watcher.signals = MergedSignals()
    watcher.signals.filling = True
    watcher.restart()
    assert watcher.tick(hours=1) == []


def test_a_new_process_tells_nothing_twice(watcher: Watcher) -> None:
    """Killed before it was written the same is decided again; after it nothing is."""
    before = watcher.agent.on_tick(watcher.now, watcher.sold, [])
    watcher.restart()
    again = watcher.tick()
    assert [record.value for record in before.records] == [
        record.model_dump_json(exclude_none=True).encode() for record in again
    ]
    watcher.restart()
    assert watcher.tick(hours=1) == []
