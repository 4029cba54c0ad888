"""What a rule about signals may name: what signals count, or what campaigns and customers bought."""

from __future__ import annotations

from typing import Final, NamedTuple, Protocol

from daybook.ledger.bought.measures import BOUGHT, OF_CAMPAIGNS, asks_what_was_bought, bought_expression
from daybook.ledger.expressions import Expression, Node, Operation, Stored, Vocabulary
from daybook.ledger.signals.expressions import SIGNAL_VOCABULARY, signal_expression
from daybook.ledger.signals.measures import IN_A_CURRENCY
from daybook.ledger.signals.merged import Quarters, SignalPlace
from daybook.schemas.rules import Rule
from daybook.schemas.signal_rule import SignalRule

_BY_CURRENCY: Final = IN_A_CURRENCY | OF_CAMPAIGNS


class QuarterTotals(Protocol):
    """Totals by store, quarter hour and label."""

    @property
    def currencies(self) -> list[str]:
        """All in which something is counted; '' for none."""

    def of_store(self, place: SignalPlace, store_id: str) -> Quarters:
        """What a store has of a place; empty where nothing is known of its day."""


class RuleMeasure(NamedTuple):
    """A rule's measure, the counted ones that it names, and of which vocabulary they are."""

    expression: Expression
    names: frozenset[str]
    vocabulary: Vocabulary

    @property
    def money(self) -> bool:
        """Whether it names any money, which is asked for by currency."""
        return not self.names.isdisjoint(self.vocabulary.money)

    @property
    def by_currency(self) -> bool:
        """Whether what it names is counted in currencies."""
        return not self.names.isdisjoint(_BY_CURRENCY)


def rule_measure(rule: SignalRule) -> RuleMeasure:
    """The measure of a rule.

    Raises:
        ExpressionError: it cannot be read, or names both signals and what was bought.
    """
    of_orders = asks_what_was_bought(rule.measure)
    vocabulary = BOUGHT if of_orders else SIGNAL_VOCABULARY
    expression = bought_expression(rule.measure) if of_orders else signal_expression(rule.measure)
    return RuleMeasure(expression, _names(expression, vocabulary), vocabulary)


def by_campaign_alone(measure: RuleMeasure) -> bool:
    """Whether all that it names is counted by campaign."""
    return measure.names <= OF_CAMPAIGNS


def asks_for_orders(rule: Rule) -> bool:
    """Whether a rule can be answered by what is known of campaigns and customers alone."""
    return rule.enabled and isinstance(rule, SignalRule) and asks_what_was_bought(rule.measure)


def _names(measure: Expression, vocabulary: Vocabulary) -> frozenset[str]:
    left: list[Node] = [measure.node]
    found: set[str] = set()
    while left:
        node = left.pop()
        if isinstance(node, Stored):
            found.add(vocabulary.stored[node.place])
        elif isinstance(node, Operation):
            left += [node.left, node.right]
    return frozenset(found)
