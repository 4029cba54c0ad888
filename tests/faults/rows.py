"""A row of the table that ``make faults`` prints."""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """One fault, and whether everything stood afterwards.

    ``seen`` counts what happened in the run: kills, rebalances, fencings, replays. A row in which the fault
    itself was not seen is not reached. ``detail`` says in one line what differed, or the size of the run.
    """

    name: str
    reached: bool
    seen: dict[str, int]
    detail: str
