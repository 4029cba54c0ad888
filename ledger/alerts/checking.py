"""What is wrong with a rules file that has the right form: expressions and links that cannot be made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from daybook.ledger.alerts.signal_measures import by_campaign_alone, rule_measure
from daybook.ledger.alerts.wording import PLACES, unknown_places
from daybook.ledger.expressions import Expression, ExpressionError, parse
from daybook.schemas.rules import RulesFile, ThresholdRule
from daybook.schemas.signal_rule import SignalRule


def problems(file: RulesFile, custom: Mapping[str, Expression]) -> list[str]:
    """Every problem with its place; none in a file that can be used. ``custom``: measures of one's own."""
    return [*_measures(file, custom), *_links(file)]


def _measures(file: RulesFile, custom: Mapping[str, Expression]) -> Iterator[str]:
    for number, rule in enumerate(file.rules):
        if isinstance(rule, ThresholdRule | SignalRule):
            try:
                if isinstance(rule, SignalRule):
                    measure = rule_measure(rule)
                    if rule.dimension == "campaign" and not by_campaign_alone(measure):
                        yield f"rules.{number} ({rule.id}).dimension: {rule.measure} is no campaign's"
                else:
                    parse(rule.measure, custom)
            except ExpressionError as error:
                yield f"rules.{number} ({rule.id}).measure: {error}"


def _links(file: RulesFile) -> Iterator[str]:
    for name, template in file.links.model_dump(exclude_none=True).items():
        try:
            unknown = unknown_places(template)
        except ValueError as error:
            yield f"links.{name}: {error}"
            continue
        if unknown:
            yield f"links.{name}: {{{unknown[0]}}} is not known; there are {', '.join(sorted(PLACES))}"
