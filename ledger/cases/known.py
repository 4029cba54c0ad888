"""What was known of the hours of a case beforehand: promotions, closures, and that data were in trouble."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Final, NamedTuple

from daybook.ledger.adjustments import factor, in_force
from daybook.ledger.cases.evidence import THOUSAND, Observation
from daybook.ledger.cases.looking import Look, within
from daybook.schemas.adjustments import Adjustment, AdjustmentSource
from daybook.schemas.alerts import Alert, AlertKind, Dimension
from daybook.schemas.cases import Cause
from daybook.schemas.stores import StoreEntry

_GRAIN: Final = 50
"""Thousandths of usual sales: a twentieth of them more or less is nothing."""
_MINUTES: Final = 5
"""Minutes of trouble with data that are nothing."""
_DATA: Final = (AlertKind.DATA_MISSING, AlertKind.FEED)


def _nothing_usual(_stores: Iterable[StoreEntry]) -> Fraction | None:
    return None


class Around(NamedTuple):
    """The stores that there are, and what some of them made in the hours as a part of their usual orders."""

    stores: Sequence[StoreEntry]
    brought: Callable[[Iterable[StoreEntry]], Fraction | None] = _nothing_usual
    strays: Fraction = Fraction(0)
    """How far the orders of the look's stores stray from day to day, as a part of them."""


def promotions(adjustments: Iterable[Adjustment], look: Look, around: Around) -> Iterator[Observation]:
    """What was expected of promotions, in thousandths of the usual, where that is not as on like days.

    Less than on like days says that a promotion is over; more, that sales do not follow one that is counted
    on. Where other stores have it too, and reach half of what more is expected, it goes on: that one place
    among them falls short is not for the promotion. How unusual it is goes by how far sales stray anyway.

    Args:
        adjustments: those that hold, as ``newest`` gives them.
        look: what is looked into.
        around: all stores, and what they made.
    """
    holding = [each for each in adjustments if each.source is AdjustmentSource.PROMOTION]
    today, usual = _expected(holding, look)
    bad = 1 if today > _middle(usual) else -1
    if bad > 0 and _goes_on(holding, look, around):
        return
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
            max(_GRAIN, int(around.strays * THOUSAND)),
            counted=False,
        )


def _goes_on(holding: Sequence[Adjustment], look: Look, around: Around) -> bool:
    """Whether others with the promotions of a look reach at least half of what more is expected."""
    own = list({each.adjustment_id: each for each in _of_day(holding, look, look.business_date)}.values())
    mine = {store.store_id for store in look.stores}
    others = [
        store
        for store in around.stores
        if store.store_id not in mine and in_force(own, store, look.business_date)
    ]
    today, usual = _expected(holding, look._replace(stores=others))
    brought = around.brought(others) if others else None
    return brought is not None and 2 * (brought - 1) >= Fraction(today, _middle(usual)) - 1


def _middle(values: Sequence[int]) -> int:
    return sorted(values)[len(values) // 2]


def _expected(holding: Sequence[Adjustment], look: Look) -> tuple[int, list[int]]:
    """The mean factor of the stores in thousandths: of the day, and of like days."""
    today, *usual = (_mean_factor(holding, look, day) for day in (look.business_date, *look.like_days))
    return today, usual


def _mean_factor(holding: Sequence[Adjustment], look: Look, day: date) -> int:
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
