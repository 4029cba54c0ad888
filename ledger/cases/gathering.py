"""The evidence of a case: all that is known of its hours, ranked by how unusual it is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Final, NamedTuple

from daybook.ledger.adjustments import newest
from daybook.ledger.calendar import Calendar
from daybook.ledger.cases.evidence import ranked
from daybook.ledger.cases.known import Around, closures, data_troubles, promotions
from daybook.ledger.cases.looking import look_of
from daybook.ledger.cases.money import currency_of
from daybook.ledger.cases.shortage import accounts_for, brought, shortage_of
from daybook.ledger.cases.signals import Past, observations
from daybook.ledger.cases.stock import missing_products
from daybook.ledger.merged import MergedTotals
from daybook.ledger.signals.merged import MergedSignals
from daybook.schemas.adjustments import Adjustment
from daybook.schemas.alerts import Alert, Dimension
from daybook.schemas.cases import Case, Evidence

_OF_STORES: Final = (Dimension.ALL, Dimension.REGION, Dimension.STORE)
"""Scopes whose orders are those of their stores."""


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
    look = look_of(case, witnesses.calendar)
    currency = currency_of(witnesses.sold, case.scope, look)
    holding = newest(witnesses.adjustments, now)
    around, shortage = Around(witnesses.calendar.stores), None
    every = [observations(witnesses.signals, look, past)]
    if currency is not None:
        every.append(missing_products(witnesses.signals, witnesses.sold, look, currency))
        around = around._replace(brought=partial(brought, witnesses.sold, look, currency))
        if case.scope.dimension in _OF_STORES:
            shortage = shortage_of(witnesses.sold, look, currency, holding)
    if shortage is not None:
        around = around._replace(strays=shortage.strays)
    every += [promotions(holding, look, around), closures(look), data_troubles(witnesses.alerts, look, now)]
    if shortage is None:
        return ranked(chain(*every))
    return ranked(chain(*every), partial(accounts_for, shortage=shortage), customers=shortage.strays)
