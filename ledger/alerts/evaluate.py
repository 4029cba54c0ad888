"""What a rule finds in its facts."""

from __future__ import annotations

from datetime import datetime

from daybook.ledger.alerts import facts as f
from daybook.ledger.alerts.findings import Finding
from daybook.ledger.alerts.sales_rules import recent, spike, target, threshold
from daybook.ledger.alerts.signal_rules import signal
from daybook.ledger.alerts.silence_rules import data_missing, silent
from daybook.ledger.alerts.system_rules import feed, receiver
from daybook.schemas import rules as r
from daybook.schemas.signal_rule import SignalRule


def evaluate(  # noqa: C901 - one case for each kind of rule
    rule: r.Rule, facts: f.Facts, now: datetime
) -> Finding:
    """The answer of a rule, with its reason: a pure function of the rule, the facts and the time.

    Raises:
        TypeError: the facts are not of the rule's kind.
    """
    finding: Finding | None = None
    match rule, facts:
        case r.RecentRule(), f.RecentFacts():
            finding = recent(rule, facts)
        case r.TargetRule(), f.TargetFacts():
            finding = target(rule, facts)
        case r.ThresholdRule(), f.ThresholdFacts():
            finding = threshold(rule, facts)
        case r.SpikeRule(), f.SpikeFacts():
            finding = spike(rule, facts)
        case r.SilentRule(), f.GapFacts() | f.TillGapFacts():
            finding = silent(rule, facts)
        case r.DataMissingRule(), f.GapFacts():
            finding = data_missing(rule, facts)
        case SignalRule(), f.SignalFacts():
            finding = signal(rule, facts)
        case r.FeedRule(), f.FeedFacts():
            finding = feed(rule, facts)
        case r.ReceiverRule(), f.ReceiverFacts():
            finding = receiver(rule, facts, now)
    if finding is None:
        raise TypeError(f"a rule of the kind {rule.kind} is not judged by {type(facts).__name__}")
    return finding
