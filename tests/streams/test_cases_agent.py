"""The cases agent: what it knows survives it, what it tells goes with it, and it waits until it sees all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest

from daybook.ledger.signals.merged import MergedSignals
from daybook.schemas import topics
from daybook.schemas.alerts import Alert
from daybook.schemas.cases import Case, CaseState, Cause, CheckCase, CloseCase, Item, TakeCase
from daybook.schemas.ticks import Command, decode_tick, encode_tick
from daybook.streams.cases_agent import CasesAgent, Sight
from tests.ledger.cases.test_desk import FAILING, short
from tests.ledger.cases.world import CALENDAR, NOON, sales, seen_by, signals


class Alerts:
    """The alerts' topic."""

    def __init__(self) -> None:
        self.kept: list[Alert] = []

    def all(self) -> Iterable[Alert]:
        """As they stand."""
        return self.kept


class Room:
    """An agent with its table and what it told; it may be killed after any tick."""

    def __init__(self) -> None:
        self.alerts, self.complete, self.now = Alerts(), True, NOON
        self.seen = signals(FAILING)
        self.table: dict[bytes, bytes] = {}
        self.topic: list[Case] = []
        self.begin()

    def begin(self, seconds: int = 900) -> None:
        """As after a kill: all that it knows is in the table."""
        sight = Sight(CALENDAR, self.alerts, self.seen, complete=lambda: self.complete)
        self.agent = CasesAgent(sight, seconds)
        self.agent.restore(self.table)

    def tick(self, *commands: Command, minutes: float = 1, written: bool = True) -> None:
        """Time goes on. Where the transaction is not written, nothing of it is known to anybody."""
        self.now += timedelta(minutes=minutes)
        through_the_log = [decode_tick(encode_tick(command)) for command in commands]
        outcome = self.agent.on_tick(self.now, sales(60_000), through_the_log)  # type: ignore[arg-type]
        if not written:
            return
        for key, value in outcome.entries.items():
            if value is None:
                del self.table[key]
            else:
                self.table[key] = value
        for record in outcome.records:
            assert (record.topic, record.partition) == (topics.CASES, 0)
            self.topic.append(Case.model_validate_json(record.value or b""))

    def case(self) -> Case:
        """The one case, as others see it."""
        assert len({case.case_id for case in self.topic}) == 1
        return self.topic[-1]

    def on(self, at: datetime | None = None) -> dict[str, Any]:
        """What every command says."""
        return {"case_id": self.case().case_id, "by": "kim", "at": at or self.now}


def test_a_shortfall_becomes_a_case_with_evidence_at_the_next_tick() -> None:
    """It is told once, with what moved, and not again while nothing is new."""
    room = Room()
    room.tick()
    assert room.topic == []
    room.alerts.kept = [short()]
    room.tick()
    assert room.case().evidence[0].points_to is Cause.PAYMENT
    told = len(room.topic)
    room.tick()
    assert len(room.topic) == told


@pytest.mark.parametrize(("seconds", "minutes"), [(30, 1), (900, 15)])
def test_evidence_that_comes_after_its_case_is_seen_at_the_next_look(seconds: int, minutes: int) -> None:
    """Not before, and without anything else happening."""
    room = Room()
    room.seen, room.now = MergedSignals(), NOON - timedelta(minutes=1)
    room.begin(seconds)
    room.alerts.kept = [short()]
    room.tick()
    assert room.case().evidence == []
    seen_by(room.seen, FAILING)
    room.tick(minutes=minutes - 0.75)
    assert room.case().evidence == []
    room.tick(minutes=0.75)
    assert room.case().evidence[0].points_to is Cause.PAYMENT


def test_a_kill_at_any_tick_opens_no_second_case_and_loses_none() -> None:
    """Before or after the transaction of the tick at which it opens: one case, and its notes stay."""
    for written in (False, True):
        room = Room()
        room.alerts.kept = [short()]
        room.tick(written=written)
        room.begin()
        room.tick()
        room.tick(TakeCase(owner="lee", **room.on()))
        room.begin()
        room.tick(minutes=30)
        assert room.case().owner == "lee"
        assert [case.version for case in room.topic] == sorted({case.version for case in room.topic})


def test_people_bring_a_case_to_its_end() -> None:
    """Commands come as events on the ticks' topic; what does not fit is passed over."""
    room = Room()
    room.alerts.kept = [short()]
    room.tick()
    room.tick(CloseCase(cause=Cause.PAYMENT, **room.on()))
    assert room.case().state is CaseState.OPEN
    room.tick(
        CheckCase(item=Item.FEEDBACK, finding="cards refused", **room.on()),
        CloseCase(cause=Cause.PAYMENT, **room.on()),
    )
    assert (room.case().state, room.case().cause) == (CaseState.CLOSED, Cause.PAYMENT)


def test_before_all_is_read_only_people_are_heard() -> None:
    """A case from half of the alerts would be a case too many; a command must not be lost for it."""
    room = Room()
    room.alerts.kept = [short()]
    room.tick()
    room.complete = False
    room.begin()
    room.alerts.kept = []
    room.tick(TakeCase(owner="lee", **room.on()), minutes=20)
    assert room.case().owner == "lee"
    assert room.case().evidence


def test_cases_from_elsewhere_are_taken_over_once() -> None:
    """The demo's broker forgets; what ClickHouse holds comes back, and into the table."""
    room = Room()
    room.alerts.kept = [short()]
    room.tick()
    kept, table = room.case(), dict(room.table)
    room.table.clear()
    room.begin()
    room.agent.know([kept])
    room.tick()
    assert room.table.keys() == table.keys()
