"""Products that could not be had: what part of usual sales was missing for it in the hours of a case."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from daybook.ledger.calendar import QUARTER
from daybook.ledger.cases.evidence import THOUSAND, Observation
from daybook.ledger.cases.looking import Hours, Look
from daybook.ledger.cases.money import net_by_key
from daybook.ledger.cases.signals import STORE_LABEL, STORE_QUARTER, STORE_QUARTER_LABEL
from daybook.ledger.merged import MergedTotals
from daybook.ledger.signals.merged import Measures, MergedSignals, SignalPlace
from daybook.schemas.cases import Cause

REMEMBERED: Final = timedelta(days=28)
"""For which a product that ran out counts as out, if nothing says that it is back."""
_GRAIN: Final = 10
"""Thousandths of usual sales: a hundredth of them more or less is nothing."""
_DAY: Final = timedelta(days=1)


def missing_products(
    signals: MergedSignals, sold: MergedTotals, look: Look, currency: str
) -> Iterator[Observation]:
    """For every product that was out: its part of usual sales, in thousandths, for as long as it was out."""
    shares = _shares(sold, look, currency)
    today = _missing(signals, look, look.business_date, shares)
    if not any(today.values()):
        return
    shares = {product: shares.get(product, Fraction(0)) for product in today}
    days = [day for day in look.like_days if signals.table(SignalPlace(day, STORE_QUARTER))]
    like = [_missing(signals, look, day, shares) for day in days]
    for product in sorted(today):
        usual = [int(each.get(product, 0)) for each in like]
        yield Observation(
            "stock_out",
            product,
            int(today[product]),
            usual,
            "thousandths",
            1,
            Cause.STOCK,
            _GRAIN,
            counted=False,
        )


def _shares(sold: MergedTotals, look: Look, currency: str) -> dict[str, Fraction]:
    """Each product's part of the net sales of like days."""
    products: Counter[str] = Counter()
    for day in look.like_days:
        products.update(net_by_key(sold, day, currency, "product"))
    whole = sum(amount for amount in products.values() if amount > 0)
    return {key: Fraction(amount, whole) for key, amount in products.items() if amount > 0}


def _missing(
    signals: MergedSignals, look: Look, day: date, shares: Mapping[str, Fraction]
) -> Mapping[str, Fraction]:
    """Thousandths of usual sales that were missing for each product, each store weighing the same."""
    found: defaultdict[str, Fraction] = defaultdict(Fraction)
    for store in look.stores:
        hours = look.hours_on(store, day)
        length = max((hours.end - hours.first) // QUARTER, 1)
        for product, out in _quarters_out(signals, store.store_id, day, hours, shares).items():
            found[product] += shares[product] * Fraction(out * THOUSAND, length * len(look.stores))
    return found


def _quarters_out(
    signals: MergedSignals, store_id: str, day: date, hours: Hours, wanted: Container[str]
) -> Counter[str]:
    """For how many quarter hours each wanted product was out."""
    out = _out_before(signals, store_id, day, wanted)
    of_day = signals.of_store(SignalPlace(day, STORE_LABEL), store_id).get(0, {})
    moved = [product for product in of_day if product in wanted]
    if not moved and not any(out.values()):
        return Counter()
    changes = signals.of_store(SignalPlace(day, STORE_QUARTER_LABEL), store_id)
    found: Counter[str] = Counter()
    for quarter in sorted({*changes, *range(hours.first, hours.end, QUARTER)}):
        labels = changes.get(quarter, {})
        for product in moved:
            if product in labels and (change := _change(labels[product])):
                out[product] = change > 0
        if hours.first <= quarter < hours.end:
            found.update(product for product, is_out in out.items() if is_out)
    return found


def _out_before(signals: MergedSignals, store_id: str, day: date, wanted: Container[str]) -> dict[str, bool]:
    out: dict[str, bool] = {}
    for number in range(REMEMBERED.days, 0, -1):
        before = signals.of_store(SignalPlace(day - number * _DAY, STORE_LABEL), store_id)
        for product, measures in before.get(0, {}).items():
            if product in wanted and (change := _change(measures)):
                out[product] = change > 0
    return out


def _change(measures: Measures) -> int:
    """Above zero: it ran out, and did not come back as often."""
    return measures.get("stock_outs", 0) - measures.get("stock_backs", 0)
