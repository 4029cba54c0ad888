"""How test processes share a run."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

from tests.support.ranks import group


class TogetherScheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
    """Hands out groups of tests in the order of their collection, each to one process."""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)
