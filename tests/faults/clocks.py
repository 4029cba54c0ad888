"""Clocks: the worker's an hour off, a store's set forward and back, a till's sales of three days at once."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import orjson

from daybook.ledger.calendar import Calendar
from daybook.schemas.stores import DayRule, StoreEntry
from tests.faults.ground import DIFFERS, Run, Unavailable, ground
from tests.faults.rows import Row
from tests.streams.plant import send
from tests.streams.trade import Sent
from tests.support.sales import sale

_LIBRARIES: Final = Path("/usr/lib")
ZONE: Final = ZoneInfo("Europe/London")
CHANGES: Final = (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC))
"""When London's clocks go forward and back."""
_SUMS: Final = "SELECT business_date, sum(gross) FROM merged_totals WHERE dimension = 'store' GROUP BY 1"


def clock_off(run: Run) -> Row:
    """The worker's clock is an hour ahead, then an hour behind: times come from the log alone."""
    library = next(_LIBRARIES.glob("*/faketime/libfaketime.so.1"), None)
    if library is None:
        raise Unavailable("There is no faketime (on Debian: apt install faketime).")
    with ground(run) as on:
        plant, worker = on.plant, on.plant.worker
        plant.sink.start()
        seen = {"clocks set": 0, "seconds off": 0}
        for offset in ("+1h", "-1h"):
            worker.environment |= {
                "LD_PRELOAD": str(library),
                "FAKETIME": offset,
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            }
            on.forced(worker, "clock")
            worker.start()
            plant.publish(run.pick(3_000, 50_000), per_second=2_000)
            plant.join()
            plant.settle()
            told = float(worker.text().rpartition("forced: clock ")[2].split()[0])
            seen["clocks set"] += 1
            seen["seconds off"] += int(abs(told - time.time()) > 3_000) * 3_600
            worker.kill()
        worker.environment["FAKETIME"] = "+0"
        worker.start()
        return on.judged("worker's clock an hour off", seen, *seen)


def clocks_change(run: Run) -> Row:
    """A shop sells through both changes of its clocks: days of 23 and 25 hours hold what was sold in them."""
    calendar = Calendar(
        [StoreEntry(store_id="high-street", region="south", days=[DayRule(zone="Europe/London")])]
    )
    with ground(run, calendar=calendar) as on:
        plant = on.plant
        expected: defaultdict[str, int] = defaultdict(int)
        records = list(_around(run, expected))
        plant.worker.start()
        plant.sink.start()
        half = len(records) // 2
        for part in (records[:half], records[half:]):
            send(plant.bootstrap, part, None)
            plant.sent += len(part)
            plant.progress()
            plant.worker.kill()
            plant.worker.start()
        plant.trade_is_known = False
        hours = {_hours(change.astimezone(ZONE)) for change in CHANGES}
        seen = {"days of 23 hours": int(23 in hours), "days of 25 hours": int(25 in hours), "kills": 2}
        row = on.judged("daylight saving in the stream", seen, *seen)
        stored = {str(day): int(gross) for day, gross in plant.store.rows(_SUMS)}
        return row if stored == dict(expected) else row._replace(reached=False, detail=f"{DIFFERS}{stored}")


def _around(run: Run, expected: defaultdict[str, int]) -> Iterator[Sent]:
    chance = run.chance()
    for number in range(run.pick(2_000, 40_000)):
        moment = chance.choice(CHANGES) + timedelta(seconds=chance.randint(-100_000, 100_000))
        amount = chance.randint(1, 9_999)
        line = {"product_id": "MUG", "unit_price": amount, "amount": amount}
        event = sale(number, time=moment.isoformat(), lines=[line], charged=amount)
        expected[moment.astimezone(ZONE).date().isoformat()] += amount
        yield Sent(event["order_id"].encode(), orjson.dumps(event))


def _hours(day: datetime) -> int:
    first = day.replace(hour=0, minute=0)
    after = (first + timedelta(days=1)).replace(tzinfo=ZONE)
    return round((after.astimezone(UTC) - first.astimezone(UTC)).total_seconds() / 3_600)
