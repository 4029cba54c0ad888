from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from daybook.ledger.calendar import business_date
from daybook.ledger.periods import PERIODS
from daybook.schemas.stores import DayRule, StoreEntry
from daybook.sinks.clocks import write_clocks
from daybook.sinks.store import Store

LEEDS = StoreEntry(store_id="leeds", name="Leeds", region="north", days=[DayRule(zone="Europe/London")])
OSAKA = StoreEntry(store_id="osaka", days=[DayRule(zone="Asia/Tokyo", cutoff="04:00")])
CLOCK = """
SELECT any(offset_seconds) FROM (SELECT toDateTime({at:String}, 'UTC') AS at, 'leeds' AS store_id) AS asked
ASOF LEFT JOIN clocks ON clocks.store_id = asked.store_id AND clocks.starts_at <= asked.at
"""


def test_stores_are_written_once_and_again_when_they_change(store: Store) -> None:
    """Twice the same writes nothing; a store whose region or zone differs is written, and that holds."""
    assert write_clocks(store, [LEEDS, OSAKA], 1) == 2
    assert write_clocks(store, [LEEDS, OSAKA], 2) == 0
    moved = LEEDS.model_copy(update={"days": [DayRule(zone="Europe/Madrid")], "region": "south"})
    assert write_clocks(store, [moved, OSAKA], 3) == 1
    assert store.rows("SELECT store_id, name, region FROM stores ORDER BY store_id") == [
        ("leeds", "Leeds", "south"),
        ("osaka", "osaka", ""),
    ]
    assert store.value(CLOCK, {"at": "2026-01-15 12:00:00"}) == 3600


def test_the_clock_knows_summer_and_winter(store: Store) -> None:
    """An hour ahead in July, none in January, none before the first change that is written."""
    write_clocks(store, [LEEDS], int(datetime(2026, 11, 25, tzinfo=UTC).timestamp() * 1000))
    moments = ("2026-07-01 12:00:00", "2026-01-15 12:00:00", "1999-07-01 12:00:00")
    assert [store.value(CLOCK, {"at": moment}) for moment in moments] == [3600, 0, 0]


def test_every_store_has_its_own_today(store: Store) -> None:
    """It is what the calendar gives, also past midnight before the cutoff."""
    write_clocks(store, [LEEDS, OSAKA], int(datetime.now(UTC).timestamp() * 1000))
    before = [business_date(datetime.now(UTC), entry.days) for entry in (LEEDS, OSAKA)]
    found = [row[0] for row in store.rows("SELECT today FROM stores ORDER BY store_id")]
    after = [business_date(datetime.now(UTC), entry.days) for entry in (LEEDS, OSAKA)]
    assert found in (before, after)


def test_weeks_and_months_are_those_of_the_ledger(embedded: Store) -> None:
    """ISO weeks, months, and both of the 4-5-4 calendar, for every day of forty years."""
    rows = embedded.rows(
        "SELECT business_date, iso_week, calendar_month, retail_week, retail_month FROM calendar"
        " WHERE business_date >= '2005-01-01' AND business_date < '2045-01-01' ORDER BY business_date"
    )
    kinds = ("week", "month", "retail-week", "retail-month")
    assert rows == [
        (day, *(PERIODS[kind](day).first for kind in kinds))
        for day in (date(2005, 1, 1) + timedelta(days=number) for number in range(len(rows)))
    ]
    assert len(rows) == (date(2045, 1, 1) - date(2005, 1, 1)).days
