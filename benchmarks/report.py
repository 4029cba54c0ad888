"""The table that a run prints: each row with what it came to, what it is to reach, and whether it did."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Row(NamedTuple):
    """One row. ``reached`` is None where a figure is only told."""

    name: str
    figure: str
    target: str = ""
    reached: bool | None = None
    note: str = ""


class Spread(NamedTuple):
    """Several measurements of one thing."""

    median: float
    lowest: float
    highest: float


def spread(values: Sequence[float]) -> Spread:
    """Median, lowest and highest."""
    return Spread(statistics.median(values), min(values), max(values))


def at_least(name: str, values: Sequence[float], target: float, note: str = "") -> Row:
    """A row of a ratio whose median is to reach a target."""
    found = spread(values)
    return Row(name, _ratio(found), f">= {target:g}", found.median >= target, note)


def at_most(name: str, values: Sequence[float], target: float, note: str = "") -> Row:
    """A row of a ratio whose median may not pass a target."""
    found = spread(values)
    return Row(name, _ratio(found), f"<= {target:g}", found.median <= target, note)


def rates(name: str, values: Sequence[float], unit: str, note: str = "") -> Row:
    """A row that only tells rates a second."""
    found = spread(values)
    return Row(name, f"{found.median:,.0f} {unit} ({found.lowest:,.0f} to {found.highest:,.0f})", note=note)


def table(rows: Iterable[Row]) -> str:
    """The rows as a table in Markdown."""
    lines = [("row", "figure", "to reach", "", "note"), ("---",) * 5]
    lines += [(row.name, row.figure, row.target, _verdict(row.reached), row.note) for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(5)]
    padded = (
        " | ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)) for line in lines
    )
    return "\n".join(f"| {line} |" for line in padded)


def _ratio(found: Spread) -> str:
    return f"{found.median:.2f} ({found.lowest:.2f} to {found.highest:.2f})"


def _verdict(reached: bool | None) -> str:  # noqa: FBT001 - one value of three
    return {None: "", True: "reached", False: "NOT REACHED"}[reached]
