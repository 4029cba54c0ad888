"""How the weeks of somebody have usually fallen on their days, by the totals that are in memory."""

from __future__ import annotations

from collections import Counter
from datetime import date

from daybook.ledger.board_rankings import BOOK
from daybook.ledger.measures import DISCOUNTS, GROSS, REVERSALS
from daybook.ledger.merged import MergedTotals
from daybook.ledger.period_totals import DIMENSION_OF
from daybook.ledger.targets import Holder, Weights, weekday_weights
from daybook.ledger.teams import Staff


class MergedWeights:
    """Weights by what ``merged`` holds, for spreading targets over days."""

    def __init__(self, merged: MergedTotals, staff: Staff) -> None:
        self._merged = merged
        self._staff = staff

    def __call__(self, holder: Holder, before: date) -> Weights:
        """See ``targets.weekday_weights``."""
        return weekday_weights(self._nets(holder, before), before)

    def _nets(self, holder: Holder, before: date) -> Counter[date]:
        nets: Counter[date] = Counter()
        dimension = DIMENSION_OF.get(holder.scope, holder.scope)
        for place in self._merged.places():
            if (place.book, place.dimension, place.currency) != (BOOK, dimension, holder.currency):
                continue
            day = place.business_date
            if day < before:
                for key in self._keys(holder, day):
                    total = self._merged.total(place, key)
                    if total is not None:
                        vector = total.vector
                        nets[day] += vector[GROSS] + vector[DISCOUNTS] + vector[REVERSALS]
        return nets

    def _keys(self, holder: Holder, day: date) -> list[str]:
        if holder.scope == "team":
            return self._staff.members(day).get(holder.key or "", [])
        return [holder.key or ""]
