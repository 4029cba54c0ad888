"""Signals about a subject: a session, an enquiry, a deal, a subscriber.

All that is known of a subject is a set of facts; its lines are a pure function of that set. So the order in
which facts arrive, and how often, changes nothing: a new fact takes all older lines back and posts new ones.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final, NamedTuple

from daybook.ledger.calendar import Calendar
from daybook.ledger.signals.deals import deal_fact, deal_lines
from daybook.ledger.signals.enquiries import enquiry_fact, enquiry_lines
from daybook.ledger.signals.facts import Fact, SignalLine
from daybook.ledger.signals.sessions import session_lines, step_fact
from daybook.ledger.signals.subscribers import subscriber_lines, subscription_fact
from daybook.schemas.signals.any import Signal
from daybook.schemas.signals.customers import EnquiryChanged, FunnelStepped
from daybook.schemas.signals.revenue import DealChanged, SubscriptionChanged

MOST_FACTS: Final = 1000
"""Facts of one subject; what comes beyond is a dead letter, for its cost would grow without bound."""


class SubjectKind(NamedTuple):
    """How one kind of subject is counted.

    ``slot`` tells which facts exclude each other: of two in one slot the first to come stands, or, where
    ``earliest`` is set, the one of the earlier time. ``lasting`` subjects are kept for good and need no
    remembered identities; the others are kept as long as those.
    """

    name: str
    fact: Callable[[Signal, Calendar], Fact]
    slot: Callable[[Fact], str]
    lines: Callable[[Collection[Fact], Calendar], list[SignalLine]]
    lasting: bool = True
    earliest: bool = False


def _by_version(fact: Fact) -> str:
    return str(fact.order)


def _by_step(fact: Fact) -> str:
    return fact.what


def _by_subscription(fact: Fact) -> str:
    return f"{fact.detail[0]}|{fact.order}"


_KINDS: Final = {
    FunnelStepped: SubjectKind("session", step_fact, _by_step, session_lines, lasting=False, earliest=True),
    EnquiryChanged: SubjectKind("enquiry", enquiry_fact, _by_version, enquiry_lines),
    DealChanged: SubjectKind("deal", deal_fact, _by_version, deal_lines),
    SubscriptionChanged: SubjectKind("subscriber", subscription_fact, _by_subscription, subscriber_lines),
}
BY_NAME: Final = {kind.name: kind for kind in _KINDS.values()}


def subject_kind(signal: Signal) -> SubjectKind | None:
    """The kind of a signal's subject; None where the signal counts for itself."""
    return _KINDS.get(type(signal))


def subject_key(kind: SubjectKind, signal: Signal) -> str:
    """What tells a subject from all others. It begins with the kind's name."""
    return f"{kind.name}|{signal.source}|{signal.subject_id}"


class Subject(NamedTuple):
    """All that is known of a subject, by slot, and the lines that it is counted by.

    ``hour`` is when the last of it arrived, in hours since 1970.
    """

    hour: int
    facts: dict[str, Fact]
    lines: list[SignalLine]

    @property
    def progress(self) -> tuple[int, int]:
        """How much is known: greater for each later state, for facts become more, or earlier in time."""
        return len(self.facts), -sum(fact.time for fact in self.facts.values())

    def knows(self, slot: str) -> bool:
        """Whether there is a fact in a slot."""
        return slot in self.facts


def with_fact(
    kind: SubjectKind, subject: Subject | None, fact: Fact, hour: int, calendar: Calendar
) -> Subject:
    """A subject with one more fact, and the lines that it is counted by now.

    Raises:
        OverflowError: too much is known of it already.
        UnknownStoreError: the calendar no longer holds the store of one of its facts.
    """
    facts = dict(subject.facts) if subject else {}
    slot = kind.slot(fact)
    known = facts.get(slot)
    if known is None and len(facts) >= MOST_FACTS:
        raise OverflowError(f"more than {MOST_FACTS} facts of one {kind.name}")
    if known is None or (kind.earliest and fact < known):
        facts[slot] = fact
    lines = kind.lines(facts.values(), calendar)
    return Subject(max(hour, subject.hour if subject else 0), facts, lines)
