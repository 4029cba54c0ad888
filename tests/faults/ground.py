"""What a row stands on: brokers and a ClickHouse of its own, and Daybook's processes between them."""

from __future__ import annotations

import base64
import contextlib
import os
import random
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from daybook.ledger.calendar import Calendar
from tests.faults.rows import Row
from tests.streams.plant import CALENDAR, Plant
from tests.streams.program import Program
from tests.support.clickhouse import ClickHouseServer, shared_folder
from tests.support.kafka.broker import KafkaBroker, Node
from tests.support.kafka.jars import fetch_jars, programs_missing

DIFFERS: Final = "differs: "
_SHOWN: Final = 120
_PATIENCE: Final = 4
"""How many times longer a long run waits for what has to come, for it may share its machine."""
_ENTRY: Final = "tests.faults.entry"
DATABASE: Final = "daybook"


class Unavailable(Exception):
    """This machine lacks what the row needs; the message says what, and how to get it."""


@dataclass(frozen=True)
class Run:
    """How a row is run. ``without`` names the safeguard that is switched off in it."""

    folder: Path
    seed: int = 1
    short: bool = True
    events: int | None = None
    kills: int | None = None
    without: str = ""

    def pick(self, short: int, long: int) -> int:
        """A size by the length of the run."""
        return short if self.short else long

    def pick_steps(self, steps: tuple[str, ...], short: tuple[str, ...]) -> tuple[str, ...]:
        """Where to kill, by the length of the run."""
        return short if self.short else steps

    def chance(self) -> random.Random:
        """The run's own dice."""
        return random.Random(self.seed)  # noqa: S311 - a repeatable run

    def switched_off(self, safeguard: str) -> Run:
        """The same without a safeguard."""
        return replace(self, without=safeguard, folder=self.folder / f"without-{safeguard}")


@dataclass
class Ground:
    """Running servers and the plant on them."""

    run: Run
    brokers: list[KafkaBroker]
    clickhouse: ClickHouseServer
    plant: Plant

    def forced(self, program: Program, *faults: str) -> Program:
        """Have a program start with faults in it, and without the safeguard that the run switches off."""
        faults = (*faults, f"no:{self.run.without}") if self.run.without else faults
        program.module = _ENTRY if faults else "daybook.cli.main"
        program.arguments = [",".join(faults), program.arguments[-1]] if faults else program.arguments[-1:]
        program.ends_itself = bool(faults)
        return program

    def noticed(self) -> dict[str, int]:
        """What the workers' logs tell of."""
        text = "".join(program.text() for program in self.plant.programs if program.log.exists())
        return {
            "rebalances": text.count("restored partitions"),
            "fencings": text.count("ProducerFenced"),
            "replays": text.count("reading again"),
            "self-ended": sum(len(program.ends) for program in self.plant.programs),
        }

    def _differences(self) -> list[str]:
        try:
            self.plant.settle()
            return self.plant.differences()
        except AssertionError as unsettled:
            # Without a safeguard events may be lost for good; with it nothing of the kind may happen.
            if not self.run.without:
                raise
            return [str(unsettled).partition("\n")[0]]

    def judged(self, name: str, seen: dict[str, int], *needed: str) -> Row:
        """Let everything be counted, compare, and give the row; what is needed has to have been seen."""
        found = self._differences()
        seen = seen | {what: count for what, count in self.noticed().items() if count or what in needed}
        missing = [what for what in needed if not seen.get(what)]
        detail = f"{self.plant.sent:,} events, seed {self.run.seed}"
        if missing:
            detail = f"not seen: {', '.join(missing)}"
        if found:
            detail = DIFFERS + "; ".join(one[:_SHOWN] for one in found)
        return Row(name, not found and not missing, seen, detail)


@contextlib.contextmanager
def ground(
    run: Run, *, nodes: int = 1, settings: dict[str, str] | None = None, calendar: Calendar = CALENDAR
) -> Iterator[Ground]:
    """Servers and topics; worker and sink are not started yet.

    Raises:
        Unavailable: this machine cannot run them.
    """
    run.folder.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        brokers = _brokers(run.folder, nodes, settings or {})
        for broker in brokers:
            stack.callback(broker.kill)
            broker.start(wait=nodes == 1)
        clickhouse = clickhouse_in(run.folder / "clickhouse")
        stack.callback(clickhouse.kill)
        clickhouse.start()
        for broker in brokers:
            wait_ready(broker)
        bootstrap = ",".join(broker.bootstrap for broker in brokers)
        if run.without:
            _made_without(run.without, clickhouse.url)
        plant = Plant(
            bootstrap,
            clickhouse.url,
            DATABASE,
            run.folder,
            calendar=calendar,
            seed=run.seed,
            replication=min(nodes, 3),
        )
        stack.callback(plant.end)
        if not run.short:
            plant.limit *= _PATIENCE
        made = Ground(run, brokers, clickhouse, plant)
        made.forced(plant.worker)
        made.forced(plant.sink)
        yield made


def _made_without(safeguard: str, url: str) -> None:
    """Make the tables as a program without a safeguard makes them: the plant finds them there."""
    command = [sys.executable, "-m", _ENTRY, f"no:{safeguard}", "migrate"]
    settings = {"DAYBOOK_CLICKHOUSE_URL": url, "DAYBOOK_CLICKHOUSE_DATABASE": DATABASE}
    subprocess.run(command, env=os.environ | settings, check=True, capture_output=True)


def clickhouse_in(folder: Path, *, run_by: Sequence[str] = (), log: Path | None = None) -> ClickHouseServer:
    """A server that keeps its data in a folder, not started yet; see :class:`ClickHouseServer`."""
    program = shared_folder() / "tools" / "clickhouse_http.py"
    if not program.is_file():
        raise Unavailable("There is no ClickHouse server beside the checkout (../shared/tools).")
    return ClickHouseServer(folder, program, run_by=run_by, log=log)


def wait_ready(broker: KafkaBroker) -> None:
    """Return once a broker answers."""
    for _ in range(90):
        if broker.ready():
            return
    raise Unavailable(f"Kafka at {broker.bootstrap} did not come up.")


def _brokers(folder: Path, count: int, settings: dict[str, str]) -> list[KafkaBroker]:
    if sentence := programs_missing():
        raise Unavailable(sentence)
    try:
        jars = fetch_jars()
    except RuntimeError as error:
        raise Unavailable(str(error)) from error
    nodes = tuple(Node(number + 1) for number in range(count))
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
    copies = str(min(count, 3))
    replicated = {
        "offsets.topic.replication.factor": copies,
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": str(max(1, min(count, 3) - 1)),
        # A first few dropped batches must not wait for the cleaner's usual quarter of a minute.
        "log.cleaner.backoff.ms": "500",
    }
    return [
        KafkaBroker(
            folder / f"kafka-{node.node_id}",
            jars,
            node=node,
            voters=nodes,
            cluster_id=cluster,
            settings=replicated | settings,
        )
        for node in nodes
    ]
