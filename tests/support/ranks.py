"""What belongs into one test process, and what comes first."""

from __future__ import annotations

from typing import Final

_DEMOS: Final = ("tests/demo/", "tests/docs/test_publish.py")
_LONG: Final = (
    "tests/faults/",
    "tests/operate/",
    "tests/streams/",
    "tests/docs/",
    "tests/producers/test_gen",
)


def group(nodeid: str) -> str:
    """The name of those that run in one process.

    A file's tests stay together, as their fixtures are dear. Demos come one after another: each keeps a core
    busy, and three at once took four times as long as one by one.
    """
    return "demos" if nodeid.startswith(_DEMOS) else nodeid.partition("::")[0]


def rank(nodeid: str) -> int:
    """Lower comes earlier: what takes minutes must not be left for the end, when the others are done."""
    return 0 if nodeid.startswith(_DEMOS) else 1 if nodeid.startswith(_LONG) else 2
