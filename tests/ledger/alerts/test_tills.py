"""Tills: what events say of them, what is remembered, and which of them are silent or take back too much."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybook.ledger.alerts.asker import Asker, Sources
from daybook.ledger.alerts.tills import Till, TillBook, TillDay
from daybook.ledger.alerts.watching import Evaluation, decide
from daybook.ledger.calendar import Calendar
from daybook.ledger.till_events import Kind, TillEvent, till_event
from daybook.schemas.alerts import Alert, AlertState
from tests.ledger.alerts.test_asker import ELEVEN, STORES, TODAY, Trade, course
from tests.ledger.alerts.world import file_of, rule
from tests.support.tree import ROOT

EXAMPLES = ROOT / "schemas" / "examples" / "valid"
QUARTER = timedelta(minutes=15)


def at(day: date, quarter: int) -> datetime:
    """The middle of a quarter hour in London's winter."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + quarter * QUARTER + QUARTER / 2


class Shop:
    """The tills of the store Quayside: two that sell all day, and one that is put to use on Saturdays."""

    def __init__(self, daily: Kind | None = None) -> None:
        self.book = TillBook(Calendar(STORES))
        self.book.complete = True
        for back in range(56, 0, -1):
            day = TODAY - timedelta(days=back)
            self.sell(day, "1", range(36, 72))
            self.sell(day, "2", range(38, 72, 2))
            if day.weekday() == 5:
                self.sell(day, "3", range(40, 60))
            if daily is not None:
                self.give_back(daily, "1", 42, back, day)

    def sell(self, day: date, till: str, quarters: Iterable[int]) -> None:
        """One sale in each of some quarter hours."""
        for quarter in quarters:
            self.book.note(TillEvent("quayside", till, at(day, quarter), Kind.SALE))

    def give_back(self, kind: Kind, till: str, quarter: int, number: int, day: date = TODAY) -> None:
        """A refund or void."""
        self.book.note(TillEvent("quayside", till, at(day, quarter), kind, number.to_bytes(8, "big")))

    def alerts(self, *kinds: Mapping[str, Any], start: datetime = ELEVEN) -> list[Alert]:
        """What fires by rules of tills alone, after two evaluations."""
        trade = Trade()
        trade.day(TODAY, range(36, 60))
        rules = [rule(each["kind"], **{k: v for k, v in each.items() if k != "kind"}) for each in kinds]
        found = course(trade, *rules, start=start, tills=self.book)
        return [alert for alert in found if alert.state is AlertState.FIRING]


SILENT = {"kind": "silent", "dimension": "till"}


def test_a_silent_till_is_told_by_its_own_usual_gaps() -> None:
    """An hour without a sale is odd for a till that sells every quarter hour, and so is one for the other."""
    shop = Shop()
    shop.sell(TODAY, "1", range(36, 39))
    shop.sell(TODAY, "2", range(38, 44, 2))
    [alert] = shop.alerts(SILENT)
    assert (alert.scope.key, alert.scope.store, alert.scope.region) == ("quayside/1", "quayside", "North")
    assert alert.measured is not None
    assert (alert.measured.value, alert.measured.usual) == (6 * 900, 0)
    assert alert.title == "Till quayside/1 is silent"


def test_a_till_that_has_not_begun_is_silent_only_if_it_is_always_used() -> None:
    """The one that always begins at half past nine is missed; the one of Saturdays is not."""
    shop = Shop()
    shop.sell(TODAY, "1", range(36, 46))
    assert [alert.scope.key for alert in shop.alerts(SILENT)] == ["quayside/2"]
    early = ELEVEN.replace(hour=9, minute=31)
    assert shop.alerts(SILENT, start=early) == []


def test_a_till_that_was_taken_away_is_missed_for_a_day_and_no_longer() -> None:
    """Who did not sell on the store's last day is not asked about before it sells again."""
    shop = Shop()
    yesterday = TODAY - timedelta(days=1)
    del shop.book.days[Till("quayside", "2")][yesterday]
    shop.sell(TODAY, "1", range(36, 46))
    assert shop.alerts(SILENT) == []


@pytest.mark.parametrize("kind, what", [(Kind.REFUND, "refunds"), (Kind.VOID, "voids")])
@pytest.mark.parametrize(
    "dimension, key", [("till", "quayside/1"), ("store", "quayside"), ("region", "North")]
)
def test_refunds_and_voids_are_counted_one_by_one(kind: Kind, what: str, dimension: str, key: str) -> None:
    """Seven in an hour where one a day is usual; the same four told again and again are four."""
    shop = Shop(daily=kind)
    for number in range(7):
        shop.give_back(kind, "1", 41 + number % 3, 1000 + number)
    spike = {"kind": "spike", "what": what, "dimension": dimension}
    [alert] = shop.alerts(spike)
    assert (alert.scope.key, alert.finding) == (key, f"many_{what}")
    assert alert.measured is not None
    assert (alert.measured.value, alert.measured.usual) == (7, 1)
    few = Shop()
    for _ in range(3):
        for number in range(4):
            few.give_back(kind, "1", 42, number)
    assert few.alerts(spike) == []


def test_nothing_is_said_of_tills_while_reading_lags_behind_counting() -> None:
    """A till whose sales are counted and not yet read would seem silent."""
    shop, trade = Shop(), Trade()
    shop.sell(TODAY, "1", range(36, 39))
    trade.position(500, 0, ELEVEN)
    trade.day(TODAY, range(36, 60))
    silent = rule("silent", dimension="till", without=["quayside/2"])
    shop.book.read_to(0, 499)
    assert course(trade, silent, tills=shop.book) == []
    shop.book.read_to(0, 500)
    later = course(trade, silent, start=ELEVEN + QUARTER, tills=shop.book)
    assert [alert.scope.key for alert in later] == ["quayside/1"]


def test_quiet_tills_alert_nobody_and_a_dead_one_is_found() -> None:
    """Thirty tills that sell by chance, some of them seldom: the one that is down, and no other."""
    chance = random.Random(7)  # noqa: S311 - nothing secret
    book = TillBook(Calendar(STORES))
    book.complete = True
    rates = {f"{number}": chance.choice([0.4, 1.0, 3.0, 6.0]) for number in range(30)} | {"down": 4.0}
    for back in range(28, -1, -1):
        day = TODAY - timedelta(days=back)
        for till, rate in rates.items():
            for quarter in range(36, 72):
                sells = chance.random() < 1 - 2.718**-rate
                if sells and not (till == "down" and back == 0 and quarter >= 50):
                    book.note(TillEvent("quayside", till, at(day, quarter), Kind.SALE))
    trade, file = Trade(), file_of(rule("silent", dimension="till"))
    trade.day(TODAY, range(36, 72))
    asker, kept = Asker(Calendar(STORES), Sources(tills=book)), dict[str, Alert]()
    fired = set()
    for quarter in range(40, 70):
        now = at(TODAY, quarter)
        questions = asker.questions(file, now, trade.view, list(kept.values()))
        for decision in decide(questions, kept, Evaluation(file, now, quarter)):
            assert decision.alert is not None
            kept[decision.alert.dedup_key] = decision.alert
            if decision.alert.state is AlertState.FIRING:
                fired.add(decision.alert.scope.key)
    assert fired == {"quayside/down"}


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["1", "2", ""]),
        st.integers(0, 2),
        st.integers(0, 95),
        st.sampled_from(list(Kind)),
        st.integers(0, 9),
    ),
    max_size=30,
)


def noted(events: Iterable[tuple[str, int, int, Kind, int]]) -> TillBook:
    """A book in which events are noted."""
    book = TillBook(Calendar(STORES))
    for till, back, quarter, kind, number in events:
        # What an identity stands for is the same wherever it comes again.
        place = at(TODAY - timedelta(days=back), quarter) if kind is Kind.SALE else at(TODAY, number)
        book.note(
            TillEvent("quayside", "1" if kind is not Kind.SALE else till, place, kind, bytes([number] * 8))
        )
    return book


def shown(book: TillBook) -> dict[tuple[Till, date], tuple[Any, ...]]:
    """All that a book knows."""

    def of(day: TillDay) -> tuple[Any, ...]:
        return day.sold, sorted(day.refunds.items()), sorted(day.voids.items()), sorted(day.ids)

    return {(till, day): of(known) for till, days in book.days.items() for day, known in days.items()}


@given(EVENTS, st.randoms(use_true_random=False))
def test_repeats_and_another_order_change_nothing(
    events: list[tuple[str, int, int, Kind, int]], chance: random.Random
) -> None:
    """What comes again, in whatever order, leaves the book as it was; so does restoring it."""
    book = noted(events)
    again = [*events, *events[: len(events) // 2]]
    chance.shuffle(again)
    if len({(kind, number) for *_, kind, number in events if kind is not Kind.SALE}) == len(
        {number for *_, kind, number in events if kind is not Kind.SALE}
    ):
        assert shown(noted(again)) == shown(book)
    book.read_to(2, 77)
    kept = {key: value for key, value in book.changes() if value is not None}
    successor = TillBook(Calendar(STORES))
    successor.restore(kept)
    assert (shown(successor), successor.next_offsets) == (shown(book), {2: 77})
    assert [key for key, _ in book.changes()] == [b"read"]


def test_what_is_long_over_is_forgotten() -> None:
    """After eight weeks a day leaves the book and the table, and after three its identities do."""
    book = TillBook(Calendar(STORES))
    table: dict[bytes, bytes] = {}
    for back in (60, 10, 0):
        day = TODAY - timedelta(days=back)
        book.note(TillEvent("quayside", "1", at(day, 40), Kind.REFUND, bytes([back] * 8)))
        book.forget_old()
        for key, value in book.changes():
            if value is None:
                table.pop(key, None)
            else:
                table[key] = value
    known = book.days[Till("quayside", "1")]
    assert {day: (each.refunds, len(each.ids)) for day, each in known.items()} == {
        TODAY - timedelta(days=10): ({40: 1}, 0),
        TODAY: ({40: 1}, 1),
    }
    assert sorted(key[:4] for key in table) == [b"day|", b"day|", b"ids|", b"read"]


def test_what_an_event_says_of_its_till() -> None:
    """A sale is a sign of life, a refund counts if it is valid; test sales and nonsense say nothing."""
    sale = orjson.loads((EXAMPLES / "sale-web-order.json").read_bytes()) | {"till_id": "7"}
    recorded = datetime(2027, 1, 1, tzinfo=UTC)

    def told(event: Mapping[str, Any], **more: Any) -> TillEvent | None:
        return till_event(orjson.dumps({**event, **more}), recorded)

    seen = told(sale)
    assert seen is not None
    assert (seen.till_id, seen.kind, seen.at) == ("7", Kind.SALE, datetime.fromisoformat(sale["time"]))
    assert told(sale, test=True) is None
    assert told(sale, time="2027-01-02T00:00:01Z") is None
    assert told(sale, time="not a time") is None
    refund = orjson.loads((EXAMPLES / "refund-by-line.json").read_bytes())
    back = told(refund)
    assert back is not None
    assert (back.kind, len(back.identity)) == (Kind.REFUND, 8)
    assert told(refund, refunded=-1) is None
    assert told(refund, event_id="another") != back


@given(
    st.binary(max_size=60) | st.sampled_from([b"[]", b"null", b'{"type": []}', b'{"type": "sale.voided"}'])
)
def test_nothing_that_comes_stops_the_reading(value: bytes) -> None:
    """Whatever stands in the topic is passed over."""
    assert till_event(value, ELEVEN) is None
