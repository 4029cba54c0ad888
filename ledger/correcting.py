"""A partition's totals put right: what was computed anew goes over what was told before."""

from __future__ import annotations

from collections.abc import Mapping

from daybook.ledger import measures
from daybook.ledger.messages import TotalsBucket

Entries = dict[str, list[int]]


def corrected(
    old: Mapping[bytes, TotalsBucket], new: Mapping[bytes, TotalsBucket], at: int
) -> dict[bytes, Entries]:
    """The entries, whole, of each bucket of which something was wrong; by its record key.

    What is right keeps its version. What was wrong gets the version ``at``, which has to be above all before
    it and below all that follow; what should not be there becomes zeros, so that readers take it back.
    """
    found = {}
    for key in old.keys() | new.keys():
        before = old[key].entries if key in old else {}
        after = new[key].entries if key in new else {}
        entries = {
            name: _entry(before.get(name), after.get(name), at) for name in before.keys() | after.keys()
        }
        if entries != before:
            found[key] = entries
    return found


def _entry(before: list[int] | None, after: list[int] | None, at: int) -> list[int]:
    vector = after[1:] if after is not None else [0] * measures.WIDTH
    if before is not None and before[1:] == vector:
        return before
    return [at, *vector]
