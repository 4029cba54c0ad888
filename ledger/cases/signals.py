"""What signals say about the hours of a case, beside the same hours of like days.

Figures of several stores are added up: a till that is silent in one of a hundred stores says little about a
region, and a fault of all of them much.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from math import isqrt
from typing import Final, NamedTuple

from daybook.ledger.calendar import QUARTER
from daybook.ledger.cases.evidence import Observation
from daybook.ledger.cases.looking import Hours, Look
from daybook.ledger.quantiles import median
from daybook.ledger.signals.merged import Measures, MergedSignals, SignalPlace
from daybook.ledger.signals.ratios import FUNNEL
from daybook.schemas.cases import Cause
from daybook.schemas.signals.customers import EnquiryTopic

STORE_QUARTER, STORE_QUARTER_LABEL, STORE_LABEL = "store_quarter", "store_quarter_label", "store_label"
DIMENSIONS: Final = (STORE_QUARTER, STORE_QUARTER_LABEL, STORE_LABEL)
"""The dimensions of signal totals that evidence is taken from."""
_MILLION: Final = 1_000_000
_REGULAR_PART: Final = 20
"""Signs of life come by the clock: a twentieth of them more or less is nothing."""
_LONGEST_LABEL: Final = 300
_TOPICS: Final = {
    EnquiryTopic.BILLING: Cause.BILLING,
    EnquiryTopic.SERVICE: Cause.SERVICE,
    EnquiryTopic.TECHNICAL: Cause.SITE,
    EnquiryTopic.DELIVERY: Cause.SERVICE,
}
_FUNNEL: Final = {
    "product_views": Cause.SITE,
    "carts": Cause.DEMAND,
    "checkouts": Cause.SITE,
    "purchases": Cause.PAYMENT,
}
_LABELLED: Final = {
    "payment_failures": Cause.PAYMENT,
    "terminal_faults": Cause.EQUIPMENT,
    "site_errors": Cause.SITE,
}


class Seen(NamedTuple):
    """Measures of the hours on one day: of all signals, and by label."""

    all: Counter[str]
    by_label: defaultdict[str, Counter[str]]


Past = dict[date, tuple[Hours, int, Seen]]
"""What was seen of like days in the hours of a case, to which further hours are added; and their changes."""


def observations(signals: MergedSignals, look: Look, past: Past | None = None) -> Iterator[Observation]:
    """What is seen of the look's stores in its hours; nothing where no like day has signals.

    ``past`` remembers like days from one asking to the next, for as long as the look's hours only grow and
    nothing of the day has changed: what is a week old hardly does, but it may still be on its way.
    """
    today = seen_on(signals, look, look.business_date)
    days = [day for day in look.like_days if signals.table(SignalPlace(day, STORE_QUARTER))]
    like = [_remembered(signals, look, day, {} if past is None else past) for day in days]
    labels = sorted({label for each in (today, *like) for label in each.by_label})
    for measure, cause in _LABELLED.items():
        for label in labels:
            yield from _more(measure, label, today, like, cause)
    for label in labels:
        yield from _of_topic(label, today, like)
    yield from _sentiment(today, like)
    yield from _funnel(today, like)
    yield from _heartbeats(labels, today, like)


def _remembered(signals: MergedSignals, look: Look, day: date, past: Past) -> Seen:
    changes = sum(signals.changes(SignalPlace(day, each)) for each in (STORE_QUARTER, STORE_QUARTER_LABEL))
    hours, of, known = past.get(day, (Hours(look.hours.first, look.hours.first), 0, None))
    if known is None or of != changes or hours.first != look.hours.first or hours.end > look.hours.end:
        hours, known = Hours(look.hours.first, look.hours.first), Seen(Counter(), defaultdict(Counter))
    more = seen_on(signals, look._replace(hours=Hours(hours.end, look.hours.end)), day)
    _add(known.all, more.all)
    for label, measures in more.by_label.items():
        _add(known.by_label[label], measures)
    past[day] = (look.hours, changes, known)
    return known


def seen_on(signals: MergedSignals, look: Look, day: date) -> Seen:
    """The measures of a day in the hours that are looked into."""
    whole: Counter[str] = Counter()
    by_label: defaultdict[str, Counter[str]] = defaultdict(Counter)
    every, labelled = SignalPlace(day, STORE_QUARTER), SignalPlace(day, STORE_QUARTER_LABEL)
    for store in look.stores:
        name, hours = store.store_id, look.hours_on(store, day)
        plain, by_quarter = signals.of_store(every, name), signals.of_store(labelled, name)
        for quarter in range(hours.first, hours.end, QUARTER):
            for measures in plain.get(quarter, {}).values():
                _add(whole, measures)
            for label, measures in by_quarter.get(quarter, {}).items():
                # Tills of two stores may have the same number.
                _add(by_label[f"{name}/{label}" if "heartbeats" in measures else label], measures)
    return Seen(whole, by_label)


def _add(to: Counter[str], measures: Measures) -> None:
    for measure, value in measures.items():
        to[measure] += value


def _more(measure: str, label: str, today: Seen, like: Sequence[Seen], cause: Cause) -> Iterator[Observation]:
    """A count of which more is worse."""
    value, usual = _values(measure, label, today, like)
    if value:
        yield Observation(measure, label, value, usual, "count", 1, cause, strays=True)


def _of_topic(label: str, today: Seen, like: Sequence[Seen]) -> Iterator[Observation]:
    cause = _TOPICS.get(EnquiryTopic(label)) if label in set(EnquiryTopic) else None
    yield from _more("enquiries_opened", label, today, like, cause or Cause.FEEDBACK)
    bad = _values("nps_detractors", label, today, like)
    yield from _of_answers(
        "nps_detractors", label, bad, _values("nps_answers", label, today, like), cause or Cause.FEEDBACK
    )
    answers = _values("csat_answers", label, today, like)
    satisfied = _values("csat_satisfied", label, today, like)
    unsatisfied = [every - some for every, some in zip(answers[1], satisfied[1], strict=True)]
    bad = answers[0] - satisfied[0], unsatisfied
    yield from _of_answers("unsatisfied", label, bad, answers, cause or Cause.FEEDBACK)


def _of_answers(
    kind: str, label: str, bad: tuple[int, list[int]], answers: tuple[int, list[int]], cause: Cause
) -> Iterator[Observation]:
    """Bad answers, beside those that as many answers as today usually have among them."""
    shares = zip(bad[1], answers[1], strict=True)
    usual = [answers[0] * some // every if every else 0 for some, every in shares]
    if bad[0]:
        yield Observation(kind, label, bad[0], usual, "count", 1, cause)


def _sentiment(today: Seen, like: Sequence[Seen]) -> Iterator[Observation]:
    """The sum of scores, beside that of as many scores as they usually are.

    Scores that fall anywhere from -1 to 1 alike have the variance 1/3: the noise of so many is the square
    root of a third of their number.
    """
    scores = today.all["sentiment_scores"]
    known = [each.all for each in like if each.all["sentiment_scores"]]
    if scores and known:
        usual = [scores * each["sentiment_sum"] // each["sentiment_scores"] for each in known]
        grain = isqrt(_MILLION**2 * scores // 3)
        value = today.all["sentiment_sum"]
        yield Observation(
            "sentiment", None, value, usual, "millionths", -1, Cause.FEEDBACK, grain, counted=False
        )


def _funnel(today: Seen, like: Sequence[Seen]) -> Iterator[Observation]:
    """Fewer visits, and of each step as many as usually go on from the one before."""
    if not any(each.all["sessions"] for each in like):
        return
    visits = [each.all["sessions"] for each in like]
    yield Observation("sessions", None, today.all["sessions"], visits, "count", -1, Cause.DEMAND, strays=True)
    for before, step in pairwise(FUNNEL):
        came = today.all[before]
        usual = [came * each.all[step] // each.all[before] for each in like if each.all[before]]
        if came and usual:
            yield Observation(f"funnel_{step}", None, today.all[step], usual, "count", -1, _FUNNEL[step])


def _heartbeats(labels: Sequence[str], today: Seen, like: Sequence[Seen]) -> Iterator[Observation]:
    """Signs of life of all tills together; the label names those that are silent."""
    usual = [each.all["heartbeats"] for each in like]
    if not any(usual):
        return
    silent = [label for label in labels if _is_silent(label, today, like)]
    grain = max(median(usual) // _REGULAR_PART, 1)
    yield Observation(
        "silent_till",
        ", ".join(silent)[:_LONGEST_LABEL] or None,
        today.all["heartbeats"],
        usual,
        "count",
        -1,
        Cause.EQUIPMENT,
        grain,
        counted=False,
    )


def _is_silent(label: str, today: Seen, like: Sequence[Seen]) -> bool:
    value, usual = _values("heartbeats", label, today, like)
    return bool(usual) and 2 * value < median(usual)


def _values(measure: str, label: str, today: Seen, like: Sequence[Seen]) -> tuple[int, list[int]]:
    nothing: Counter[str] = Counter()
    return (
        today.by_label.get(label, nothing)[measure],
        [each.by_label.get(label, nothing)[measure] for each in like],
    )
