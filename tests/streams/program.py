"""One process of Daybook, started, signalled, killed and started again by a test."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

CANNOT: Final = 3
"""Exit code of what found no Kafka or ClickHouse at its start; whoever runs it starts it again."""
FAILED: Final = 4
"""Exit code of a worker that ended itself; the same holds for it."""
_NOTHING_CAN_BE_MADE: Final = Path("/proc")
"""A folder in which nobody can write, as in a container or a unit with a read-only file system."""


class Program:
    """One ``daybook`` process, started as often as need be. Its log is kept over restarts.

    ``module`` and what stands before the command's name are the product's own, unless a fault is wanted.
    """

    def __init__(
        self, arguments: Sequence[str], environment: Mapping[str, str], log: Path, module: str
    ) -> None:
        self.log = log
        self.arguments = list(arguments)
        self.environment = dict(environment)
        self.module = module
        self.within: list[str] = []
        """What it is started by, such as a command that takes rights from it."""
        self.ends_itself = False
        """Whether a fault in it may kill it; nobody starts it again then but the test."""
        self.folder: Path | None = None
        """Its working folder. If not said, the product's own processes get one in which they cannot write."""
        self._process: subprocess.Popen[bytes] | None = None
        self.ends: list[int] = []
        """Exit codes of those that ended by themselves."""

    def start(self) -> None:
        """Start it."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self.within, sys.executable, "-m", self.module, *self.arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environment,
                cwd=self._where(),
            )

    def _where(self) -> Path | None:
        # Faults are put in by the tests' own modules, which are found from here alone.
        own = self.module.startswith("daybook.") and _NOTHING_CAN_BE_MADE.is_dir()
        return self.folder or (_NOTHING_CAN_BE_MADE if own else None)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> int:
        """End it in order; its exit code."""
        assert self._process is not None
        self._process.terminate()
        code = self._process.wait(40)
        self._process = None
        return code

    def tend(self) -> None:
        """Start it again if it has ended itself, as a supervisor would; anything else is an error."""
        if self._process is not None and (code := self._process.poll()) is not None:
            if self.ends_itself and code == -signal.SIGKILL:
                return
            self.ends.append(code)
            assert code in (CANNOT, FAILED), f"ended with {code}:\n{self.text()[-3000:]}"
            self.start()

    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def restored(self) -> int:
        """How often a worker has told that it restored partitions."""
        return self.text().count("restored partitions") if self.log.exists() else 0

    def ended(self) -> bool:
        """Whether it was started and has ended: as it may, and not because it could not begin."""
        code = self._process.poll() if self._process is not None else None
        if self.ends_itself and code is not None:
            assert code in (-signal.SIGKILL, CANNOT, FAILED), f"ended with {code}:\n{self.text()[-3000:]}"
        return code is not None

    def text(self) -> str:
        """All that it has logged."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""
