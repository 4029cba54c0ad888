"""How often things happen at a simulated shop in a quarter hour: made up, and believable."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import exp, sqrt
from random import Random
from typing import Final

from daybook.producers.simulator.shops import Shop
from daybook.producers.simulator.signals.causes import Cause, PlantedCause

MEASURED: Final = 0.05
"""The share of sessions that a web shop measures: the visitors who agreed to it."""
_USUAL_KNUTH: Final = 30.0


@dataclass(frozen=True, slots=True)
class Odds:
    """Expected numbers in a quarter hour, and chances from step to step.

    Of a hundred visits 60 look at a product, 13 fill a cart, 7 begin a checkout and 4 buy: about seven carts
    of ten are left, which is what shops report.
    """

    sessions: float
    view: float = 0.60
    cart: float = 0.22
    checkout: float = 0.50
    purchase: float = 0.62
    campaign: float = 0.2
    enquiries: float = 0.0
    csat: float = 0.0
    nps: float = 0.0
    reviews: float = 0.0
    payment_failures: float = 0.0
    gateway_failures: float = 0.0
    """Failures of the planted gateway, beside the usual ones."""
    site_errors: float = 0.0
    stock_outs: float = 0.0
    happy: float = 1.0
    """1 where customers are as content as ever, 0 where none is."""


def usual(shop: Shop, sales: float) -> Odds:
    """What is usual while so many sales are expected."""
    online = shop.online
    visits = sales / (0.60 * 0.22 * 0.50 * 0.62)
    return Odds(
        sessions=visits * MEASURED if online else 0.0,
        enquiries=sales / 50,
        csat=sales / 15,
        nps=sales / 40,
        reviews=sales / 25,
        payment_failures=sales * 0.03,
        site_errors=0.15 if online else 0.0,
        stock_outs=0.02 if sales else 0.0,
    )


def with_cause(odds: Odds, planted: PlantedCause, sales: float) -> Odds:
    """The same while a cause is at work."""
    lost = planted.share
    if planted.cause is Cause.PAYMENT_GATEWAY:
        # Those who are refused try again, and some of them a third time.
        return replace(odds, gateway_failures=sales * lost * 1.8, purchase=odds.purchase * (1 - lost))
    if planted.cause is Cause.PROMOTION:
        return replace(odds, sessions=odds.sessions * (1 - lost), campaign=0.0)
    if planted.cause is Cause.STOCK_OUT:
        return replace(odds, cart=odds.cart * 0.8)
    if planted.cause is Cause.REVIEWS:
        return replace(
            odds,
            happy=0.15,
            reviews=odds.reviews * 4,
            csat=odds.csat * 2,
            nps=odds.nps * 2,
            enquiries=odds.enquiries * 1.6,
            sessions=odds.sessions * (1 - lost / 2),
        )
    return odds


def number_of(rng: Random, expected: float) -> int:
    """How often something happens that is expected so many times (Poisson; Knuth, normal beyond thirty)."""
    if expected > _USUAL_KNUTH:
        return max(0, round(rng.gauss(expected, sqrt(expected))))
    limit, product, count = exp(-expected), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count
