"""What a leaderboard costs as it grows: ``python -m benchmarks.leaderboards``.

Measured are, in the process's own time, an update of one contender on a ranking, the same change on its way
through merged totals and boards, and making a snapshot; and the memory of all that is kept. What came out,
and on what, stands in docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import gc
import random
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Final

from daybook.ledger.board_measures import MEASURES, Contender
from daybook.ledger.board_rankings import Surroundings
from daybook.ledger.calendar import Calendar
from daybook.ledger.live_boards import LiveBoards
from daybook.ledger.measures import GROSS, ORDERS, WIDTH
from daybook.ledger.merged import MergedTotals
from daybook.ledger.messages import TotalsBucket
from daybook.ledger.ranking import Ranking
from daybook.ledger.teams import Staff
from daybook.ledger.yardsticks import Yardsticks
from daybook.schemas.leaderboards import BoardSpec
from daybook.schemas.stores import DayRule, StoreEntry

SIZES: Final = (1_000, 10_000, 100_000)
UPDATES: Final = 20_000
PARTITIONS: Final = 4
NOON: Final = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY: Final = date(2026, 11, 24)
SPECS: Final = [BoardSpec(by="product"), BoardSpec(by="product", period="week")]
CALENDAR: Final = Calendar([StoreEntry(store_id="leeds", days=[DayRule(zone="Europe/London")])])


def main() -> None:
    """Print a line for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--updates", type=int, default=UPDATES)
    updates = parser.parse_args().updates
    print("contenders | a ranking's update | through totals and 2 boards | 2 snapshots | memory, a contender")
    for size in SIZES:
        ranking = _ranking(size, updates)
        whole, snapshot, memory = _boards(size, updates)
        print(
            f"{size:>10,} | {ranking * 1e6:>11.1f} µs | {whole * 1e6:>20.1f} µs | {snapshot * 1e3:>8.2f} ms"
            f" | {memory / size:>10,.0f} bytes, {memory / 2**20:,.0f} MB in all"
        )


def _timed(work: Callable[[], None]) -> float:
    gc.collect()
    began = time.process_time()
    work()
    return time.process_time() - began


def _ranking(size: int, updates: int) -> float:
    """Seconds that one update of a ranking takes."""
    chance = random.Random(1)  # noqa: S311 - a repeatable run
    nets = [chance.randrange(1_000_000) for _ in range(size)]
    ranking = Ranking(MEASURES["net"])
    ranking.put_all(_contender(number, net) for number, net in enumerate(nets))

    def work() -> None:
        for _ in range(updates):
            number = chance.randrange(size)
            nets[number] += chance.randrange(1, 5_000)
            ranking.put(_contender(number, nets[number]))

    return _timed(work) / updates


def _contender(number: int, net: int) -> Contender:
    vector = [0] * WIDTH
    vector[GROSS], vector[ORDERS] = net, 1
    return Contender(f"product-{number}", vector, number)


def _boards(size: int, updates: int) -> tuple[float, float, float]:
    """Seconds of a change on its whole way, and of a snapshot of each board; bytes of all that is kept."""
    tracemalloc.start()
    merged = MergedTotals()
    around = Surroundings(CALENDAR, Staff(), MEASURES, Yardsticks(CALENDAR, Staff()), timedelta(hours=6))
    boards = LiveBoards(SPECS, merged, around)
    entries = _entries(size)
    for number, entry in entries.items():
        merged.take(_bucket(number, entry))
    boards.tick(NOON)
    memory = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    chance = random.Random(2)  # noqa: S311 - a repeatable run
    buckets = []
    for version in range(updates):
        number = chance.randrange(size)
        entries[number][0] = size + version
        entries[number][GROSS + 1] += chance.randrange(1, 5_000)
        buckets.append(_bucket(number, list(entries[number])))

    def work() -> None:
        for bucket in buckets:
            boards.told(merged.take(bucket))

    return _timed(work) / updates, _timed(lambda: _tick(boards)), memory


def _tick(boards: LiveBoards) -> None:
    assert len(boards.tick(NOON)) == len(SPECS)


def _entries(size: int) -> dict[int, list[int]]:
    chance = random.Random(3)  # noqa: S311 - a repeatable run
    made = {}
    for number in range(size):
        entry = [number, *([0] * WIDTH)]
        entry[GROSS + 1], entry[ORDERS + 1] = chance.randrange(1_000_000), 1
        made[number] = entry
    return made


def _bucket(number: int, entry: list[int]) -> TotalsBucket:
    key = f"product-{number}"
    partition = number % PARTITIONS
    return TotalsBucket(0, partition, entry[0], "sales", DAY.isoformat(), "GBP", "product", {key: entry})


if __name__ == "__main__":
    main()
