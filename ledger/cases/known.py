"""What was known of the hours of a case beforehand: promotions, closures, and that data were in trouble."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Final

from daybook.ledger.adjustments import factor, in_force, newest
from daybook.ledger.cases.evidence import THOUSAND, Observation
from daybook.ledger.cases.looking import Look, within
from daybook.schemas.adjustments import Adjustment, AdjustmentSource
from daybook.schemas.alerts import Alert, AlertKind, Dimension
from daybook.schemas.cases import Cause

_GRAIN: Final = 50
"""Thousandths of usual sales: a twentieth of them more or less is nothing."""
_MINUTES: Final = 5
"""Minutes of trouble with data that are nothing."""
_DATA: Final = (AlertKind.DATA_MISSING, AlertKind.FEED)


def promotions(adjustments: Iterable[Adjustment], look: Look, now: datetime) -> Iterator[Observation]:
    """What was expected of promotions, in thousandths of the usual, where that is not as on like days.

    Less than on like days says that a promotion is over; more, that sales do not follow one that is
    counted on.
    """
    holding = [each for each in newest(adjustments, now) if each.source is AdjustmentSource.PROMOTION]
    today, usual = (
        _expected(holding, look, look.business_date),
        [_expected(holding, look, d) for d in look.like_days],
    )
    ordered = sorted(usual)
    bad = 1 if today > ordered[len(ordered) // 2] else -1
    names = sorted({each.reason for each in _of_day(holding, look, look.business_date)})
    if not names:
        names = sorted({each.reason for day in look.like_days for each in _of_day(holding, look, day)})
    if names:
        yield Observation(
            "promotion",
            ", ".join(names)[:300],
            today,
            usual,
            "thousandths",
            bad,
            Cause.PROMOTION,
            _GRAIN,
            counted=False,
        )


def _expected(holding: Sequence[Adjustment], look: Look, day: date) -> int:
    """The mean factor of the stores, in thousandths."""
    if not look.stores:
        return THOUSAND
    whole = sum((factor(in_force(holding, store, day)) for store in look.stores), start=Fraction(0))
    return int(whole * THOUSAND / len(look.stores))


def _of_day(holding: Sequence[Adjustment], look: Look, day: date) -> Iterator[Adjustment]:
    for store in look.stores:
        yield from in_force(holding, store, day)


def closures(look: Look) -> Iterator[Observation]:
    """Stores that are closed by their file, in thousandths of the stores."""
    if not look.stores:
        return
    today = look.closed(look.business_date)
    usual = [THOUSAND * len(look.closed(day)) // len(look.stores) for day in look.like_days]
    if today:
        names = ", ".join(store.store_id for store in today)[:300]
        value = THOUSAND * len(today) // len(look.stores)
        yield Observation(
            "closed_stores", names, value, usual, "thousandths", 1, Cause.CLOSURE, _GRAIN, counted=False
        )


def data_troubles(alerts: Iterable[Alert], look: Look, now: datetime) -> Iterator[Observation]:
    """For how many minutes of the hours an alert about data went on; usually none does."""
    for alert in alerts:
        if alert.kind not in _DATA or not alert.times_fired or not _concerns(alert, look):
            continue
        end = min(look.hours.end, int((alert.resolved_at or now).timestamp()))
        minutes = (end - max(look.hours.first, int(alert.started_at.timestamp()))) // 60
        if minutes > 0:
            yield Observation(
                "data_problem",
                alert.rule,
                minutes,
                [0] * len(look.like_days),
                "minutes",
                1,
                Cause.DATA,
                _MINUTES,
                counted=False,
            )


def _concerns(alert: Alert, look: Look) -> bool:
    if alert.scope.dimension is Dimension.FEED:
        return True
    return any(within(store, alert.scope) for store in look.stores)
