"""What a system sends of an order, and in which disorder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from random import Random
from typing import Any, Final, NamedTuple

import orjson

from daybook.producers.simulator.webhooks import shopify, square, stripe
from daybook.producers.simulator.webhooks.orders import WebOrder

Payload = dict[str, Any]


class Notice(NamedTuple):
    """One webhook, ready to be signed: the foreign topic and the body."""

    topic: str
    body: bytes


class System(NamedTuple):
    """How one system tells of an order.

    ``headers`` signs a body for a URL at an aware time. ``answers`` are what its REST interface gives for a
    path, where notices carry ids only.
    """

    notices: Callable[[WebOrder], list[tuple[str, Payload]]]
    headers: Callable[[bytes, Notice, str, datetime], Mapping[str, str]]
    answers: Callable[[WebOrder], Mapping[str, Payload]]


def _none(_order: WebOrder) -> Mapping[str, Payload]:
    return {}


SYSTEMS: Final[Mapping[str, System]] = {
    "shopify": System(shopify.notices, shopify.headers, _none),
    "square": System(square.notices, square.headers, square.answers),
    "stripe": System(stripe.notices, stripe.headers, _none),
}


def disordered(rng: Random, system: System, orders: Iterable[WebOrder]) -> list[Notice]:
    """All notices of some orders: a third of them twice, and each order's in any order."""
    found: list[Notice] = []
    for order in orders:
        own = [Notice(topic, orjson.dumps(payload)) for topic, payload in system.notices(order)]
        own += [notice for notice in own if rng.random() < 1 / 3]
        rng.shuffle(own)
        found += own
    return found
