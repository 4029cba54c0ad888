"""A server in a process of its own, with its log in a file: started, stopped, killed, started again."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

STOP_SECONDS = 30
"""How long a server may take to close its files before it is killed."""


class ServerProcess:
    """One server program that can be started any number of times, always with the same command."""

    def __init__(
        self, name: str, command: Sequence[str], *, log: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self.name = name
        self.log = log
        self._command = list(command)
        self._environment = dict(environment or {})
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether the process is there; not yet whether it answers."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process id, for a test that freezes the server with signals.

        Raises:
            RuntimeError: If it does not run.
        """
        if self._process is None or self._process.poll() is not None:
            msg = f"{self.name} does not run"
            raise RuntimeError(msg)
        return self._process.pid

    def start(self, ready: Callable[[], bool], *, seconds: float) -> None:
        """Starts the process and waits until ``ready`` says so.

        Raises:
            RuntimeError: If it runs already, ends by itself, or is not ready after ``seconds``; the message
                carries the end of its log.
        """
        if self.running:
            msg = f"{self.name} runs already"
            raise RuntimeError(msg)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=os.environ | self._environment,
            )
        try:
            self._wait(ready, seconds)
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """Asks the process to end (SIGTERM) and waits; kills it when it takes too long."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def kill(self) -> None:
        """Ends the process without a chance to close anything (SIGKILL)."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        self._process = None

    def _wait(self, ready: Callable[[], bool], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.running:
                msg = f"{self.name} ended by itself. Its log ends:\n{self._tail()}"
                raise RuntimeError(msg)
            if time.monotonic() > deadline:
                msg = f"{self.name} was not ready after {seconds:g} s. Its log ends:\n{self._tail()}"
                raise RuntimeError(msg)
            time.sleep(0.1)

    def _tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-30:])
