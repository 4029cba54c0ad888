"""How test processes share a run.

A file's tests stay in one process, as their fixtures are dear. Demos come one after another: each keeps a
core busy, and three at once took four times as long as one by one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.support.tree import ROOT

_DEMOS: Final = ("tests/demo/", "tests/docs/test_publish.py")
_LONG: Final = ("tests/faults/", "tests/operate/", "tests/streams/", "tests/docs/")


def group(path: Path) -> str:
    """The name of those that run in one process."""
    place = path.relative_to(ROOT).as_posix()
    return "demos" if place.startswith(_DEMOS) else place.replace("@", "")


def rank(path: Path) -> int:
    """Lower comes earlier: what takes minutes must not be left for the end, when the others are done."""
    place = path.relative_to(ROOT).as_posix()
    return 0 if place.startswith(_DEMOS) else 1 if place.startswith(_LONG) else 2
