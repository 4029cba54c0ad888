"""From orders that were asked for to events: the adapter's own, so that one beside a webhook counts once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from daybook.producers.adapters.contract import Untranslatable
from daybook.producers.hooks import Connection
from daybook.producers.sending import ManyPublisher
from daybook.schemas.codec import Problem
from daybook.schemas.events import SaleEvent


class Missed(NamedTuple):
    """An order that could not be published, and what is wrong with it."""

    order_id: str | None
    problems: Sequence[Problem]

    def document(self) -> dict[str, Any]:
        """The same for JSON."""
        told = [{"code": p.reason.value, "field": p.field, "detail": p.detail} for p in self.problems]
        return {"order_id": self.order_id, "problems": told}


@dataclass
class CaughtUp:
    """What became of the orders so far. ``published`` counts those that webhooks had told of as well."""

    orders: int = 0
    published: int = 0
    ignored: int = 0
    refused: list[Missed] = field(default_factory=list)


async def catch_up(
    pages: AsyncIterator[list[Mapping[str, Any]]],
    connection: Connection,
    publisher: ManyPublisher,
    topic: str,
    told: Callable[[int], None] = lambda _more: None,
) -> CaughtUp:
    """Translate and publish the orders page by page, as if each had come as a notice of ``topic``.

    Raises:
        KafkaUnavailable: a page was not acknowledged; the same again is safe.
        ShopUnavailable: a page could not be had.
    """
    done = CaughtUp()
    async for page in pages:
        events: list[SaleEvent] = []
        for order in page:
            done.orders += 1
            try:
                translation = connection.adapter.translate(order, topic, connection.shop, {})
            except Untranslatable as error:
                done.refused.append(Missed(error.order_id, error.problems))
                continue
            done.ignored += not translation.events
            events += translation.events
        for event, result in zip(events, await publisher.publish_many(list(events)), strict=True):
            if result.accepted:
                done.published += 1
            else:
                done.refused.append(Missed(event.order_id, result.problems))
        told(len(page))
    return done
