"""From a request's body to the events in it, each as its own bytes. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from daybook.producers.gateway.cloudevents import event_of, is_json
from daybook.producers.gateway.refusals import Refusal
from daybook.producers.gateway.verdict import Arrival

LINES: Final = "application/x-ndjson"
CLOUD_EVENT: Final = "application/cloudevents+json"
CLOUD_EVENTS: Final = "application/cloudevents-batch+json"

_LINES: Final = frozenset({LINES, "application/ndjson", "application/jsonl"})

_Event = bytes | msgspec.Raw
"""An event's bytes, or the place in the body where they stand: only what is not too much is copied."""


class _Document(msgspec.Struct):
    """The outermost object: one event, or ``{"events": [...]}``."""

    events: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class _Wrapped(msgspec.Struct, forbid_unknown_fields=True):
    events: list[msgspec.Raw]


# Raw leaves an event the very bytes that came: nothing is parsed twice, and no number is rounded on the way.

_DOCUMENT: Final = msgspec.json.Decoder(_Document)
_WRAPPED: Final = msgspec.json.Decoder(_Wrapped)
_ARRAY: Final = msgspec.json.Decoder(list[msgspec.Raw])


def events_in(body: bytes, content_type: str, most: int) -> list[Arrival]:
    """The events of a body, by position, at most so many of them, each byte for byte as it came.

    A body is one JSON event, an array, ``{"events": [...]}``, NDJSON, or one or several structured
    CloudEvents. A line that is no JSON is an event of its own, to be refused alone; in the other forms it
    spoils the whole.

    Raises:
        Refusal: 400 for a body that is none of these, 413 for too many events, 415 for another content type.
    """
    media_type = content_type.partition(";")[0].strip().lower()
    found: list[_Event]
    if media_type in _LINES:
        found = [line for line in body.split(b"\n") if line.strip()]
    elif media_type == CLOUD_EVENT:
        found = [body]
    elif media_type == CLOUD_EVENTS:
        found = _parsed(_array, body)
    elif not media_type or is_json(media_type):
        found = _parsed(_json_events, body)
    else:
        raise Refusal(415, "unknown_form", "Send JSON, NDJSON or CloudEvents in JSON.", field="content-type")
    if not found:
        raise Refusal(400, "no_events", "The body holds no event.")
    if len(found) > most:
        raise Refusal(413, "too_many_events", f"At most {most} events in one request.")
    if media_type in {CLOUD_EVENT, CLOUD_EVENTS}:
        return [event_of(bytes(event)) for event in found]
    return [bytes(event) for event in found]


def _json_events(body: bytes) -> list[_Event]:
    if body.lstrip()[:1] == b"{":
        if _DOCUMENT.decode(body).events is msgspec.UNSET:
            return [body]
        return [*_WRAPPED.decode(body).events]
    return _array(body)


def _array(body: bytes) -> list[_Event]:
    return [*_ARRAY.decode(body)]


def _parsed(parse: Callable[[bytes], list[_Event]], body: bytes) -> list[_Event]:
    try:
        return parse(body)
    except msgspec.ValidationError:
        detail = 'Send one event, an array of events, or {"events": [...]}.'
        raise Refusal(400, "not_events", detail) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refusal(400, "malformed_json", "The body is not a JSON document in UTF-8.") from None
    except RecursionError:
        raise Refusal(400, "too_deep", "The body is nested too deeply.") from None
