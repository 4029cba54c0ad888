"""What is asked about signals: any measure of them in the last minutes, and in those of like days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Final, NamedTuple

from daybook.ledger.alerts.asking import meant
from daybook.ledger.alerts.facts import SignalFacts
from daybook.ledger.alerts.glance import Glance
from daybook.ledger.alerts.watching import Question
from daybook.ledger.calendar import QUARTER
from daybook.ledger.expressions import Expression, Node, Operation, Stored
from daybook.ledger.signals.expressions import SIGNAL_VOCABULARY, signal_expression, value_of
from daybook.ledger.signals.measures import IN_A_CURRENCY
from daybook.ledger.signals.merged import Measures, MergedSignals, SignalPlace
from daybook.schemas.alerts import Dimension
from daybook.schemas.signal_rule import SignalRule

LIKE_WEEKS: Final = 8
FEWEST_LIKE_DAYS: Final = 4
_DIMENSION, _LABELLED = "store_quarter", "store_quarter_label"


class _Asked(NamedTuple):
    """A rule, the measures that it names, and the currencies in which they are looked for."""

    rule: SignalRule
    measure: Expression
    names: frozenset[str]
    currencies: tuple[str, ...]


def signal_questions(rule: SignalRule, glance: Glance, signals: MergedSignals) -> Iterator[Question]:
    """What a rule about signals asks of each store, region or of all together.

    Counts are those of all currencies, for a deal is a deal in any; of money each currency is asked for
    itself.

    Raises:
        ExpressionError: its measure cannot be read.
    """
    measure = signal_expression(rule.measure)
    names = frozenset(SIGNAL_VOCABULARY.stored[place] for place in _places(measure))
    money = not names.isdisjoint(SIGNAL_VOCABULARY.money)
    counted_in = ("",) if names.isdisjoint(IN_A_CURRENCY) else tuple(signals.currencies)
    end = int(glance.settled.timestamp()) // QUARTER * QUARTER
    quarters = range(end - rule.minutes * 60, end, QUARTER)
    for place in glance.places(Dimension(rule.dimension), money=money):
        if not meant(rule, place.scope.key):
            continue
        own = ("", place.scope.currency or "") if money else counted_in
        asked = _Asked(rule, measure, names, own)
        rows = [(store, day) for store, _, day in glance.rows_of(place)]
        now = list(_parts(asked, signals, rows, quarters))
        usual = _usual(asked, signals, rows, quarters)
        facts = SignalFacts(
            glance.trading(place),
            rule.minutes,
            value_of(measure, now),
            usual,
            _counted(asked, now),
            measure.unit,
        )
        yield Question(rule, place.scope, place.business_date, facts)


def _usual(
    asked: _Asked, signals: MergedSignals, rows: list[tuple[str, date]], quarters: range
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
        value = value_of(asked.measure, _parts(asked, signals, past, moved))
        if value is not None:
            found.append(value)
    if len(found) < FEWEST_LIKE_DAYS:
        return None
    ordered, half = sorted(found), len(found) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _parts(
    asked: _Asked, signals: MergedSignals, rows: list[tuple[str, date]], quarters: range
) -> Iterator[Measures]:
    """The measures of these stores and quarter hours; only those of a label, where the rule names one."""
    label = asked.rule.label
    dimension = _DIMENSION if label is None else _LABELLED
    # Around a store's closing time the last minutes lie on two business dates.
    days = [(store, day - back) for store, day in dict.fromkeys(rows) for back in (timedelta(1), timedelta())]
    for currency in asked.currencies:
        for store, day in days:
            known: Mapping[int, Mapping[str, Measures]] = signals.of_store(
                SignalPlace(day, dimension, currency), store
            )
            for quarter in quarters:
                for name, measures in known.get(quarter, {}).items():
                    if label is None or name == label:
                        yield measures


def _counted(asked: _Asked, parts: Sequence[Measures]) -> int:
    """How many signals a measure is made of, whatever it makes of them.

    What names money alone says nothing of that: there is enough of it where there is any.
    """
    counts = asked.names - SIGNAL_VOCABULARY.money
    if not counts:
        return asked.rule.at_least if any(part.get(name) for part in parts for name in asked.names) else 0
    return sum(max(abs(part.get(name, 0)) for name in counts) for part in parts)


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
