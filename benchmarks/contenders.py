"""The contenders: how each is started, and what its run came to."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from benchmarks.environments import ROOT, peer_python, streams_classpath
from benchmarks.expected import Outcome, told
from benchmarks.kafka import daybook_topics, ends, newest_values
from benchmarks.stream import PARTITIONS
from daybook.ledger.messages import decode_totals
from daybook.schemas import topics

RUN_SECONDS: Final = 300
"""A contender that takes longer is ended, and its row is not reached."""
_numbers = itertools.count(1)
_STARTED: Final = os.getpid()


class ContenderFailedError(Exception):
    """A contender did not finish, or said nothing; the message carries the end of what it logged."""


@dataclass(frozen=True)
class Field:
    """What all contenders of a run have in common: broker, topic, its number of events, stores."""

    bootstrap: str
    topic: str
    events: int
    stores: Path

    @property
    def warm(self) -> int:
        """Events after which the clock starts: by then everybody has started and run warm."""
        return self.events // 5


@dataclass(frozen=True)
class Result:
    """One run of one contender."""

    rate: float
    """Events a second."""
    cpu_seconds: float
    """Of the contender's own process, for each million events."""
    outcome: Outcome
    version: str


def unique(name: str) -> str:
    """A name for consumer groups and topics that no run has had before."""
    return f"{name}-{_STARTED}-{next(_numbers)}"


def finish(
    command: Sequence[str], environment: dict[str, str], *, seconds: float = RUN_SECONDS
) -> dict[str, Any]:
    """Run a process to its end; the JSON document in the last line that it prints.

    Raises:
        ContenderFailedError: it failed, or took too long.
    """
    try:
        done = subprocess.run(
            command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired as error:
        said = (error.stderr or b"").decode(errors="replace") if isinstance(error.stderr, bytes) else ""
        raise ContenderFailedError(f"not finished after {seconds:g} s\n{said[-3000:]}") from error
    return document(done.stdout, done.stderr)


def document(out: str, log: str) -> dict[str, Any]:
    """The JSON document in the last line of what was printed.

    Raises:
        ContenderFailedError: there is none.
    """
    lines = [line for line in out.splitlines() if line.startswith("{")]
    if not lines:
        raise ContenderFailedError(f"no report\n{(out + log)[-3000:]}")
    found: dict[str, Any] = json.loads(lines[-1])
    return found


def daybook_environment(field: Field, application: str) -> dict[str, str]:
    """The settings of a worker of Daybook."""
    return os.environ | {
        "PYTHONPATH": str(ROOT),
        "DAYBOOK_KAFKA_BOOTSTRAP": field.bootstrap,
        "DAYBOOK_APPLICATION": application,
        "DAYBOOK_PARTITIONS": str(PARTITIONS),
        "DAYBOOK_STORES_FILE": str(field.stores),
    }


Samples = list[tuple[float, int, float]]
"""When how many events were counted, and the processor time taken by then; times in seconds."""


class Worker(NamedTuple):
    """What a worker of Daybook reports."""

    samples: Samples
    version: str


def run_worker(field: Field) -> Worker:
    """Run one worker of Daybook, of an application that is new, until it has counted everything."""
    application = unique("bench")
    daybook_topics(field.bootstrap, application)
    command = [sys.executable, "-m", "benchmarks.daybook_worker", "--events", str(field.events)]
    return worker_report(finish(command, daybook_environment(field, application)))


def worker_report(report: dict[str, Any]) -> Worker:
    """A worker's document."""
    return Worker([(moment, count, cpu) for moment, count, cpu in report["samples"]], report["version"])


def daybook(field: Field) -> Result:
    """Daybook's worker; its totals are read from the topic on which it tells them."""
    begin = ends(field.bootstrap, topics.TOTALS)
    samples, version = run_worker(field)
    began, first, first_cpu = next(sample for sample in samples if sample[1] >= field.warm)
    ended, last, last_cpu = samples[-1]
    if last == first:
        raise ContenderFailedError("all was counted at once: too few events to take the time of")
    states = [decode_totals(value) for value in newest_values(field.bootstrap, topics.TOTALS, begin)]
    rate = (last - first) / (ended - began)
    return Result(rate, (last_cpu - first_cpu) / (last - first) * 1e6, told(states), version)


def peer(module: str, environment: str, *, one_sum: bool = False) -> Callable[[Field], Result]:
    """A peer written in Python, in its own environment."""

    def run(field: Field) -> Result:
        with tempfile.TemporaryDirectory(prefix="bench-peer-") as folder:
            options = {
                "bootstrap": field.bootstrap,
                "topic": field.topic,
                "events": field.events,
                "warm": field.warm,
                "stores": field.stores,
                "partitions": PARTITIONS,
                "name": unique(module),
                "folder": folder,
            }
            command = [str(peer_python(environment)), "-m", f"benchmarks.peers.{module}"]
            command += [f"--{name}={value}" for name, value in options.items()] + ["--one-sum"] * one_sum
            return _result(finish(command, os.environ | {"PYTHONPATH": str(ROOT)}))

    return run


def kafka_streams(*, one_sum: bool = False, guarantee: str = "at_least_once") -> Callable[[Field], Result]:
    """The peer written in Java."""

    def run(field: Field) -> Result:
        with tempfile.TemporaryDirectory(prefix="bench-peer-") as folder:
            arguments = (
                field.bootstrap,
                field.topic,
                field.events,
                field.warm,
                field.stores,
                unique("streams"),
            )
            command = ["java", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-cp", streams_classpath()]
            command += ["peer.Main", *map(str, arguments), folder, "one_sum" if one_sum else "all", guarantee]
            return _result(finish(command, dict(os.environ)))

    return run


def _result(report: dict[str, Any]) -> Result:
    counts = (report[name] for name in ("received", "counted", "repeats", "invalid", "digest"))
    cpu = report["cpu_seconds"] / report["events"] * 1e6
    return Result(report["events"] / report["seconds"], cpu, Outcome(*counts), report["version"])
