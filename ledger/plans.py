"""Targets and adjustments as they come in: all that were ever set, ready to be asked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from daybook.ledger.targets import Targets
from daybook.schemas.adjustments import Adjustment
from daybook.schemas.targets import Target

_TargetKey = tuple[str, str | None, str, str, date, datetime]


class Plans:
    """What is meant and what is expected. The same change taken twice counts once."""

    def __init__(self, targets: Iterable[Target] = (), adjustments: Iterable[Adjustment] = ()) -> None:
        self._targets: dict[_TargetKey, Target] = {}
        self._adjustments: dict[tuple[str, datetime], Adjustment] = {}
        self._arranged: Targets | None = None
        for target in targets:
            self.add_target(target)
        for adjustment in adjustments:
            self.add_adjustment(adjustment)

    def add_target(self, target: Target) -> None:
        """Take over a target, or a change of one."""
        key = (target.scope, target.key, target.currency, target.period.value, target.first, target.set_at)
        self._targets[key] = target
        self._arranged = None

    def add_adjustment(self, adjustment: Adjustment) -> None:
        """Take over an adjustment, or a change of one."""
        self._adjustments[adjustment.adjustment_id, adjustment.set_at] = adjustment

    @property
    def targets(self) -> Targets:
        """All targets, by whose they are; another object once one was added."""
        if self._arranged is None:
            self._arranged = Targets(self._targets.values())
        return self._arranged

    @property
    def adjustments(self) -> list[Adjustment]:
        """All adjustments, also those that were replaced or withdrawn."""
        return list(self._adjustments.values())
