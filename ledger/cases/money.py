"""What a case cost: net sales of its scope on its business date against those of like days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from daybook.ledger.cases.evidence import FEWEST_DAYS
from daybook.ledger.cases.looking import Look
from daybook.ledger.lines import SALES
from daybook.ledger.measures import DISCOUNTS, GROSS, REVERSALS
from daybook.ledger.merged import MergedTotals, Place
from daybook.ledger.quantiles import median
from daybook.schemas.alerts import Dimension, Scope

_ACROSS = (Dimension.CHANNEL, Dimension.STAFF, Dimension.PRODUCT, Dimension.CATEGORY)


def net_by_key(view: MergedTotals, day: date, currency: str, dimension: str) -> Counter[str]:
    """Net sales in minor units of all keys of a dimension on a business date."""
    table = view.table(Place(SALES, day, currency, dimension))
    return Counter(
        {
            key: total.vector[GROSS] + total.vector[DISCOUNTS] + total.vector[REVERSALS]
            for key, total in table.items()
        }
    )


def outcome(view: MergedTotals, scope: Scope, look: Look) -> int | None:
    """Net sales of the whole business date less the usual, in minor units.

    The usual is the median of like days on which anything was sold; None with fewer than four of them, or
    without a currency.
    """
    if scope.currency is None:
        return None
    days = [_net(view, scope, look, day) for day in look.like_days]
    usual = [net for net in days if net is not None]
    if len(usual) < FEWEST_DAYS:
        return None
    return (_net(view, scope, look, look.business_date) or 0) - median(usual)


def _net(view: MergedTotals, scope: Scope, look: Look, day: date) -> int | None:
    """Net sales of a scope on a day; None where nothing was sold."""
    assert scope.currency is not None
    if scope.dimension in _ACROSS:
        return net_by_key(view, day, scope.currency, scope.dimension.value).get(scope.key or "")
    by_store = net_by_key(view, day, scope.currency, "store")
    sold = [by_store[store.store_id] for store in look.stores if store.store_id in by_store]
    return sum(sold) if sold else None


def currency_of(view: MergedTotals, scope: Scope, look: Look) -> str | None:
    """The currency of a scope: its own, or the only one that its stores have sold in."""
    if scope.currency is not None:
        return scope.currency
    found = set(_currencies(view, look))
    return found.pop() if len(found) == 1 else None


def _currencies(view: MergedTotals, look: Look) -> Iterator[str]:
    days, stores = {look.business_date, *look.like_days}, {store.store_id for store in look.stores}
    for place in view.places():
        of_stores = place.book == SALES and place.dimension == "store" and place.business_date in days
        if of_stores and stores & view.table(place).keys():
            yield place.currency
