"""Alert rules by campaigns, and by new and returning customers: from events to an alert."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson
import pytest
from click.testing import CliRunner

from daybook.cli.main import main
from daybook.ledger.alerts.checking import problems
from daybook.ledger.bought.book import BoughtBook
from daybook.ledger.calendar import Calendar, day_start
from daybook.schemas.alerts import Alert, AlertState
from daybook.schemas.rules import RulesFile
from daybook.schemas.signal_rule import SignalRule
from tests.ledger.alerts.test_asker import ELEVEN, STORES, TODAY, ZONE, Trade, course
from tests.support.sales import sale

WEEKS: Final = range(8, 0, -1)
_CUSTOMERS: Final = 500


class Shop:
    """Two stores over eight like days: of the 16 sales of an hour half name a campaign, all a customer."""

    def __init__(self) -> None:
        self.book = BoughtBook(Calendar(STORES))
        self.trade = Trade()
        self.trade.day(TODAY, range(36, 44))
        self._number = 0
        for week in WEEKS:
            self.hour(TODAY - timedelta(weeks=week), campaign=8, returning=12)
        self.book.complete = True

    def hour(self, day: date, *, campaign: int, returning: int, sales: int = 16, **changes: Any) -> None:
        """Sales from ten to eleven: so many by a campaign, and so many of customers who had bought before."""
        began = day_start(day, [ZONE]) + 40 * 900
        for number in range(sales):
            self._number += 1
            who = number if number < returning else _CUSTOMERS + self._number
            at = datetime.fromtimestamp(began + number * 200, ELEVEN.tzinfo)
            own = {"campaign": "Spring letter"} if number < campaign else {}
            own |= {"store_id": STORES[number % 2].store_id, "customer": f"{who:032x}"}
            body = sale(self._number) | {"time": at.isoformat()} | own | changes
            self.book.read(orjson.dumps(body), at)

    def alerts(self, *rules: SignalRule, **sources: Any) -> list[Alert]:
        """What fires by these rules."""
        found = course(self.trade, *rules, **{"bought": self.book, **sources})
        return [alert for alert in found if alert.state is AlertState.FIRING]


def rule_of(**said: Any) -> SignalRule:
    """A rule about what was bought in the last hour."""
    usual = {"id": "bought", "kind": "signal", "minutes": 75, "hold_minutes": 0, "times_usual": "0.5"}
    return SignalRule.model_validate(usual | {"falls": True} | said)


BY_CAMPAIGN: Final = {"dimension": "campaign", "measure": "campaign_orders"}


def test_a_campaign_that_sells_less_than_usual_is_an_alert() -> None:
    """Two orders where eight are usual of these hours: of that campaign, with both figures."""
    shop = Shop()
    shop.hour(TODAY, campaign=2, returning=12)
    [alert] = shop.alerts(rule_of(**BY_CAMPAIGN))
    assert (alert.scope.dimension.value, alert.scope.key) == ("campaign", "Spring letter")
    assert alert.measured is not None
    assert (alert.measured.value, alert.measured.usual, alert.measured.level) == (2, 8, 4)
    assert alert.title == "Campaign Spring letter: campaign orders below level"
    [money] = shop.alerts(rule_of(dimension="campaign", measure="campaign_net"))
    assert money.measured is not None
    assert (money.scope.currency, money.measured.value, money.measured.usual) == ("GBP", 2 * 1199, 8 * 1199)


def test_a_campaign_that_has_ended_is_told_of_and_one_as_usual_is_not() -> None:
    """None where eight are usual is found, though nothing is there to count; eight, or another, is not."""
    shop = Shop()
    shop.hour(TODAY, campaign=0, returning=12)
    [alert] = shop.alerts(rule_of(**BY_CAMPAIGN))
    assert alert.measured is not None
    assert (alert.measured.value, alert.measured.usual) == (0, 8)
    assert shop.alerts(rule_of(**BY_CAMPAIGN, without=["Spring letter"])) == []
    assert shop.alerts(rule_of(**BY_CAMPAIGN, at_least=9)) == []
    shop.hour(TODAY, campaign=8, returning=12)
    assert shop.alerts(rule_of(**BY_CAMPAIGN)) == []


def test_a_campaign_can_be_asked_of_each_store() -> None:
    """By its label a store is held against its own hours: three of four are missing at one of two."""
    shop = Shop()
    shop.hour(TODAY, campaign=0, returning=12)
    shop.hour(TODAY, campaign=3, returning=12, sales=3, store_id="station")
    asked = rule_of(dimension="store", measure="campaign_orders", label="Spring letter", at_least=4)
    [alert] = shop.alerts(asked)
    assert (alert.scope.store, alert.measured and alert.measured.usual) == ("quayside", 4)


def test_fewer_returning_customers_than_usual_are_an_alert() -> None:
    """Of sixteen orders three where twelve are of customers who had bought before: their share has fallen."""
    shop = Shop()
    shop.hour(TODAY, campaign=8, returning=3)
    [alert] = shop.alerts(rule_of(dimension="all", measure="returning_share"))
    assert alert.measured is not None
    assert (alert.measured.value, alert.measured.usual) == (187_500, 750_000)
    [more] = shop.alerts(
        rule_of(dimension="all", measure="new_customer_orders", times_usual="2", falls=False)
    )
    assert more.measured is not None
    assert (more.measured.value, more.measured.usual) == (13, 4)
    quiet = Shop()
    quiet.hour(TODAY, campaign=8, returning=12)
    assert quiet.alerts(rule_of(dimension="all", measure="returning_share")) == []


def test_nothing_is_said_while_events_are_still_read() -> None:
    """Until all is noted that was counted, and where nobody notes, no rule of these is asked."""
    shop = Shop()
    shop.hour(TODAY, campaign=0, returning=0)
    for asked in (rule_of(**BY_CAMPAIGN), rule_of(dimension="all", measure="returning_share")):
        assert len(shop.alerts(asked)) == 1
        assert shop.alerts(asked, bought=None) == []
    shop.trade.position(500, 0, ELEVEN)
    shop.book.read_to(0, 499, ELEVEN)
    assert shop.alerts(asked) == []
    shop.book.read_to(0, 500, ELEVEN)
    assert len(shop.alerts(asked)) == 1
    shop.book.complete = False
    assert shop.alerts(asked) == []


def test_what_is_so_of_all_explains_what_is_so_of_a_campaign() -> None:
    """Where all sell less than usual a campaign that sells less is one of them, and not told of beside."""
    shop = Shop()
    shop.hour(TODAY, campaign=0, returning=0, sales=5)
    orders = "new_customer_orders + returning_customer_orders"
    [alert] = shop.alerts(rule_of(**BY_CAMPAIGN), rule_of(id="all", dimension="all", measure=orders))
    assert alert.rule == "all"


@pytest.mark.parametrize(
    "said, problem",
    [
        ({"dimension": "campaign", "measure": "payment_failures"}, "no campaign's"),
        ({"dimension": "campaign", "measure": "returning_share"}, "no campaign's"),
        ({"dimension": "all", "measure": "campaign_orders / sessions"}, "sessions"),
        ({"dimension": "all", "measure": "campaign_net + campaign_orders"}, "money"),
    ],
)
def test_a_rule_that_asks_for_what_there_is_not_is_refused(said: dict[str, str], problem: str) -> None:
    """Signals know no campaigns, customers are of none, and both are not put together."""
    [found] = problems(RulesFile(rules=[rule_of(**said)]), {})
    assert problem in found


def test_campaigns_are_named_by_keys() -> None:
    """A label beside the dimension campaign would say it twice."""
    with pytest.raises(ValueError, match="keys"):
        rule_of(**BY_CAMPAIGN, label="Spring letter")


def test_the_command_checks_what_rules_name(tmp_path: Path) -> None:
    """A measure that there is not is told with its place, and a good one is well."""
    path = tmp_path / "rules.json"
    found = {}
    for measure in ("campaign_orders", "campaign_order"):
        rule = rule_of(**BY_CAMPAIGN | {"measure": measure})
        path.write_text(RulesFile.model_construct(rules=[rule]).model_dump_json(include={"rules"}))
        found[measure] = CliRunner().invoke(main, ["alerts", "rules", "check", str(path)])
    assert found["campaign_orders"].exit_code == 0
    assert "is well: 1 rules" in found["campaign_orders"].output
    assert found["campaign_order"].exit_code == 1
    assert "rules.0 (bought).measure" in found["campaign_order"].output
