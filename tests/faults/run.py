"""``make faults``: every fault, and the table of what was seen and what stood."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.faults import (
    brokers,
    casework,
    clickhouse,
    clocks,
    killed,
    lost,
    members,
    notifying,
    recognising,
    signalling,
    state,
    watching,
)
from tests.faults import till_offline as offline
from tests.faults.ground import DIFFERS, Run, Unavailable
from tests.faults.rows import Row

Make = Callable[[Run], Row]


def till_offline(run: Run) -> Row:
    """A till sells while Kafka comes and goes, and is killed meanwhile: every sale counts once."""
    return offline.run(run.folder, seconds=run.pick(20, 600), seed=run.seed)


def sabotaged(safeguard: str, make: Make) -> Make:
    """The same row without a safeguard: reached if it comes out wrong."""

    def attempt(run: Run) -> Row:
        row = make(run.switched_off(safeguard))
        wrong = row.detail.startswith(DIFFERS)
        detail = f"fails as it has to; {row.detail}" if wrong else f"the fault went unnoticed: {row.detail}"
        return Row(f"without {safeguard}: {row.name}", wrong, row.seen, detail)

    return attempt


ROWS: Final[dict[str, Make]] = {
    "worker-killed": killed.worker_killed,
    "sink-killed": killed.sink_killed,
    "checkpoint-steps": killed.killed_at_each_step,
    "workers-come-and-go": members.workers_come_and_go,
    "frozen-worker": members.frozen_worker,
    "broker-killed": brokers.broker_killed,
    "leaders-moved": brokers.leaders_moved,
    "kafka-gone": brokers.kafka_gone,
    "clickhouse-killed": clickhouse.clickhouse_killed,
    "answers-lost": clickhouse.answers_lost,
    "batches-dropped": lost.batches_dropped,
    "agent-crashes": lost.agent_crashes,
    "folder-deleted": state.folder_deleted,
    "changelog-compacted": state.changelog_compacted,
    "disk-full": clickhouse.disk_full,
    "clock-off": clocks.clock_off,
    "clocks-change": clocks.clocks_change,
    "till-back": clocks.till_back,
    "till-offline": till_offline,
    "watcher-killed": watching.watcher_killed,
    "notifier-killed": notifying.notifier_killed,
    "recognition-killed": recognising.recognition_killed,
    "cases-killed": casework.cases_killed,
    "signals-worker-killed": signalling.signals_worker_killed,
    "alert-without-clickhouse": watching.clickhouse_away,
    "without-order": sabotaged("order", killed.killed_at_each_step),
    "without-one-transaction": sabotaged("one-transaction", killed.killed_at_each_step),
    "without-position": sabotaged("position", lost.batches_dropped),
    "without-fencing": sabotaged("fencing", members.frozen_worker),
    "without-sink-keys": sabotaged("sink-keys", clickhouse.answers_lost),
    "without-due-entry": sabotaged("due-entry", notifying.notifier_killed),
    "without-one-decision": sabotaged("one-decision", watching.watcher_killed),
    "without-no-waiting": sabotaged("no-waiting", watching.clickhouse_away),
}


def attempt(name: str, run: Run) -> Row:
    """Run a row; whatever goes wrong in it is a row that is not reached."""
    try:
        return ROWS[name](run)
    except Unavailable as missing:
        return Row(name, reached=False, seen={}, detail=str(missing))
    except Exception as error:  # noqa: BLE001 - the other rows still have to run
        traceback.print_exc()
        return Row(name, reached=False, seen={}, detail=f"{type(error).__name__}: {str(error)[:200]}")


def main() -> int:
    """Run the rows that are asked for; 1 if one of them is not reached."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.run", description=__doc__)
    parser.add_argument("--only", action="append", choices=list(ROWS), help="a row; may be given again")
    parser.add_argument("--short", action="store_true", help="small sizes: some minutes in all")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same run")
    parser.add_argument("--events", type=int, help="events of the rows of kills")
    parser.add_argument("--kills", type=int, help="kills in these rows")
    parser.add_argument("--keep", type=Path, help="keep logs and data in this folder")
    options = parser.parse_args()
    folder = options.keep or Path(tempfile.mkdtemp(prefix="daybook-faults-"))
    rows = []
    for name in options.only or ROWS:
        began = time.monotonic()
        run = Run(folder / name, options.seed, options.short, options.events, options.kills)
        rows.append(attempt(name, run))
        show(rows[-1], time.monotonic() - began)
    if options.keep is None:
        shutil.rmtree(folder, ignore_errors=True)
    failed = [row.name for row in rows if not row.reached]
    sys.stdout.write(f"{len(rows) - len(failed)} of {len(rows)} rows reached.\n")
    return 1 if failed else 0


def show(row: Row, seconds: float) -> None:
    """Print a row of the table."""
    seen = ", ".join(f"{what} {count:,}" for what, count in row.seen.items())
    reached = "reached" if row.reached else "NOT REACHED"
    sys.stdout.write(f"{row.name:45} | {reached:11} | {seconds:4.0f} s | {seen} | {row.detail}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
