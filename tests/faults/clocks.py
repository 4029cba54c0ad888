"""Clocks: the worker's an hour off, a store's set forward and back, a till's sales of three days at once."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from daybook.ledger.calendar import Calendar
from daybook.producers.client import SalesPublisher
from daybook.producers.till import BlockingTill, Retry
from daybook.schemas import topics
from daybook.schemas.stores import DayRule, StoreEntry
from tests.faults.ground import DIFFERS, Run, Unavailable, ground
from tests.faults.rows import Row
from tests.streams.plant import PARTITIONS, send
from tests.streams.trade import Sent
from tests.streams.truth import messages
from tests.support.sales import sale

_LIBRARIES: Final = Path("/usr/lib")
ZONE: Final = ZoneInfo("Europe/London")
CHANGES: Final = (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC))
"""When London's clocks go forward and back."""
_LONDON: Final = DayRule(zone="Europe/London")
_ORDERS: Final = "SELECT business_date, sum(orders) FROM merged_totals WHERE dimension = 'store' GROUP BY 1"
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
    calendar = Calendar([StoreEntry(store_id="high-street", region="south", days=[_LONDON])])
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


def till_back(run: Run) -> Row:
    """A till comes back with the sales of 70 hours without Kafka: each counts once, on its own day."""
    with ground(run, calendar=Calendar([StoreEntry(store_id="high-street", days=[_LONDON])])) as on:
        plant = on.plant
        plant.worker.start()
        plant.sink.start()
        plant.wait(lambda: plant.worker.restored() > 0, "partitions for the worker")
        on.brokers[0].kill()
        sales = list(_of_hours(run, 70))
        retry = Retry(first_seconds=0.2, most_seconds=1.0)
        transport = SalesPublisher(plant.bootstrap, timeout_seconds=5)
        with BlockingTill(run.folder / "spool", transport, retry=retry) as till:
            for number, event in enumerate(sales):
                till.publish(event)
                if number % 20 == 0:
                    till.publish(event)
            on.brokers[0].start()
            delivered = till.drain(plant.limit)
        log = [m.value() for p in range(PARTITIONS) for m in messages(plant.bootstrap, topics.EVENTS, p)]
        plant.sent, plant.trade_is_known = len(log), False
        days = Counter(datetime.fromisoformat(event["time"]).astimezone(ZONE).date() for event in sales)
        seen = {"hours away": 70, "days": len(days), "delivered": int(delivered) * len(log)}
        row = on.judged("till back after 70 hours", seen, *seen)
        stored = {day: int(orders) for day, orders in plant.store.rows(_ORDERS)}
        return row if stored == days else row._replace(reached=False, detail=f"{DIFFERS}{stored}")


def _of_hours(run: Run, hours: int) -> Iterator[dict[str, Any]]:
    """A till's sales from so many hours ago until now, in their order."""
    count, now = run.pick(2_000, 10_000), datetime.now(UTC)
    for number in range(count):
        moment = now - timedelta(hours=hours) * (count - number) / count
        line = {"product_id": "MUG", "unit_price": 100 + number, "amount": 100 + number}
        yield sale(number, time=moment.isoformat(), lines=[line], charged=100 + number)


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
