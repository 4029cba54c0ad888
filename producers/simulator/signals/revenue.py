"""What promises revenue: deals that a shop's staff work on, and subscribers of what comes each month."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any, Final

from daybook.producers.simulator.shops import SHOPS, Shop
from daybook.producers.simulator.signals.odds import number_of
from daybook.producers.simulator.signals.writing import Signal, Writer

LONGEST: Final = timedelta(days=120)
"""How long after its day a deal or a subscriber can still change."""
_DEALS_A_DAY: Final = {"quayside": 1.2, "cedar-main": 1.5, "yanaka": 0.6, "marlow-street": 0.5}
_SUBSCRIBERS_A_DAY: Final = {"web": 1.6, "surry-hills": 0.8}
_PLANS: Final = ((1250, 1), (2400, 1), (11900, 12))
"""Minor units and months; the dearer one later is an upgrade."""
_MONTH: Final = timedelta(days=30)


def revenue_of_day(seed: int, shop: Shop, day: date) -> Iterator[tuple[str, Signal]]:
    """All that becomes of a store's deals and subscribers that began on a UTC day, with what each shows."""
    rng = Random(f"{seed}|revenue|{shop.store_id}|{day.isoformat()}")  # noqa: S311 - shops, not secrets
    writer = Writer(rng, shop, f"{shop.store_id}-{day:%y%m%d}", datetime.combine(day, time(8), UTC))
    for index in range(number_of(rng, _DEALS_A_DAY.get(shop.store_id, 0.0))):
        for signal in _deal(writer, index):
            yield "deal", signal
    for index in range(number_of(rng, _SUBSCRIBERS_A_DAY.get(shop.store_id, 0.0))):
        for signal in _subscriber(writer, index):
            yield "subscription", signal


def sellers_of_revenue() -> tuple[Shop, ...]:
    """The shops that have deals or subscribers."""
    return tuple(shop for shop in SHOPS if shop.store_id in _DEALS_A_DAY | _SUBSCRIBERS_A_DAY)


def _deal(writer: Writer, index: int) -> Iterator[Signal]:
    rng, name = writer.rng, f"d-{writer.name}-{index}"
    created = at = writer.began + timedelta(seconds=rng.randrange(36_000))
    value = rng.choice(writer.shop.products).price * rng.randrange(10, 60)
    common = {
        "currency": writer.shop.currency,
        "created_at": created.isoformat(timespec="milliseconds"),
        "channel": "crm",
        **writer.seller(),
    }

    def told(version: int, status: str, stage: str, **more: Any) -> Signal:
        body = writer.signal("deal.changed", f"d{index}-{version}", at, name, value=value)
        return body | common | {"version": version, "status": status, "stage": stage} | more

    yield told(1, "open", "qualified")
    at += timedelta(seconds=rng.randrange(3_600, 4 * 86_400))
    value = value * rng.choice((90, 100, 100, 110)) // 100
    yield told(2, "open", "proposal")
    at += timedelta(seconds=rng.randrange(7_200, 12 * 86_400))
    if rng.random() < 0.36:
        first = at.date() + timedelta(days=1)
        term = {"term_first": first.isoformat(), "term_last": (first + timedelta(days=364)).isoformat()}
        yield told(3, "won", "won", **(term if rng.random() < 0.4 else {}))
    else:
        yield told(3, "lost", "lost")


def _subscriber(writer: Writer, index: int) -> Iterator[Signal]:
    """A subscriber's months: renewed, dearer, refused and tried again, or ended."""
    rng, name = writer.rng, f"u-{writer.name}-{index}"
    at, version = writer.began + timedelta(seconds=rng.randrange(40_000)), 0
    amount, months = rng.choice(_PLANS)

    def told(change: str, state: str) -> Signal:
        nonlocal version
        version += 1
        body = writer.signal("subscription.changed", f"u{index}-{version}", at, name, version=version)
        plan = {"currency": writer.shop.currency, "amount": amount, "interval_months": months}
        return body | plan | {"subscription_id": f"{name}.1", "change": change, "state": state}

    yield told("started", "active")
    end = at + LONGEST - _MONTH
    while months == 1 and at < end:
        at += _MONTH
        chance = rng.random()
        if chance < 0.07:
            yield told("cancelled", "cancelled")
            return
        if chance < 0.11:
            yield told("payment_failed", "past_due")
            at += timedelta(days=rng.randrange(1, 8))
            if rng.random() < 0.3:
                yield told("cancelled", "cancelled")
                return
        elif chance < 0.16 and amount < _PLANS[1][0]:
            amount = _PLANS[1][0]
            yield told("upgraded", "active")
            continue
        elif chance < 0.19 and amount > _PLANS[0][0]:
            amount = _PLANS[0][0]
            yield told("downgraded", "active")
            continue
        yield told("renewed", "active")
