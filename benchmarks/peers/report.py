"""What a peer is told when it is started, its clock, and what it says at its end: one JSON document."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.totals import digest


class Task(argparse.Namespace):
    """A peer's arguments. The clock starts when ``warm`` events are done and stops at ``events``."""

    bootstrap: str
    topic: str
    events: int
    warm: int
    stores: Path
    partitions: int
    name: str
    folder: Path
    one_sum: bool


def task() -> Task:
    """The command line."""
    parser = argparse.ArgumentParser()
    for text in ("bootstrap", "topic", "name"):
        parser.add_argument(f"--{text}", required=True)
    for number in ("events", "warm", "partitions"):
        parser.add_argument(f"--{number}", required=True, type=int)
    for path in ("stores", "folder"):
        parser.add_argument(f"--{path}", required=True, type=Path)
    parser.add_argument("--one-sum", action="store_true")
    return parser.parse_args(namespace=Task())


class Clock:
    """Counts events and takes the time between the ``warm``th and the last."""

    def __init__(self, task: Task) -> None:
        self.done = self.counted = self.repeats = self.invalid = 0
        self._warm, self._events = task.warm, task.events
        self._began = self._ended = self._from = 0.0
        self._cpu = 0.0

    def tick(self, count: int = 1) -> bool:
        """Note that ``count`` more events are done; True once all are."""
        self.done += count
        if not self._began and self.done >= self._warm:
            self._began, self._cpu, self._from = time.perf_counter(), time.process_time(), self.done
        if self.done >= self._events:
            self.stop()
            return True
        return False

    def stop(self) -> None:
        """Move the end to now: work on the last events has only now been done."""
        self._ended = time.perf_counter()

    def report(self, totals: Mapping[str, Sequence[int]], version: str) -> None:
        """Print the result."""
        document = {
            "events": self.done - self._from,
            "seconds": self._ended - self._began,
            "cpu_seconds": time.process_time() - self._cpu,
            "received": self.done,
            "counted": self.counted,
            "repeats": self.repeats,
            "invalid": self.invalid,
            "totals": len(totals),
            "digest": digest(totals),
            "version": version,
        }
        print(json.dumps(document))
        sys.stdout.flush()
