"""By which signals an award was earned: the deals, answers, sessions and enquiries behind a figure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Final, NamedTuple

from daybook.ledger.calendar import Calendar
from daybook.ledger.periods import Period
from daybook.ledger.signals.facts import SIGNALS, SignalLine
from daybook.ledger.signals.points import point_lines
from daybook.ledger.signals.subjects import Subject, subject_key, subject_kind, with_fact
from daybook.schemas.rewards import Who
from daybook.schemas.signals.any import Signal

_TYPES: Final = (
    ("funnel.step", ("sessions", "product_views", "carts", "checkouts", "purchases")),
    ("satisfaction.answered", ("csat_", "nps_")),
    ("sentiment.scored", ("sentiment_",)),
    ("enquiry.changed", ("enquiries_", "answer_seconds", "resolve_seconds")),
    ("deal.changed", ("deals_", "stage_changes", "won_", "lost_", "pipeline_value", "recognised_")),
    ("subscription.changed", ("subscri", "mrr_")),
    ("payment.failed", ("payment_failures",)),
    ("terminal.heartbeat", ("heartbeats",)),
    ("terminal.fault", ("terminal_faults",)),
    ("site.error", ("site_errors",)),
    ("stock.changed", ("stock_",)),
)
_NO_HOUR: Final = 0


class Wanted(NamedTuple):
    """What is asked for: measures of some people, or stores, over days; in one currency, or in all (None)."""

    measures: Collection[str]
    who: Who
    keys: Collection[str]
    period: Period
    currency: str | None = None


class Earning(NamedTuple):
    """What one subject added on a business date: a deal that was won, an answer, an enquiry answered."""

    business_date: date
    type: str
    source: str
    subject_id: str
    store_id: str
    staff_id: str
    currency: str
    measures: dict[str, int]


def types_of(measures: Iterable[str]) -> list[str]:
    """The types of the signals that measures are counted from.

    Raises:
        KeyError: there is no such measure.
    """
    return sorted({_type_of(measure) for measure in measures})


def _type_of(measure: str) -> str:
    for name, beginnings in _TYPES:
        if measure.startswith(beginnings):
            return name
    raise KeyError(measure)


def earned_by(signals: Iterable[Signal], calendar: Calendar, wanted: Wanted) -> list[Earning]:
    """What each subject added, by day; what comes to nothing is left out.

    Args:
        signals: all that is counted about the subjects, in the order of the log.
        calendar: the stores.
        wanted: of whom, and what.

    Raises:
        UnknownStoreError: the calendar does not hold the store of one of them.
    """
    sums: defaultdict[tuple[date, str, str, str, str, str, str], Counter[str]] = defaultdict(Counter)
    for signal, lines in _by_subject(signals, calendar):
        head = (signal.type, signal.source, signal.subject_id)
        for line in lines:
            told = {name: value for name, value in line.measures if name in wanted.measures}
            if told and _is_wanted(line, wanted):
                place = line.place
                name = (line.business_date, *head, place.store_id, place.staff_id, line.currency)
                sums[name].update(told)
    found = (
        Earning(*name, {measure: value for measure, value in sorted(own.items()) if value})
        for name, own in sorted(sums.items())
    )
    return [earning for earning in found if earning.measures]


def _by_subject(signals: Iterable[Signal], calendar: Calendar) -> Iterator[tuple[Signal, list[SignalLine]]]:
    """Lines of each signal that counts for itself, and of each subject as all of its signals make it."""
    subjects: dict[str, tuple[Signal, Subject]] = {}
    for signal in signals:
        kind = subject_kind(signal)
        if kind is None:
            yield signal, point_lines(signal, calendar)
        else:
            key = subject_key(kind, signal)
            before = subjects[key][1] if key in subjects else None
            subjects[key] = (
                signal,
                with_fact(kind, before, kind.fact(signal, calendar), _NO_HOUR, calendar),
            )
    for signal, subject in subjects.values():
        yield signal, subject.lines


def _is_wanted(line: SignalLine, wanted: Wanted) -> bool:
    place = line.place
    key = place.store_id if wanted.who is Who.STORE else place.staff_id
    return (
        place.book == SIGNALS
        and key in wanted.keys
        and line.business_date in wanted.period
        and wanted.currency in (None, line.currency)
    )
