"""The questions of all rules at a tick, with the facts by which each is judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction

from daybook.ledger.alerts.facts import Facts, TargetFacts
from daybook.ledger.alerts.figures import Figures, name_of
from daybook.ledger.alerts.glance import Glance, Place
from daybook.ledger.alerts.robust import Flags
from daybook.ledger.alerts.sheet import NET, ORDERS, REVERSED, SOLD
from daybook.ledger.alerts.watching import Question
from daybook.schemas import rules as r
from daybook.schemas.alerts import Alert, Dimension


def meant(rule: r.Rule, key: str | None) -> bool:
    """Whether a rule looks at a key."""
    return (rule.keys is None or key in rule.keys) and key not in rule.without


def sales_questions(
    rules: Iterable[r.Rule], glance: Glance, figures: Figures, going_on: Iterable[Alert] | None = None
) -> Iterator[Question]:
    """What is asked about stores, regions and all: their last minutes, silences, targets and reversals.

    Of stores only those are asked about where a rule could find something, and those of alerts ``going_on``;
    without these, about all.
    """
    places = _Places(glance, going_on)
    for rule in rules:
        facts = _FACTS.get(type(rule))
        # Refunds and voids one by one are not in the totals: those are asked about with the tills.
        counted = isinstance(rule, r.SpikeRule) and rule.what != "reversals"
        if facts is None or not rule.enabled or counted:
            continue
        for place in places.of(rule):
            known = facts(rule, glance, place, figures)
            if known is not None:
                yield Question(rule, place.scope, place.business_date, known)


class _Places:
    """The places of each dimension, put together once a tick."""

    def __init__(self, glance: Glance, going_on: Iterable[Alert] | None) -> None:
        self._glance = glance
        self._known: dict[tuple[Dimension, bool], list[Place]] = {}
        self._ask_all = going_on is None
        self._going_on: defaultdict[str, set[tuple[str | None, str | None]]] = defaultdict(set)
        for alert in going_on or ():
            self._going_on[alert.rule].add((alert.scope.key, alert.scope.currency))

    def of(self, rule: r.Rule) -> Iterator[Place]:
        dimension = r.dimension_of(rule)
        if dimension not in (Dimension.ALL, Dimension.REGION, Dimension.STORE):
            return
        money = not isinstance(rule, (r.SilentRule, r.DataMissingRule))
        places: Iterable[Place]
        if dimension is Dimension.STORE:
            worth = None if self._ask_all else _worth_asking(rule, self._glance)
            also = self._going_on[rule.id]
            places = self._glance.places(dimension, money=money, worth=worth, also=also)
        else:
            if (dimension, money) not in self._known:
                self._known[dimension, money] = list(self._glance.places(dimension, money=money))
            places = self._known[dimension, money]
        yield from (place for place in places if meant(rule, place.scope.key))


def _worth_asking(rule: r.Rule, glance: Glance) -> Flags | None:
    """Where a rule could find something, by what has to be so in any case; None: everywhere."""
    worth: Flags | None = None
    if isinstance(rule, r.RecentRule):
        of, usual = glance.window(NET if rule.measure == "net" else ORDERS, rule.minutes)
        beyond = Fraction(rule.beyond_spread)
        short = (usual.amount - of.actual) * beyond.denominator
        worth = (of.actual * 100 <= usual.amount * (100 - rule.drop_percent)) & (
            short >= usual.spread * beyond.numerator
        )
    elif isinstance(rule, r.SilentRule):
        worth = glance.silences.seconds >= rule.minutes * 60
    elif isinstance(rule, r.SpikeRule):
        taken, sold = (glance.window(measure, rule.minutes)[0].actual for measure in (REVERSED, SOLD))
        worth = (taken > 0) & (taken * 100 >= sold * rule.at_least_percent)
    return None if worth is None else worth & glance.open


def _recent(rule: r.RecentRule, glance: Glance, place: Place, _figures: Figures) -> Facts | None:
    return glance.recent(place, rule.minutes, NET if rule.measure == "net" else ORDERS)


def _gap(_rule: r.Rule, glance: Glance, place: Place, _figures: Figures) -> Facts | None:
    return glance.gap(place)


def _spike(rule: r.SpikeRule, glance: Glance, place: Place, _figures: Figures) -> Facts | None:
    return glance.reversals(place, rule.minutes)


def _target(_rule: r.TargetRule, glance: Glance, place: Place, figures: Figures) -> Facts | None:
    known = figures.get(name_of(place.scope))
    if known is None or known.target is None or known.projected_close is None:
        return None
    currency = place.scope.currency or ""
    return TargetFacts(glance.trading(place), known.target, known.projected_close, known.chance, currency)


_Gather = Callable[[r.Rule, Glance, Place, Figures], Facts | None]
_FACTS: dict[type, _Gather] = {
    r.RecentRule: _recent,  # type: ignore[dict-item]  # each is asked about its own kind of rule alone
    r.SilentRule: _gap,
    r.DataMissingRule: _gap,
    r.SpikeRule: _spike,  # type: ignore[dict-item]
    r.TargetRule: _target,  # type: ignore[dict-item]
}
