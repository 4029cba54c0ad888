"""What is asked about signals: any measure of them in the last minutes, and in those of like days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from daybook.ledger.alerts.asking import meant
from daybook.ledger.alerts.facts import SignalFacts
from daybook.ledger.alerts.glance import Glance
from daybook.ledger.alerts.watching import Question
from daybook.ledger.calendar import QUARTER
from daybook.ledger.expressions import Expression, Node, Operation, Stored
from daybook.ledger.signals.expressions import SIGNAL_VOCABULARY, signal_expression, value_of
from daybook.ledger.signals.merged import Measures, MergedSignals, SignalPlace
from daybook.schemas.alerts import Dimension
from daybook.schemas.signal_rule import SignalRule

LIKE_WEEKS: Final = 8
FEWEST_LIKE_DAYS: Final = 4
_DIMENSION, _LABELLED = "store_quarter", "store_quarter_label"


def signal_questions(rule: SignalRule, glance: Glance, signals: MergedSignals) -> Iterator[Question]:
    """What a rule about signals asks of each store, region or of all together.

    Raises:
        ExpressionError: its measure cannot be read.
    """
    measure = signal_expression(rule.measure)
    end = int(glance.settled.timestamp()) // QUARTER * QUARTER
    quarters = range(end - rule.minutes * 60, end, QUARTER)
    for place in glance.places(Dimension(rule.dimension), money=False):
        if not meant(rule, place.scope.key):
            continue
        rows = [(store, day) for store, _, day in glance.rows_of(place)]
        now = list(_parts(rule, signals, rows, quarters))
        usual = _usual(rule, measure, signals, rows, quarters)
        counted = sum(_counted(measure, part) for part in now)
        facts = SignalFacts(
            glance.trading(place), rule.minutes, value_of(measure, now), usual, counted, measure.unit
        )
        yield Question(rule, place.scope, place.business_date, facts)


def _usual(
    rule: SignalRule,
    measure: Expression,
    signals: MergedSignals,
    rows: list[tuple[str, date]],
    quarters: range,
) -> Fraction | None:
    """The median of the same minutes of the same weekday in the weeks before, of those with any signal."""
    found = []
    for week in range(1, LIKE_WEEKS + 1):
        # A quarter hour of a like day is one of the same instant of the week: a change of clocks shifts it.
        back = timedelta(weeks=week)
        past = [(store, day - back) for store, day in rows]
        if not any(signals.of_store(SignalPlace(day, _DIMENSION), store) for store, day in past):
            continue
        moved = range(quarters.start - week * 604_800, quarters.stop - week * 604_800, QUARTER)
        value = value_of(measure, _parts(rule, signals, past, moved))
        if value is not None:
            found.append(value)
    if len(found) < FEWEST_LIKE_DAYS:
        return None
    ordered, half = sorted(found), len(found) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _parts(
    rule: SignalRule, signals: MergedSignals, rows: list[tuple[str, date]], quarters: range
) -> Iterator[Measures]:
    """The measures of these stores and quarter hours; only those of a label, where the rule names one."""
    for store, day in dict.fromkeys(rows):
        # Around a store's closing time the last minutes lie on two business dates.
        for each in (day - timedelta(days=1), day):
            known: Mapping[int, Mapping[str, Measures]] = signals.of_store(
                SignalPlace(each, _DIMENSION if rule.label is None else _LABELLED), store
            )
            for quarter in quarters:
                for label, measures in known.get(quarter, {}).items():
                    if rule.label is None or label == rule.label:
                        yield measures


def _counted(measure: Expression, part: Measures) -> int:
    """How many signals an expression's measures count, whatever it makes of them."""
    names = {SIGNAL_VOCABULARY.stored[place] for place in _places(measure)}
    return max((part.get(name, 0) for name in names), default=0)


def _places(measure: Expression) -> set[int]:
    left: list[Node] = [measure.node]
    found: set[int] = set()
    while left:
        node = left.pop()
        if isinstance(node, Stored):
            found.add(node.place)
        elif isinstance(node, Operation):
            left += [node.left, node.right]
    return found
