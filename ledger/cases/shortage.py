"""How many orders are missing in the hours of a case, and what part of them a figure could account for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from typing import Final, NamedTuple

from daybook.ledger.adjustments import factor, in_force
from daybook.ledger.calendar import QUARTER
from daybook.ledger.cases.evidence import FEWEST_DAYS, THOUSAND, Observation, middle_of
from daybook.ledger.cases.looking import Look
from daybook.ledger.lines import SALES
from daybook.ledger.measures import ORDERS
from daybook.ledger.merged import MergedTotals, Place
from daybook.schemas.adjustments import Adjustment
from daybook.schemas.stores import StoreEntry

_ONE_ORDER_EACH: Final = ("payment_failures", "site_errors")
_GONE_THROUGH: Final = ("silent_till", "sessions", "funnel_product_views", "funnel_carts", "funnel_checkouts",
                        "funnel_purchases")  # fmt: skip
"""Tills, visits and steps through which sales go."""


class Shortage(NamedTuple):
    """Orders of the hours: made, and to be expected by like days and by what is known beforehand."""

    made: int
    expected: Fraction
    minutes: int
    strays: Fraction = Fraction(0)
    """How far the orders of such hours stray from day to day, as a part of them."""

    @property
    def missing(self) -> Fraction:
        """Expected and not made; negative where more was made."""
        return self.expected - self.made


def shortage_of(
    sold: MergedTotals, look: Look, currency: str, holding: Sequence[Adjustment]
) -> Shortage | None:
    """What is missing in a look's hours; None with fewer than four like days on which orders were made.

    ``holding`` are the adjustments as they stand now.
    """
    usual = [made for day in look.like_days if (made := made_on(sold, look, currency, day))]
    if len(usual) < FEWEST_DAYS:
        return None
    factors = [factor(in_force(holding, store, look.business_date)) for store in look.stores]
    expected = middle_of(usual) * sum(factors, start=Fraction(0)) / len(factors)
    minutes = (look.hours.end - look.hours.first) // 60
    return Shortage(made_on(sold, look, currency, look.business_date), expected, minutes, _strays(usual))


def _strays(usual: Sequence[int]) -> Fraction:
    """The mean distance from the median, as a normal spread's standard deviation (times 1.2533)."""
    middle = middle_of(usual)
    away = sum((abs(made - middle) for made in usual), start=Fraction(0))
    return away / len(usual) * Fraction(12533, 10000) / middle


def brought(sold: MergedTotals, look: Look, currency: str, stores: Iterable[StoreEntry]) -> Fraction | None:
    """Orders of some stores in the look's hours, as a part of their usual ones; None where none are usual."""
    among = look._replace(stores=list(stores))
    usual = [made for day in look.like_days if (made := made_on(sold, among, currency, day))]
    if len(usual) < FEWEST_DAYS:
        return None
    return made_on(sold, among, currency, look.business_date) / middle_of(usual)


def made_on(sold: MergedTotals, look: Look, currency: str, day: date) -> int:
    """Orders of the look's stores in its hours on a day."""
    table = sold.table(Place(SALES, day, currency, "store_quarter"))
    made = 0
    for store in look.stores if table else ():
        hours = look.hours_on(store, day)
        for quarter in range(hours.first, hours.end, QUARTER):
            total = table.get(f"{store.store_id}|{quarter}")
            made += 0 if total is None else total.vector[ORDERS]
    return made


def accounts_for(seen: Observation, shortage: Shortage) -> Fraction | None:
    """The part of the missing orders that a figure could account for at most, up to 1; None: nobody can say.

    A failed payment or an error keeps one order from being made at most. Of what sales go through (tills,
    visits, steps of the funnel, products, stores, promotions, minutes with data) a missing part takes as much
    of the sales. What people say is heard by others too: it has no such limit.
    """
    if shortage.missing <= 0:
        return None
    usual = middle_of(seen.usual)
    off = abs(seen.value - usual)
    if seen.kind in _ONE_ORDER_EACH:
        return min(off / shortage.missing, Fraction(1))
    whole = _whole(seen, usual, shortage)
    return None if not whole else min(off / whole * shortage.expected / shortage.missing, Fraction(1))


def _whole(seen: Observation, usual: Fraction, shortage: Shortage) -> Fraction | None:
    """All of a figure, of which a part is missing."""
    if seen.kind in _GONE_THROUGH:
        return usual
    if seen.kind == "promotion":
        return max(Fraction(seen.value), usual)
    return {"thousandths": Fraction(THOUSAND), "minutes": Fraction(shortage.minutes)}.get(seen.unit)
