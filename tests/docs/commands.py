"""Who runs each command that README, runbook and scale pages show, or what it would need.

docs/install.md is pasted as a whole, by ``make newcomer``; docs/containers.md needs Docker or a cluster.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Final, Literal, NamedTuple

from tests.docs.pages import blocks
from tests.support.tree import ROOT

PAGES: Final = tuple(ROOT / name for name in ("README.md", "docs/runbook.md", "docs/scale.md"))


class Run(NamedTuple):
    """It is run by ``test_commands_run``: on Kafka and ClickHouse, or on a demo's data folder."""

    on: Literal["servers", "folder"]


class Elsewhere(NamedTuple):
    """It is run by another test, as the same command."""

    file: str
    says: str
    """What stands in that file where it is run."""


class Needs(NamedTuple):
    """It is not run here, for it needs what a test's machine lacks."""

    what: str


SERVERS, FOLDER = Run("servers"), Run("folder")
WHO: Final[dict[str, Run | Elsewhere | Needs]] = {
    "make demo": Elsewhere("tests/project/test_makefile.py", "demo"),
    "make test": Needs("itself: it is what runs this"),
    "curl http://127.0.0.1:8400/v1/events": Elsewhere("tests/docs/test_first_sale.py", "curl"),
    "daybook adjustments": SERVERS,
    "daybook backtest": Elsewhere("tests/sinks/test_pace.py", '"backtest"'),
    "daybook backup": Elsewhere("tests/operate/test_backup.py", '"backup"'),
    "daybook board": Elsewhere("tests/docs/test_commands_run.py", '"board"'),
    "daybook cases": FOLDER,
    "daybook days": FOLDER,
    "daybook dead-letters list": SERVERS,
    "daybook dead-letters replay --reason misplaced": Elsewhere(
        "tests/operate/test_growing.py", '"misplaced"'
    ),
    "daybook dead-letters replay": SERVERS,
    "daybook dead-letters replay --reason unknown_store --data-dir": Elsewhere(
        "tests/demo/test_demo.py", '"replay"'
    ),
    "daybook dead-letters show": SERVERS,
    "daybook doctor": SERVERS,
    "daybook forget": SERVERS,
    "daybook gateway": Elsewhere("tests/docs/test_commands_run.py", '"gateway"'),
    "daybook grow": Elsewhere("tests/operate/test_growing.py", '"grow"'),
    "daybook keys": SERVERS,
    "daybook leaderboard": FOLDER,
    "daybook migrate": SERVERS,
    "daybook pace": SERVERS,
    "daybook pace --targets": FOLDER,
    "daybook rebuild": SERVERS,
    "daybook reconcile": SERVERS,
    "daybook reconcile --data-dir": FOLDER,
    "daybook recount": Elsewhere("tests/operate/test_recounting.py", '"recount"'),
    "daybook report": FOLDER,
    "daybook rewards": FOLDER,
    "daybook restore": Elsewhere("tests/operate/test_backup.py", '"restore"'),
    "daybook resume": Elsewhere("tests/operate/test_planted_faults.py", '"resume"'),
    "daybook signals": FOLDER,
    "daybook sink": Elsewhere("tests/streams/plant.py", '"sink"'),
    "daybook stop": Elsewhere("tests/operate/test_planted_faults.py", '"stop"'),
    "daybook targets": SERVERS,
    "daybook topics": SERVERS,
    "daybook trace": SERVERS,
    "daybook topics --partitions 12 --replication-factor 3": Needs(
        "three brokers; the fault suite starts such"
    ),
    "daybook totals --data-dir": FOLDER,
    "helm install": Needs("a cluster; tests/operate/test_helm.py renders the chart where helm is"),
    "daybook watch": Elsewhere("tests/docs/test_commands_run.py", '"watch"'),
    "daybook worker": Elsewhere("tests/streams/plant.py", '"worker"'),
}


class Shown(NamedTuple):
    """A command line on a page."""

    page: Path
    words: list[str]

    @property
    def text(self) -> str:
        """As it stands there, in one line."""
        return shlex.join(self.words)

    @property
    def who(self) -> str | None:
        """The longest entry of ``WHO`` whose words the command begins with; options may stand elsewhere."""
        fitting = [entry for entry in WHO if self._fits(entry.split())]
        return max(fitting, key=len, default=None)

    def _fits(self, entry: list[str]) -> bool:
        head = list(takewhile(lambda word: not word.startswith("--"), entry))
        return self.words[: len(head)] == head and set(entry) <= set(self.words)


def shown() -> Iterator[Shown]:
    """Every command line of the pages' shell blocks, in their order."""
    for page in PAGES:
        for block in blocks(page, "sh"):
            for line in _joined(block):
                words = shlex.split(line, comments=True)
                if words and "=" not in words[0]:
                    yield Shown(page, words)


def _joined(block: str) -> Iterator[str]:
    """Lines, with those that go on: after a backslash, or within quotes."""
    kept = ""
    for line in block.replace("\\\n", " ").splitlines():
        kept = f"{kept}\n{line}" if kept else line
        try:
            shlex.split(kept, comments=True)
        except ValueError:
            continue
        yield kept
        kept = ""
