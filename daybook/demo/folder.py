"""The demo's data folder: which process has it open, and how other commands reach that process."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson


@dataclass(frozen=True)
class RunningDemo:
    """Where a running demo answers. The token is readable only by the folder's owner."""

    url: str
    token: str


class DataFolder:
    """Paths within a data folder, and the note by which a running demo is found."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.journal = path / "journal"
        self.stores_file = path / "stores.json"
        self._note = path / "running.json"
        self._live = path / "live-since"
        self._signals = path / "signals-since"

    def rules(self) -> Path:
        """The rules file of alerts: the owner's own ``rules.json``, or what the demo made."""
        return self.made("rules.json")

    def made(self, name: str) -> Path:
        """A file that the demo makes beside it, under a name that begins with demo-; the owner's own wins."""
        own = self.path / name
        return own if own.exists() else self.path / f"demo-{name}"

    def prepare(self) -> None:
        """Make the folder, for its owner only.

        Raises:
            OSError: it cannot be made.
        """
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)

    def announce(self, url: str) -> RunningDemo:
        """Leave a note with the address and a new token."""
        running = RunningDemo(url, secrets.token_urlsafe(32))
        body = orjson.dumps({"url": running.url, "token": running.token})
        descriptor = os.open(self._note, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(body)
        return running

    def withdraw(self) -> None:
        """Remove the note."""
        self._note.unlink(missing_ok=True)

    def live_since(self) -> datetime | None:
        """From when the simulated shops have published live; None before they have published their past."""
        return _instant(self._live)

    def note_live_since(self, since: datetime) -> None:
        """Note that the simulated past is published up to an instant."""
        self._live.write_text(since.isoformat(), encoding="ascii")

    def signals_since(self) -> datetime | None:
        """From when the shops' signals are published live; None before their past is published."""
        return _instant(self._signals)

    def note_signals_since(self, since: datetime) -> None:
        """Note that the past of signals is published up to an instant."""
        self._signals.write_text(since.isoformat(), encoding="ascii")

    def running(self) -> RunningDemo | None:
        """The note of a demo that has the folder open, or had when it was killed."""
        try:
            body = orjson.loads(self._note.read_bytes())
            return RunningDemo(body["url"], body["token"])
        except (OSError, ValueError, KeyError):
            return None


def _instant(note: Path) -> datetime | None:
    try:
        return datetime.fromisoformat(note.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
