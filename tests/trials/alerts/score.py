"""How right the alerts of a run were: what was found, what was false, and how long it took."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, NamedTuple

from daybook.schemas.alerts import Alert
from tests.trials.alerts.drive import Fired
from tests.trials.alerts.plants import QUARTER, Plant, Right

_LATE: Final = QUARTER + timedelta(minutes=1)
"""Within two evaluations: the one at which it is due, a minute after the quarter hour, and the next."""


class Found(NamedTuple):
    """A planted cause and its alert, if it came. ``in_time``: within two evaluations."""

    plant: Plant
    fired: Fired | None

    @property
    def in_time(self) -> bool:
        """Whether it fired by the second evaluation at which it could be seen in full."""
        return self.fired is not None and self.fired.at <= self.plant.due + _LATE

    @property
    def minutes(self) -> int | None:
        """From the cause to the alert."""
        return None if self.fired is None else int((self.fired.at - self.plant.start).total_seconds()) // 60


class Score(NamedTuple):
    """What came of a seed. ``true_as_well`` are further alerts that are right, ``false`` all others."""

    found: list[Found]
    true_as_well: list[Fired]
    false: list[Fired]
    wrong_reason: list[Fired]
    store_days: int
    evaluations: int


def score(plants: Sequence[Plant], fired: Sequence[Fired], store_days: int, evaluations: int) -> Score:
    """Hold what fired against what was planted. ``store_days`` are those on which stores were watched."""
    as_well, false, wrong = list[Fired](), list[Fired](), list[Fired]()
    first: dict[int, Fired] = {}
    for each in fired:
        plant = next((p for p in plants if _during(p, each) and _about(each.alert, p.wanted)), None)
        if plant is not None and plant.wanted is not None:
            if each.alert.finding != plant.wanted.finding:
                wrong.append(each)
            first.setdefault(id(plant), each)
        elif any(_during(p, each) and any(_about(each.alert, right) for right in p.right) for p in plants):
            as_well.append(each)
        else:
            false.append(each)
    found = [Found(plant, first.get(id(plant))) for plant in plants if plant.wanted is not None]
    return Score(found, as_well, false, wrong, store_days, evaluations)


def _during(plant: Plant, fired: Fired) -> bool:
    """Whether it fired while the cause held, or by its effect on the last window."""
    return plant.start < fired.at <= plant.end + plant.window


def _about(alert: Alert, right: Right | None) -> bool:
    if right is None:
        return False
    return (alert.kind, alert.scope.dimension, alert.scope.key) == (right.kind, right.dimension, right.key)
