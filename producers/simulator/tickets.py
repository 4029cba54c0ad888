"""The events around one sale: the sale itself, and what comes of it later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from daybook.producers.simulator.baskets import Line, basket, charged
from daybook.producers.simulator.buyers import CAMPAIGNS, buyer
from daybook.producers.simulator.rates import reporting_rate
from daybook.producers.simulator.shops import Shop

Event = dict[str, Any]


class Ticket(NamedTuple):
    """An event, when it occurred (UTC), and what it shows."""

    occurred: datetime
    event: Event
    note: str


def tickets(rng: Random, shop: Shop, number: str, occurred: datetime, local: datetime) -> Iterator[Ticket]:
    """One sale and its later refund, void or edit. ``number`` is unique among all sales."""
    lines, total = basket(rng, shop)
    sale = _envelope(rng, shop, number, local) | {"lines": lines, "charged": total}
    if shop.online and rng.random() < 0.4:
        yield from _snapshots(rng, sale, occurred, local)
        return
    yield Ticket(occurred, {"type": "sale.completed", **sale}, "sale")
    chance = rng.random()
    if chance < 0.03:
        yield _refund(rng, sale, occurred, local)
    elif chance < 0.037:
        yield _void(rng, sale, occurred, local)


def _envelope(rng: Random, shop: Shop, number: str, local: datetime) -> Event:
    event: Event = {
        "schema_version": "1.0",
        "source": "web-shop" if shop.online else f"till-{rng.randrange(shop.tills) + 1}.{shop.store_id}",
        "event_id": number,
        "time": local.isoformat(timespec="milliseconds"),
        "order_id": number,
        "store_id": shop.store_id,
        "channel": "ecommerce" if shop.online else "pos",
        "currency": shop.currency,
        "reporting": reporting_rate(shop.currency, local),
    }
    if shop.online:
        event["customer"] = buyer(shop.store_id, rng.getrandbits(128))
        if rng.random() < 0.2:
            event["campaign"] = rng.choice(CAMPAIGNS)
    else:
        event |= {"till_id": event["source"].split(".")[0], "staff": _staff(rng, shop)}
        if rng.random() < 0.003:
            event["test"] = True  # somebody is being trained
    return event


def _staff(rng: Random, shop: Shop) -> list[dict[str, Any]]:
    if rng.random() < 0.08:
        first, second = rng.sample(shop.staff, 2)
        return [{"staff_id": first, "share": rng.choice((1, 2))}, {"staff_id": second, "share": 1}]
    # The first of the list works most.
    weights = range(len(shop.staff) + 2, 2, -1)
    return [{"staff_id": rng.choices(shop.staff, weights=weights)[0]}]


def _follow_up(sale: Event, suffix: str, local: datetime, after: timedelta) -> Event:
    body = {key: value for key, value in sale.items() if key not in ("lines", "charged")}
    # Through UTC: adding to a local time would go astray when the clocks change in between.
    time = (local.astimezone(UTC) + after).astimezone(local.tzinfo).isoformat(timespec="milliseconds")
    return body | {"event_id": f"{sale['event_id']}-{suffix}", "time": time}


def _refund(rng: Random, sale: Event, occurred: datetime, local: datetime) -> Ticket:
    """Some lines come back after a while or the next day; now and then only an amount is known."""
    after = timedelta(minutes=rng.randrange(10, 180))
    if rng.random() < 0.35:
        after = timedelta(hours=24, minutes=rng.randrange(-40, 40))
    event = _follow_up(sale, "refund", local, after) | {"type": "sale.refunded", "origin_time": sale["time"]}
    goods = [line for line in sale["lines"] if "product_id" in line]
    given_back = [_given_back(line) for line in goods[: rng.randrange(len(goods)) + 1]]
    total = sum(line["amount"] for line in given_back)
    if rng.random() < 0.1:
        return Ticket(occurred + after, event | {"refunded": max(1, total // 2)}, "refund")
    return Ticket(occurred + after, event | {"lines": given_back, "refunded": total}, "refund")


def _given_back(line: Line) -> Line:
    kept = {
        key: line[key] for key in ("product_id", "name", "category", "quantity", "weighed") if key in line
    }
    return kept | {"amount": charged(line), "tax": line.get("tax", 0)}


def _void(rng: Random, sale: Event, occurred: datetime, local: datetime) -> Ticket:
    after = timedelta(seconds=rng.randrange(60, 600))
    event = _follow_up(sale, "void", local, after)
    sums = {"lines": sale["lines"], "charged": sale["charged"], "origin_time": sale["time"]}
    return Ticket(occurred + after, event | {"type": "sale.voided"} | sums, "void")


def _snapshots(rng: Random, sale: Event, occurred: datetime, local: datetime) -> Iterator[Ticket]:
    """The order as it was placed, and perhaps a later version with something added or taken back."""
    placed = sale | {"type": "order.snapshot", "version": 1, "placed_at": sale["time"]}
    yield Ticket(occurred, placed, "snapshot")
    if rng.random() < 0.25:
        after = timedelta(minutes=rng.randrange(3, 120))
        edited = placed | _follow_up(sale, "v2", local, after) | {"version": 2}
        if rng.random() < 0.5:
            lines, total = (
                [{"name": "Gift wrapping", "kind": "service", "unit_price": 300, "amount": 300}],
                300,
            )
            edited["additions"] = [{"time": edited["time"], "lines": lines, "charged": total}]
        else:
            line = _given_back(sale["lines"][0])
            reversal = {"kind": "refund", "time": edited["time"], "lines": [line], "refunded": line["amount"]}
            edited["reversals"] = [reversal]
        yield Ticket(occurred + after, edited, "snapshot")
