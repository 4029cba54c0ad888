"""The evidence of a case: all that is known of its hours, ranked by how unusual it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from daybook.ledger.calendar import Calendar
from daybook.ledger.cases.evidence import Observation, ranked
from daybook.ledger.cases.known import closures, data_troubles, promotions
from daybook.ledger.cases.looking import Look, look_of
from daybook.ledger.cases.money import currency_of
from daybook.ledger.cases.signals import Past, observations
from daybook.ledger.cases.stock import missing_products
from daybook.ledger.merged import MergedTotals
from daybook.ledger.signals.merged import MergedSignals
from daybook.schemas.adjustments import Adjustment
from daybook.schemas.alerts import Alert
from daybook.schemas.cases import Case, Evidence


class Witnesses(NamedTuple):
    """What can be asked about the hours of a case."""

    calendar: Calendar
    sold: MergedTotals
    signals: MergedSignals
    adjustments: Iterable[Adjustment] = ()
    alerts: Iterable[Alert] = ()


def evidence_of(case: Case, witnesses: Witnesses, now: datetime, past: Past | None = None) -> list[Evidence]:
    """What moved in the hours of a case as seen at an aware moment, most unusual first.

    ``past`` is this case's own memory of like days, see ``observations``.
    """
    return ranked(_all(case, look_of(case, witnesses.calendar), witnesses, now, past))


def _all(
    case: Case, look: Look, witnesses: Witnesses, now: datetime, past: Past | None
) -> Iterator[Observation]:
    yield from observations(witnesses.signals, look, past)
    currency = currency_of(witnesses.sold, case.scope, look)
    if currency is not None:
        yield from missing_products(witnesses.signals, witnesses.sold, look, currency)
    yield from promotions(witnesses.adjustments, look, now)
    yield from closures(look)
    yield from data_troubles(witnesses.alerts, look, now)
