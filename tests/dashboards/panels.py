"""Asks every panel of every board as Grafana does when somebody opens it and chooses nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from daybook.dashboards.grafana.build import documents
from daybook.dashboards.queries.filling import ALL, Value, Window, filled
from daybook.sinks.errors import StoreError
from daybook.sinks.store import Store


def nothing_to_see(store: Store, now: datetime, chosen: Mapping[str, str] | None = None) -> Iterator[str]:
    """Board, title and trouble of each panel that has an error, or no value in any column that it shows.

    Args:
        store: with the data.
        now: where the boards' windows end.
        chosen: variables that somebody does choose, such as ``currency``.
    """
    for name, board in documents().items():
        variables = _at_first(store, board, chosen or {})
        for panel in board["panels"]:
            sql = filled(panel["targets"][0]["rawSql"], variables, _window(board, panel, now))
            try:
                rows = store.records(sql)
            except StoreError as error:
                yield f"{name}: {panel['title']}: {str(error)[:200]}"
                continue
            shown = panel["transformations"][-1]["options"]["include"]["names"]
            if all(row.get(column) is None for row in rows for column in shown if column != "time"):
                yield f"{name}: {panel['title']}: {len(rows)} row(s), nothing in them"


def _at_first(store: Store, board: Mapping[str, Any], chosen: Mapping[str, str]) -> dict[str, Value]:
    """What the variables of a board are when it opens: the first answer, or what is set as current."""
    found: dict[str, Value] = {}
    for variable in board["templating"]["list"]:
        current = (variable.get("current") or {}).get("value")
        if variable["name"] in chosen:
            value = chosen[variable["name"]]
        elif current == ["$__all"]:
            value = ALL
        elif current is not None or variable["type"] != "query":
            value = variable["query"] if current is None else current
        else:
            value = str(store.value(filled(variable["query"], found)))
        found[variable["name"]] = value
    return found


def _window(board: Mapping[str, Any], panel: Mapping[str, Any], now: datetime) -> Window:
    back = panel.get("timeFrom")
    if back is not None:
        return Window(now - timedelta(days=int(back.removesuffix("d"))), now, 86_400)
    if board["time"]["to"] == "now":
        return Window(now - timedelta(hours=24), now, 300)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return Window(midnight, midnight + timedelta(hours=30), 300)


if __name__ == "__main__":
    with Store.embedded(Path(sys.argv[1])) as opened:
        sys.stdout.writelines(f"{told}\n" for told in nothing_to_see(opened, datetime.now(UTC)))
