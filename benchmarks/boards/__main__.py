"""How long each query of the boards takes at ten million sale lines: ``python -m benchmarks.boards``.

Beside the clock stands the processor time of all threads: on a machine that does other things too, it says
what a query takes at most on one core that is free. Exit code 1 if one is not answered within its limit,
nineteen times out of twenty.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.boards.data import fill
from daybook.dashboards import queries
from daybook.dashboards.queries.filling import Choice, Window, filled
from daybook.sinks.migrate import migrate
from daybook.sinks.store import Store

LIMIT_MS: Final = 300
OTHER_LIMITS_MS: Final = {"signals_customers": 1000}
"""It looks at all that was ever sold; the page asks it once a minute at most."""
OF_BOARDS: Final = (
    "today_",
    "trust_",
    "trends_",
    "oncall_",
    "leaderboard_",
    "variable_",
    "alert_",
    "lines",
    "signals_customers",
    "signals_campaigns",
)


def choices(today: date) -> dict[str, Choice]:
    """What people look at: everything today, and one region's tills on a day last month."""
    past = (today - timedelta(days=30)).isoformat()
    others = {"view": "origin", "calendar": "retail"}
    return {
        "all, today": Choice("GBP", per_unit=100),
        "one region, one channel, last month": Choice(
            "GBP", date=past, region="region-3", channel="pos", per_unit=100, others=others
        ),
    }


class Spent(NamedTuple):
    """Milliseconds of a query's runs: the median and what nineteen of twenty stay within."""

    median: float
    p95: float
    processor_p95: float


def measured(store: Store, sql: str, times: int) -> Spent:
    """What its runs take; a first one is not counted."""
    store.rows(sql)
    clock, processor = [], []
    for _ in range(times):
        begun, worked = time.perf_counter(), time.process_time()
        store.rows(sql)
        clock.append((time.perf_counter() - begun) * 1000)
        processor.append((time.process_time() - worked) * 1000)
    clock.sort()
    return Spent(clock[times // 2], _p95(clock), _p95(sorted(processor)))


def _p95(found: list[float]) -> float:
    return found[-(len(found) // 20) - 1]


def run(store: Store, times: int, only: str) -> int:
    """Print the table; how many rows are not reached. ``only`` is what a query's name begins with."""
    now = datetime.now(UTC)
    window = Window(now - timedelta(hours=24), now, 300)
    missed = 0
    print(f"{'query':24} {'chosen':36} {'median':>7} {'p95':>7} {'processor p95':>14}")
    for name in queries.names():
        if not name.startswith(OF_BOARDS) or not name.startswith(only):
            continue
        for label, choice in choices(now.date()).items():
            spent = measured(store, filled(queries.load(name), choice.variables(), window), times)
            limit = OTHER_LIMITS_MS.get(name, LIMIT_MS)
            missed += spent.p95 > limit
            said = f"{'reached' if spent.p95 <= limit else 'not reached'}: {limit} ms"
            figures = f"{spent.median:7.0f} {spent.p95:7.0f} {spent.processor_p95:14.0f}"
            print(f"{name:24} {label:36} {figures}  {said}", flush=True)
    return missed


def main() -> int:
    """Fill a folder if it is empty, then measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--times", type=int, default=40, help="runs of each query")
    parser.add_argument("--only", default="", help="queries whose names begin so")
    parser.add_argument("--folder", type=Path, help="keep the data here, and use it again")
    args = parser.parse_args()
    place = tempfile.TemporaryDirectory() if args.folder is None else nullcontext(args.folder)
    with place as folder, Store.embedded(Path(folder) / "clickhouse") as store:
        begun = time.monotonic()
        migrate(store)
        if not store.value("SELECT count() FROM lines"):
            fill(store, args.lines, datetime.now(UTC).date())
        lines, totals = (store.value(f"SELECT count() FROM {table}") for table in ("lines", "totals"))  # noqa: S608
        version = store.value("SELECT version()")
        print(f"{lines:,} lines, {totals:,} totals, made in {time.monotonic() - begun:.0f} s.")
        print(f"ClickHouse {version}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} when it began.")
        missed = run(store, args.times, args.only)
        print(f"Load {os.getloadavg()[0]:.1f} at the end: {missed or 'no'} row(s) not reached.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
