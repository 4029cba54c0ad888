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
        self._filed_targets: dict[_TargetKey, Target] = {}
        self._filed_adjustments: dict[tuple[str, datetime], Adjustment] = {}
        self._arranged: Targets | None = None
        for target in targets:
            self.add_target(target)
        for adjustment in adjustments:
            self.add_adjustment(adjustment)

    def add_target(self, target: Target) -> None:
        """Take over a target, or a change of one."""
        self._targets[_key(target)] = target
        self._arranged = None

    def add_adjustment(self, adjustment: Adjustment) -> None:
        """Take over an adjustment, or a change of one."""
        self._adjustments[adjustment.adjustment_id, adjustment.set_at] = adjustment

    def file_targets(self, targets: Iterable[Target]) -> None:
        """Go on with what a file says now; what is not in it any more holds only if it was added, too."""
        self._filed_targets = {_key(target): target for target in targets}
        self._arranged = None

    def file_adjustments(self, adjustments: Iterable[Adjustment]) -> None:
        """The same of adjustments."""
        self._filed_adjustments = {(each.adjustment_id, each.set_at): each for each in adjustments}

    @property
    def targets(self) -> Targets:
        """All targets, by whose they are; another object once one was added."""
        if self._arranged is None:
            self._arranged = Targets({**self._filed_targets, **self._targets}.values())
        return self._arranged

    @property
    def adjustments(self) -> list[Adjustment]:
        """All adjustments, also those that were replaced or withdrawn."""
        return list({**self._filed_adjustments, **self._adjustments}.values())


def _key(target: Target) -> _TargetKey:
    return target.scope, target.key, target.currency, target.period.value, target.first, target.set_at
