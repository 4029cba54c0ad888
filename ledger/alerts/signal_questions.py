"""What is asked about signals: any measure of them in the last minutes, and in those of like days.

What campaigns and customers bought is asked for in the same way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Final, NamedTuple

from daybook.ledger.alerts.asking import meant
from daybook.ledger.alerts.facts import SignalFacts
from daybook.ledger.alerts.glance import Glance, Place
from daybook.ledger.alerts.signal_measures import QuarterTotals, RuleMeasure, rule_measure
from daybook.ledger.alerts.watching import Question
from daybook.ledger.bought.measures import BOUGHT
from daybook.ledger.calendar import QUARTER
from daybook.ledger.signals.expressions import value_of
from daybook.ledger.signals.merged import Measures, SignalPlace
from daybook.schemas.alerts import Dimension, Scope
from daybook.schemas.signal_rule import SignalRule

LIKE_WEEKS: Final = 8
FEWEST_LIKE_DAYS: Final = 4
_DIMENSION, _LABELLED = "store_quarter", "store_quarter_label"
_WEEK: Final = 604_800
_RATIO: Final = "millionths"

Parts = Sequence[Measures]


class _Asked(NamedTuple):
    """A rule with its measure, and the currencies in which that is looked for."""

    rule: SignalRule
    measure: RuleMeasure
    currencies: tuple[str, ...]


class _Window(NamedTuple):
    """Stores with their business dates, and the quarter hours (their beginnings, epoch seconds)."""

    rows: tuple[tuple[str, date], ...]
    quarters: range

    def back(self, weeks: int) -> _Window:
        """The same so many weeks before.

        A quarter hour of a like day is one of the same instant of the week: a change of clocks shifts it.
        """
        shift = weeks * _WEEK
        rows = tuple((store, day - timedelta(weeks=weeks)) for store, day in self.rows)
        return _Window(rows, range(self.quarters.start - shift, self.quarters.stop - shift, QUARTER))


def signal_questions(rule: SignalRule, glance: Glance, totals: QuarterTotals) -> Iterator[Question]:
    """What a rule about signals asks of each store, region, campaign or of all together.

    Counts are those of all currencies, for a deal is a deal in any; of money each currency is asked for
    itself.

    Raises:
        ExpressionError: its measure cannot be read.
    """
    measure = rule_measure(rule)
    counted_in = tuple(totals.currencies) if measure.by_currency else ("",)
    end = int(glance.settled.timestamp()) // QUARTER * QUARTER
    quarters = range(end - rule.minutes * 60, end, QUARTER)
    of_campaigns = rule.dimension == "campaign"
    dimension = Dimension.ALL if of_campaigns else Dimension(rule.dimension)
    for place in glance.places(dimension, money=measure.money):
        own = ("", place.scope.currency or "") if measure.money else counted_in
        asked = _Asked(rule, measure, own)
        rows = tuple(dict.fromkeys((store, day) for store, _, day in glance.rows_of(place)))
        window = _Window(rows, quarters)
        if of_campaigns:
            yield from _of_campaigns(asked, glance, totals, place, window)
        elif meant(rule, place.scope.key):
            now = list(_parts(asked, totals, window))
            past = [list(_parts(asked, totals, before)) for before in _like(totals, window)]
            yield Question(rule, place.scope, place.business_date, _facts(asked, glance, place, now, past))


def _of_campaigns(
    asked: _Asked, glance: Glance, totals: QuarterTotals, place: Place, window: _Window
) -> Iterator[Question]:
    """Each campaign by itself, of those in these minutes or in those of a like day."""
    now = _by_label(asked, totals, window)
    past = [_by_label(asked, totals, before) for before in _like(totals, window)]
    for campaign in sorted(now.keys() | {name for each in past for name in each}):
        if campaign and meant(asked.rule, campaign):
            before = [each.get(campaign, []) for each in past]
            facts = _facts(asked, glance, place, now.get(campaign, []), before)
            scope = Scope(dimension=Dimension.CAMPAIGN, key=campaign, currency=place.scope.currency)
            yield Question(asked.rule, scope, place.business_date, facts)


def _facts(asked: _Asked, glance: Glance, place: Place, now: Parts, past: Sequence[Parts]) -> SignalFacts:
    expression, vocabulary = asked.measure.expression, asked.measure.vocabulary
    values = [value for parts in past if (value := value_of(expression, parts, vocabulary)) is not None]
    counted = _counted(asked, now)
    if vocabulary is BOUGHT and expression.unit != _RATIO and past:
        # Of a campaign that has ended nothing is there, which is just what was asked for.
        counted = max(counted, sorted(_counted(asked, parts) for parts in past)[len(past) // 2])
    return SignalFacts(
        glance.trading(place),
        asked.rule.minutes,
        value_of(expression, now, vocabulary),
        _median(values) if len(values) >= FEWEST_LIKE_DAYS else None,
        counted,
        expression.unit,
    )


def _like(totals: QuarterTotals, window: _Window) -> list[_Window]:
    """The same minutes of the same weekday in the weeks before, of those with anything counted."""
    return [
        before
        for before in (window.back(week) for week in range(1, LIKE_WEEKS + 1))
        if any(totals.of_store(SignalPlace(day, _DIMENSION), store) for store, day in before.rows)
    ]


def _median(values: Sequence[Fraction]) -> Fraction:
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _parts(asked: _Asked, totals: QuarterTotals, window: _Window) -> Iterator[Measures]:
    """The measures of these stores and quarter hours; only those of a label, where the rule names one."""
    label = asked.rule.label
    for name, measures in _labelled(asked, totals, window, _DIMENSION if label is None else _LABELLED):
        if label is None or name == label:
            yield measures


def _by_label(asked: _Asked, totals: QuarterTotals, window: _Window) -> Mapping[str, list[Measures]]:
    found: defaultdict[str, list[Measures]] = defaultdict(list)
    for name, measures in _labelled(asked, totals, window, _LABELLED):
        found[name].append(measures)
    return found


def _labelled(
    asked: _Asked, totals: QuarterTotals, window: _Window, dimension: str
) -> Iterator[tuple[str, Measures]]:
    # Around a store's closing time the last minutes lie on two business dates.
    days = [(store, day - back) for store, day in window.rows for back in (timedelta(1), timedelta())]
    for currency in asked.currencies:
        for store, day in days:
            known = totals.of_store(SignalPlace(day, dimension, currency), store)
            for quarter in window.quarters:
                yield from known.get(quarter, {}).items()


def _counted(asked: _Asked, parts: Parts) -> int:
    """How many signals a measure is made of, whatever it makes of them.

    What names money alone says nothing of that: there is enough of it where there is any.
    """
    names = asked.measure.names
    counts = names - asked.measure.vocabulary.money
    if not counts:
        return asked.rule.at_least if any(part.get(name) for part in parts for name in names) else 0
    return sum(max(abs(part.get(name, 0)) for name in counts) for part in parts)
