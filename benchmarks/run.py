"""``make bench``: every row of docs/benchmarks.md measured in one run; ends with 1 where one is not reached.

``python -m benchmarks.run --only peers`` runs one group, ``--short`` everything on a small scale.
"""

from __future__ import annotations

import argparse
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Final

from benchmarks.kafka import broker
from benchmarks.report import Row, table
from benchmarks.rows import latency, others, peers, scale, sink, workers
from benchmarks.rows.context import Context, say

GROUPS: Final[dict[str, Callable[[Context], list[Row]]]] = {
    "peers": peers.rows,
    "scale": scale.rows,
    "workers": workers.rows,
    "latency": latency.rows,
    "sink": sink.rows,
    "cold-start": others.cold_start,
    "gateway": others.gateway,
}
EVENTS: Final = 200_000
SHORT: Final = 20_000
ROUNDS: Final = 3


def main() -> int:
    """The command line; 0 if every row is reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", choices=GROUPS, help="this group, and others named so")
    parser.add_argument("--events", type=int, help=f"length of the longest stream (default {EVENTS:,})")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each is measured")
    parser.add_argument("--short", action="store_true", help="a tenth of the events, one round")
    options = parser.parse_args()
    events = options.events or (SHORT if options.short else EVENTS)
    rounds = 1 if options.short else options.rounds
    rows: list[Row] = []
    for name in options.only or GROUPS:
        say(f"== {name}")
        measured = _measured(name, events, rounds)
        say(table(measured))
        rows += measured
    say(f"== all\n{table(rows)}")
    return int(any(row.reached is False for row in rows))


def _measured(name: str, events: int, rounds: int) -> list[Row]:
    """The rows of a group, on a broker of its own; what goes wrong in it is a row not reached."""
    try:
        with broker() as server, tempfile.TemporaryDirectory(prefix="bench-") as folder:
            return GROUPS[name](Context(server, Path(folder), events, rounds))
    except Exception as error:  # noqa: BLE001 - the other groups are still to be measured
        traceback.print_exc()
        return [Row(name, "failed", reached=False, note=f"{type(error).__name__}: {error}".splitlines()[0])]


if __name__ == "__main__":
    raise SystemExit(main())
