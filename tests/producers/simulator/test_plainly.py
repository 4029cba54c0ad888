"""The simulated shops' past in outline."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import orjson
import pytest

from daybook.ledger.calendar import Calendar
from daybook.producers.simulator.buyers import CAMPAIGNS
from daybook.producers.simulator.plainly import plain_days
from daybook.producers.simulator.shops import SHOPS, simulated_stores
from daybook.producers.simulator.stream import simulate

NOW = datetime(2026, 3, 24, 7, 40, tzinfo=UTC)
SHOP = {shop.store_id: shop for shop in SHOPS}
Sold = dict[str, dict[date, list[tuple[datetime, int]]]]


def _sold(back: list[int], until: datetime | None = None) -> Sold:
    """When each store sold for how much, by business date."""
    calendar = Calendar(simulated_stores().stores)
    found: Sold = defaultdict(lambda: defaultdict(list))
    for record in plain_days(1, NOW, back, 1.0, until=until):
        event = orjson.loads(record.value)
        at, store = datetime.fromisoformat(event["time"]), event["store_id"]
        found[store][calendar.moment(store, at).business_date].append((at, event["charged"]))
    return found


def test_every_day_of_the_past_is_told_whole() -> None:
    """Each store has the dates asked for, by its own zone and cutoff, and on each all hours of trade."""
    for store, days in _sold([14, 7, 2, 1]).items():
        shop = SHOP[store]
        today = shop.business_date(NOW)
        assert sorted(days) == [today - timedelta(days=back) for back in (14, 7, 2, 1)]
        open_hours = sum(expected > 0 for expected in shop.hours)
        sales = 2 if shop.online else 1
        assert {len(sold) for sold in days.values()} == {open_hours * 4 * sales}


def test_the_past_ends_where_sales_are_simulated_one_by_one() -> None:
    """What comes from an instant on is left out, and all before it is there."""
    until = NOW - timedelta(days=1, hours=9)
    whole, cut = _sold([2, 1]), _sold([2, 1], until)
    for store, days in whole.items():
        for day, sold in days.items():
            began = [(at, amount) for at, amount in sold if at - timedelta(seconds=450) < until]
            assert cut[store][day] == began


def test_the_past_has_the_weekdays_of_the_shops() -> None:
    """A Saturday brings a half more than a Monday, as it does in sales that are simulated one by one."""
    days = _sold([3, 8])["marlow-street"]
    by_weekday = {day.weekday(): sum(amount for _, amount in sold) for day, sold in days.items()}
    assert 1.3 < by_weekday[5] / by_weekday[0] < 1.9


def test_customers_of_the_past_come_again_and_campaigns_bring_a_fifth() -> None:
    """Of today's web customers some bought weeks ago and most never; each campaign is usual on each day."""
    past = [orjson.loads(record.value) for record in plain_days(1, NOW, [28, 21, 14, 7], 1.0)]
    web = [event for event in past if SHOP[event["store_id"]].online]
    assert all("customer" in event for event in web)
    assert not any("customer" in event or "campaign" in event for event in past if event not in web)
    brought: defaultdict[str, int] = defaultdict(int)
    for event in web:
        brought[event.get("campaign", "")] += event["charged"]
    assert set(brought) == {"", *CAMPAIGNS}
    assert sum(brought[campaign] for campaign in CAMPAIGNS) / sum(brought.values()) == pytest.approx(
        0.2, abs=0.01
    )
    records = simulate(1, NOW - timedelta(hours=24), NOW, rate=0.1)
    sold = (orjson.loads(record.value) for record in records if not record.note.startswith("damaged"))
    today = {event["customer"] for event in sold if "customer" in event}
    known = today & {event["customer"] for event in web}
    assert 0.1 < len(known) / len(today) < 0.5
