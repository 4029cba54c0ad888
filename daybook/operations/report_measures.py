"""A business's own measures in reports: over the period and the one before it, by currency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from daybook.ledger.board_measures import shown
from daybook.ledger.expressions import ExpressionError, parse_all
from daybook.ledger.periods import Period
from daybook.operations.base import CannotAct, Place
from daybook.schemas.measures import CustomMeasure
from daybook.sinks.contenders import contenders


def own_measures(
    place: Place, custom: Sequence[CustomMeasure], period: Period, before: Period
) -> dict[str, list[dict[str, Any]]]:
    """Each measure's name, unit, value and value before; None where it divides by zero.

    Raises:
        CannotAct: one of them cannot be read.
    """
    try:
        measures = parse_all({each.name: each.expression for each in custom})
    except ExpressionError as error:
        raise CannotAct(f"The measures file is not valid: {error}.") from error
    if not measures:
        return {}
    now, earlier = _sums(place, period), _sums(place, before)
    return {
        currency: [
            {
                "name": name,
                "unit": measure.unit,
                "value": _told(measure.value(vector), measure.unit),
                "before": _told(measure.value(earlier[currency]), measure.unit)
                if currency in earlier
                else None,
            }
            for name, measure in measures.items()
        ]
        for currency, vector in now.items()
    }


def _sums(place: Place, period: Period) -> Mapping[str, list[int]]:
    """The stored measures of all stores together."""
    found = contenders(place.store, "store", period, with_time=False)
    return {
        currency: [sum(column) for column in zip(*(each.vector for each in own), strict=True)]
        for currency, own in found.items()
        if own
    }


def _told(value: Fraction | None, unit: str) -> int | None:
    return None if value is None else shown(value, unit)
