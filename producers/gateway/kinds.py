"""The kinds of things that the gateway takes: how each is read, and what OpenAPI says of it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from daybook.producers.gateway import examples
from daybook.schemas.codec import decode_event
from daybook.schemas.events import EVENTS
from daybook.schemas.newer import decode_newer, decode_newer_signal
from daybook.schemas.signals.any import SIGNALS as SIGNAL_SCHEMAS
from daybook.schemas.signals.any import decode_signal


class Named(NamedTuple):
    """Whose an event is, and the key that its record gets."""

    store_id: str
    source: str
    key: str


class Kind(NamedTuple):
    """A kind of events: its route, how a body of it is read, and how it is described.

    ``read`` raises EventRefused where an event is not valid, ``newer`` as well, for one of a newer minor
    version of which only the envelope is known.
    """

    path: str
    summary: str
    model: str
    read: Callable[[bytes], Named]
    newer: Callable[[bytes], Named]
    schema: Callable[..., dict[str, Any]]
    example: Mapping[str, Any]


def _sale(data: bytes) -> Named:
    event = decode_event(data)
    return Named(event.store_id, event.source, event.order_id)


def _newer_sale(data: bytes) -> Named:
    event = decode_newer(data)
    return Named(event.store_id, event.source, event.order_id)


def _signal(data: bytes) -> Named:
    signal = decode_signal(data)
    return Named(signal.store_id, signal.source, signal.subject_id)


def _newer_signal(data: bytes) -> Named:
    signal = decode_newer_signal(data)
    return Named(signal.store_id, signal.source, signal.subject_id)


SALES: Final = Kind(
    path="/v1/events",
    summary="Publish sale events",
    model="SaleEvent",
    read=_sale,
    newer=_newer_sale,
    schema=EVENTS.json_schema,
    example=examples.SALE,
)
SIGNALS: Final = Kind(
    path="/v1/signals",
    summary="Publish signals: what customers and systems say beside what is bought",
    model="Signal",
    read=_signal,
    newer=_newer_signal,
    schema=SIGNAL_SCHEMAS.json_schema,
    example=examples.SIGNAL,
)
