"""What differs between what is wanted and what Grafana has. Pure."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from typing import Any, Final

_OWN: Final = ("id", "version")
"""What Grafana gives to a board by itself."""


def lacking(wanted: Any, found: Any, path: str = "") -> Iterator[str]:
    """Where ``found`` does not have what ``wanted`` says; what it has beyond that is Grafana's business."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        for key in sorted(wanted):
            yield from lacking(wanted[key], found.get(key), f"{path}.{key}" if path else key)
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for place, (one, other) in enumerate(zip(wanted, found, strict=True)):
            yield from lacking(one, other, f"{path}[{place}]")
    elif wanted != found:
        yield f"{path}: {_short(found)} -> {_short(wanted)}"


def board_lines(board: dict[str, Any]) -> list[str]:
    """A board as lines of JSON, without what Grafana gives it by itself."""
    kept = {key: value for key, value in board.items() if key not in _OWN}
    return json.dumps(kept, indent=2, sort_keys=True, ensure_ascii=False).splitlines()


def board_changes(wanted: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """The lines that go (-) and come (+) when a board is replaced."""
    lines = difflib.unified_diff(board_lines(found), board_lines(wanted), lineterm="", n=0)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else f"{text[:77]}..."
