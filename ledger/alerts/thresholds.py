"""The values of measures and expressions at every scope, for rules with a fixed threshold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from daybook.ledger import measures as m
from daybook.ledger.alerts.facts import ThresholdFacts
from daybook.ledger.alerts.glance import Glance, Place
from daybook.ledger.alerts.watching import Question
from daybook.ledger.calendar import QUARTER
from daybook.ledger.expressions import Expression, parse
from daybook.ledger.lines import SALES
from daybook.ledger.merged import MergedTotals
from daybook.ledger.merged import Place as Totals
from daybook.schemas.alerts import Dimension, Scope
from daybook.schemas.rules import ThresholdRule

_NOTHING: Final = (0,) * m.WIDTH
Vector = Sequence[int]


def threshold_questions(
    rule: ThresholdRule, glance: Glance, view: MergedTotals, custom: Mapping[str, Expression]
) -> Iterator[Question]:
    """What a rule with a fixed threshold asks.

    Raises:
        ExpressionError: its measure cannot be read.
    """
    measure = parse(rule.measure, custom)
    dimension = Dimension(rule.dimension)
    if dimension in (Dimension.ALL, Dimension.REGION, Dimension.STORE):
        found = _of_places(rule, dimension, glance, view)
    else:
        found = _of_keys(rule, dimension, glance, view)
    for place, vector in found:
        scope = place.scope
        wanted = (rule.keys is None or scope.key in rule.keys) and scope.key not in rule.without
        if wanted and rule.currency in (None, scope.currency):
            facts = ThresholdFacts(glance.trading(place), measure.value(vector), measure.unit)
            yield Question(rule, scope, place.business_date, facts)


def _of_places(
    rule: ThresholdRule, dimension: Dimension, glance: Glance, view: MergedTotals
) -> Iterator[tuple[Place, Vector]]:
    for place in glance.places(dimension, money=True):
        vectors = [_window(view, *row, minutes=rule.minutes, glance=glance) for row in glance.rows_of(place)]
        yield place, _added(vectors)


def _of_keys(
    rule: ThresholdRule, dimension: Dimension, glance: Glance, view: MergedTotals
) -> Iterator[tuple[Place, Vector]]:
    """Channels, staff, products and categories belong to no store; their day is that of most stores."""
    for whole in glance.places(Dimension.ALL, money=True):
        days = Counter(day for _, _, day in glance.rows_of(whole))
        day = max(days, key=lambda each: (days[each], each), default=whole.business_date)
        currency = whole.scope.currency or ""
        for key, total in view.table(Totals(SALES, day, currency, rule.dimension)).items():
            scope = Scope(dimension=dimension, key=key, currency=currency)
            yield whole._replace(scope=scope, business_date=day), total.vector


def _window(
    view: MergedTotals, store: str, currency: str, day: date, *, minutes: int | None, glance: Glance
) -> Vector:
    """What a store's business day so far, or its last minutes in full quarter hours, came to."""
    if minutes is None:
        total = view.total(Totals(SALES, day, currency, "store"), store)
        return _NOTHING if total is None else total.vector
    end = int((glance.settled).timestamp()) // QUARTER * QUARTER
    table = view.table(Totals(SALES, day, currency, "store_quarter"))
    quarters = range(end - minutes * 60, end, QUARTER)
    return _added([table[key].vector for q in quarters if (key := f"{store}|{q}") in table])


def _added(vectors: Sequence[Vector]) -> Vector:
    return [sum(column) for column in zip(*vectors, strict=True)] if vectors else _NOTHING
