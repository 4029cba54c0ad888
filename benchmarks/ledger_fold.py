"""How many sales a second a ledger folds: ``python -m benchmarks.ledger_fold``.

What came out, and on what, stands in docs/benchmarks.md.
"""

from __future__ import annotations

import random
import time
from typing import Any, Final

import orjson

from daybook.ledger.calendar import Calendar
from daybook.ledger.state import PartitionLedger, Record
from daybook.schemas.stores import DayRule, StoreEntry

EVENTS: Final = 30_000
BATCH: Final = 2_000
RUNS: Final = 5
RECORDED_AT: Final = 1_795_521_600_000
"""24 November 2026, noon, in epoch milliseconds."""


def sale(chance: random.Random, number: int) -> bytes:
    """A made-up sale of one to three lines, tax inside."""
    lines: list[dict[str, Any]] = []
    for _ in range(chance.randint(1, 3)):
        quantity, price = chance.randint(1, 3), chance.randint(100, 5000)
        amount, discount = quantity * price, chance.choice([0, 0, 10])
        lines.append(
            {
                "product_id": f"p-{chance.randint(1, 500)}",
                "category": f"cat {chance.randint(1, 12)}",
                "quantity": quantity,
                "unit_price": price,
                "amount": amount,
                "discount": discount,
                "tax": (amount - discount) // 6,
                "tax_included": True,
            }
        )
    event = {
        "schema_version": "1.0",
        "type": "sale.completed",
        "source": "till-3",
        "event_id": f"e{number}",
        "time": f"2026-11-24T{chance.randint(8, 18):02}:{chance.randint(0, 59):02}:00+00:00",
        "order_id": f"o-{number}",
        "store_id": f"store-{chance.randint(0, 19)}",
        "channel": "pos",
        "currency": "GBP",
        "staff": [{"staff_id": f"s-{chance.randint(1, 100)}"}],
        "lines": lines,
        "charged": sum(line["amount"] - line["discount"] for line in lines),
    }
    return orjson.dumps(event)


def main() -> None:
    """Fold the same sales several times and print each run's rate."""
    days = [DayRule(zone="Europe/London")]
    calendar = Calendar([StoreEntry(store_id=f"store-{i}", region="London", days=days) for i in range(20)])
    chance = random.Random(1)  # noqa: S311 - made-up sales
    records = [Record(i, RECORDED_AT, sale(chance, i)) for i in range(EVENTS)]
    print(f"{EVENTS:,} sales of {sum(len(r.value) for r in records) / EVENTS:.0f} bytes")
    for _ in range(RUNS):
        ledger = PartitionLedger(0, 100, calendar)
        wall, own = time.perf_counter(), time.process_time()
        for start in range(0, EVENTS, BATCH):
            ledger.fold(records[start : start + BATCH])
        wall, own = time.perf_counter() - wall, time.process_time() - own
        assert ledger.position.counted == EVENTS
        print(f"{EVENTS / wall:,.0f} a second, {EVENTS / own:,.0f} a second of the process's own time")


if __name__ == "__main__":
    main()
