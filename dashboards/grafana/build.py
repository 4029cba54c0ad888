"""All boards, and their JSON as it is kept beside the code."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from daybook.dashboards.grafana.boards.investigations import investigations
from daybook.dashboards.grafana.boards.leaderboard import leaderboard, managers
from daybook.dashboards.grafana.boards.lines import lines
from daybook.dashboards.grafana.boards.oncall import oncall
from daybook.dashboards.grafana.boards.recognition import coaching, recognition
from daybook.dashboards.grafana.boards.signals import signals
from daybook.dashboards.grafana.boards.today import today
from daybook.dashboards.grafana.boards.trends import trends
from daybook.dashboards.grafana.boards.trust import trust

BOARDS: Final[dict[str, Callable[[], Dashboard]]] = {
    "today": today,
    "leaderboard": leaderboard,
    "managers": managers,
    "recognition": recognition,
    "coaching": coaching,
    "oncall": oncall,
    "investigations": investigations,
    "trust": trust,
    "trends": trends,
    "signals": signals,
    "lines": lines,
}
FOLDER: Final = Path(__file__).parent / "json"
_OF_INTERVALS: Final = ("auto", "auto_count", "auto_min")


def text(board: Dashboard) -> str:
    """A board as JSON: sorted keys, two spaces, a line feed at the end; of one board always the same text."""
    return written(_document(board))


def written(document: dict[str, Any]) -> str:
    """A document as it stands in its file."""
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _document(board: Dashboard) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(json.dumps(board, cls=JSONEncoder))
    for variable in document["templating"]["list"]:
        for name in _OF_INTERVALS:
            # The SDK writes these for every variable; Grafana's schema has them for intervals alone.
            variable.pop(name, None)
    return document


def documents() -> dict[str, dict[str, Any]]:
    """All boards as plain documents, by name."""
    return {name: _document(make()) for name, make in BOARDS.items()}


def texts() -> dict[str, str]:
    """All boards by the name of their file."""
    return {f"{name}.json": written(document) for name, document in documents().items()}


def drifted(folder: Path = FOLDER) -> list[str]:
    """Files that differ from what the code builds, are missing, or belong to no board; sorted."""
    wanted = texts()
    kept = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.json")}
    return sorted(name for name in wanted.keys() | kept.keys() if wanted.get(name) != kept.get(name))


def write(folder: Path = FOLDER) -> list[str]:
    """Write what has drifted; the files that were written or removed."""
    wanted = texts()
    changed = drifted(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in changed:
        if name in wanted:
            (folder / name).write_text(wanted[name], encoding="utf-8")
        else:
            (folder / name).unlink()
    return changed
