"""From the totals agent's messages to an alert with all that it carries."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from daybook.ledger import measures as m
from daybook.ledger.alerts.asker import Asker, Sources
from daybook.ledger.alerts.facts import ReceiverFacts
from daybook.ledger.alerts.watching import Evaluation, decide
from daybook.ledger.calendar import Calendar, day_start
from daybook.ledger.merged import MergedTotals
from daybook.ledger.messages import PartitionPosition, TotalsBucket
from daybook.ledger.plans import Plans
from daybook.ledger.targets import Targets
from daybook.schemas.alerts import Alert, AlertState, Dimension
from daybook.schemas.opening import OpeningHours, OpeningSpan
from daybook.schemas.rules import LinkTemplates, Rule
from daybook.schemas.stores import DayRule, StoreEntry
from daybook.schemas.targets import Target, TargetPeriod
from tests.ledger.alerts.world import file_of, rule

ZONE = DayRule(zone="Europe/London")
STORES = [StoreEntry(store_id=name, region="North", days=[ZONE]) for name in ("quayside", "station")]
TODAY = date(2026, 3, 10)
ELEVEN = datetime(2026, 3, 10, 11, 1, tzinfo=UTC)
QUARTERS = range(36, 72)


def entry(number: int, net: int, orders: int) -> list[int]:
    """The entry of a total in a message."""
    vector = [0] * m.WIDTH
    vector[m.GROSS], vector[m.ORDERS], vector[m.UNITS] = net, orders, orders
    return [number, *vector]


class Trade:
    """Totals of two stores as they are told: eight weeks of the same, and today until a quarter hour."""

    def __init__(self, past: int = 56) -> None:
        self.view = MergedTotals()
        self._number = 0
        for back in range(past, 0, -1):
            self.day(TODAY - timedelta(days=back), QUARTERS)

    def day(self, day: date, quarters: Any, *, stores: tuple[str, ...] = ("quayside", "station")) -> None:
        """Ten orders of 20.00 in each quarter hour; the day's other totals follow from it."""
        self._number += 1
        start = day_start(day, [ZONE])
        by_quarter = {
            f"{store}|{start + quarter * 900}": entry(self._number, 20_000, 10)
            for store in stores
            for quarter in quarters
        }
        self._tell(day, "store_quarter", by_quarter)
        self._tell(
            day, "store", {s: entry(self._number, 20_000 * len(quarters), 10 * len(quarters)) for s in stores}
        )
        self._tell(day, "channel", {"pos": entry(self._number, 40_000 * len(quarters), 20 * len(quarters))})

    def _tell(self, day: date, dimension: str, entries: dict[str, list[int]]) -> None:
        self.view.take(TotalsBucket(1, 0, self._number, "sales", day.isoformat(), "GBP", dimension, entries))

    def position(self, received: int, dead: int, at: datetime) -> None:
        """How far the partition is counted."""
        self._number += 1
        self.view.take(
            PartitionPosition(
                1, 0, received, received, received - dead, 0, 0, dead, int(at.timestamp() * 1000)
            )
        )


def course(
    trade: Trade, *rules: Rule, start: datetime = ELEVEN, stores: Any = STORES, **sources: Any
) -> list[Alert]:
    """The alerts after two evaluations, with everything that they carry."""
    file = file_of(*rules, links=LinkTemplates(board="http://127.0.0.1:8400/?region={region}&store={store}"))
    asker = Asker(Calendar(stores), Sources(**sources))
    kept: dict[str, Alert] = {}
    for number in range(2):
        now = start + number * timedelta(minutes=15)
        questions = asker.questions(file, now, trade.view, list(kept.values()))
        for decision in decide(questions, kept, Evaluation(file, now, number, (), asker.details)):
            assert decision.alert is not None
            kept[decision.alert.dedup_key] = decision.alert
    return sorted(kept.values(), key=lambda alert: (alert.rule, alert.scope.key or ""))


def test_a_silent_store_carries_all_that_one_has_to_know() -> None:
    """Figures of its day, the split to the minor unit, freshness and links, out of the totals alone."""
    trade = Trade()
    trade.day(TODAY, range(36, 44), stores=("station",))
    trade.day(TODAY, range(36, 40), stores=("quayside",))
    trade.position(500, 0, ELEVEN)
    [alert] = course(trade, rule("silent"))
    assert (alert.scope.key, alert.state, alert.finding) == ("quayside", AlertState.FIRING, "silent")
    assert alert.title == "Store quayside is silent"
    assert alert.day is not None
    expected = alert.day.expected
    assert expected == 180_000 + 1_333
    assert alert.split is not None
    assert alert.split.shortfall == alert.day.actual - expected == 80_000 - expected
    assert {row.name for row in alert.split.parts if row.amount} == {"orders"}
    assert alert.freshness is not None
    assert alert.freshness.sold_at == datetime(2026, 3, 10, 10, tzinfo=UTC)
    assert alert.links.board == "http://127.0.0.1:8400/?region=North&store=quayside"
    assert (alert.day.at_risk or 0) > 0


def test_missing_data_comes_before_silence_and_shortfall() -> None:
    """Where all stores are silent together only their missing data alerts; the rest waits behind it."""
    trade = Trade()
    trade.day(TODAY, range(36, 40))
    alerts = course(trade, rule("silent"), rule("recent"), rule("data_missing"))
    firing = [alert for alert in alerts if alert.state is AlertState.FIRING]
    assert [(alert.rule, alert.scope.dimension) for alert in firing] == [("data_missing", Dimension.ALL)]
    assert {alert.inhibited_by for alert in alerts if alert not in firing} == {firing[0].dedup_key}


@pytest.mark.parametrize(
    "more, keys",
    [
        ({"measure": "net", "below": 130_000}, ["quayside"]),
        ({"measure": "net / orders", "below": 2_001, "keys": ["station"]}, ["station"]),
        ({"measure": "orders", "below": 30, "minutes": 60}, ["quayside"]),
        ({"measure": "net", "below": 10**9, "dimension": "channel"}, ["pos"]),
        ({"measure": "net", "above": 10**9, "dimension": "region"}, []),
        ({"measure": "net", "below": 10**9, "dimension": "all", "minutes": 60, "currency": "EUR"}, []),
    ],
)
def test_fixed_thresholds_on_any_measure_and_scope(more: dict[str, Any], keys: list[str]) -> None:
    """A level on a stored or custom measure of the day or of the last minutes, by store, region, channel."""
    trade = Trade()
    trade.day(TODAY, range(36, 44), stores=("station",))
    trade.day(TODAY, range(36, 42), stores=("quayside",))
    trade.day(TODAY, range(36, 44), stores=("station",))
    alerts = course(trade, rule("threshold", **more))
    assert [alert.scope.key for alert in alerts if alert.state is AlertState.FIRING] == keys


def test_a_fixed_threshold_needs_no_past() -> None:
    """On the first day of all it fires where hours say "open"; a rule about the usual does not."""
    trade = Trade(past=0)
    trade.day(TODAY, range(36, 44))
    spans = {"tuesday": [OpeningSpan(opens="09:00", closes="18:00")]}
    hours = OpeningHours.model_validate(spans)
    stores = [STORES[0].model_copy(update={"opening": [hours]}), STORES[1]]
    low = rule("threshold", measure="net", below=200_000, after_percent_of_day=0)
    firing = [a for a in course(trade, low, rule("recent"), stores=stores) if a.state is AlertState.FIRING]
    assert [(alert.rule, alert.scope.key) for alert in firing] == [("threshold", "quayside")]


def test_receivers_that_fail_are_alerts() -> None:
    """A receiver that takes nothing for longer than its rule allows is told as any other trouble."""
    failing = {"chat": ReceiverFacts(ELEVEN - timedelta(minutes=20), 9), "pager": ReceiverFacts(None, 0)}
    [alert] = course(Trade(), rule("receiver"), receivers=lambda: failing)
    assert (alert.scope.key, alert.title) == ("chat", "Receiver chat takes no notification")


def test_a_target_that_will_be_missed_says_what_is_at_risk() -> None:
    """Chance, target and money at risk are those of the pace; days that were all alike leave no doubt."""
    trade = Trade()
    trade.day(TODAY, range(36, 45))
    target = Target(
        scope="region", key="North", currency="GBP", period=TargetPeriod.DAY, amount=2_000_000,
        first=TODAY, set_at=ELEVEN - timedelta(days=1), reason="spring",
    )  # fmt: skip
    of_file = Targets([target])
    [alert] = course(trade, rule("target", dimension="region"), targets=lambda: of_file)
    assert alert.day is not None
    assert (alert.state, alert.finding) == (AlertState.FIRING, "will_miss_target")
    assert (alert.day.target, alert.day.chance) == (2_000_000, 0)
    assert alert.day.at_risk == 2_000_000 - (alert.day.projected_close or 0) > 400_000


def test_a_region_without_a_target_has_that_of_its_stores() -> None:
    """What boards and the projections show is what alerts go by: the stores' targets added up."""
    trade = Trade()
    trade.day(TODAY, range(36, 45))
    plans = Plans(
        Target(
            scope="store", key=store, currency="GBP", period=TargetPeriod.DAY, amount=amount,
            first=TODAY, set_at=ELEVEN - timedelta(days=1), reason="spring",
        )
        for store, amount in (("quayside", 1_500_000), ("station", 500_000))
    )  # fmt: skip
    [alert] = course(trade, rule("target", dimension="region"), targets=lambda: plans.targets)
    assert alert.day is not None
    assert (alert.scope.key, alert.day.target) == ("North", 2_000_000)


def test_a_backfill_of_the_past_alerts_nobody() -> None:
    """Totals of past days that come late, however odd, are no alert; a day before today never is."""
    trade = Trade()
    trade.day(TODAY, range(36, 45))
    trade.day(TODAY - timedelta(days=3), range(36, 37))
    alerts = course(trade, rule("silent"), rule("recent"), rule("data_missing"), rule("spike"))
    assert [alert for alert in alerts if alert.state is not AlertState.RESOLVED] == []
