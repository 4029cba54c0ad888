"""How well the cases of a run fit what was planted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Final, NamedTuple

from daybook.schemas.alerts import Dimension
from daybook.schemas.cases import Case
from tests.trials.alerts.shops import Weeks
from tests.trials.investigations.plants import Plant

_AFTER: Final = timedelta(hours=1)
"""For which a rule that looks at the last hour may still open a case."""


class Found(NamedTuple):
    """A plant, the cases that were opened for it, and which evidence stood first in the first of them."""

    plant: Plant
    cases: list[str]
    at_first: str | None
    at_last: str | None

    @property
    def right(self) -> bool:
        """One case, whose first evidence is the planted one from the beginning to the end."""
        return len(self.cases) == 1 and self.at_first == self.at_last == self.plant.evidence


class Score(NamedTuple):
    """What came of a seed. ``quiet`` are store-days on which nothing was planted; ``false`` their cases."""

    found: list[Found]
    false: list[Case]
    quiet: int
    evaluations: int


def score(
    plants: Sequence[Plant],
    opened: Mapping[str, Case],
    last: Mapping[str, Case],
    weeks: Weeks,
    evaluations: int,
) -> Score:
    """Hold the cases against what was planted."""
    taken: set[str] = set()
    found = []
    for plant in plants:
        own = [
            case_id
            for case_id, case in sorted(opened.items(), key=lambda item: item[1].opened_at)
            if plant.start < case.opened_at <= plant.end + _AFTER and _concerns(case, plant, weeks)
        ]
        taken.update(own)
        first, end = (_first(cases[own[0]]) if own else None for cases in (opened, last))
        found.append(Found(plant, own, first, end))
    false = [case for case_id, case in opened.items() if case_id not in taken]
    return Score(found, false, _quiet(plants, weeks), evaluations)


def _concerns(case: Case, plant: Plant, weeks: Weeks) -> bool:
    """Whether a case is about the plant's place, all of it or a part."""
    if case.scope.dimension is Dimension.ALL or case.scope.key == plant.key:
        return True
    regions = {store.store_id: store.region for store in weeks.stores}
    return plant.key in (case.scope.region, regions.get(case.scope.key or "")) or regions.get(plant.key) == (
        case.scope.key
    )


def _first(case: Case) -> str | None:
    return case.evidence[0].kind if case.evidence else None


def _quiet(plants: Iterable[Plant], weeks: Weeks) -> int:
    """Store-days of the watched weeks without those in a planted place."""
    planted = {
        (store.store_id, plant.start.date())
        for plant in plants
        for store in weeks.stores
        if plant.key in (store.store_id, store.region)
    }
    watched = {plant.start.date().isocalendar()[:2] for plant in plants}
    return 7 * len(watched) * len(weeks.stores) - len(planted)
