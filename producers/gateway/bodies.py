"""From a request's body to the events in it, each as its own bytes. Pure."""

from __future__ import annotations

from typing import Any, Final

import orjson

MAX_BODY_BYTES: Final = 8 * 1024 * 1024
MAX_EVENTS: Final = 500

_LINES: Final = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl"})


class BodyRefused(ValueError):
    """A body that cannot be taken apart: a status code, a stable code, and a sentence."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        self.status = status
        self.code = code
        self.detail = detail
        super().__init__(detail)


def events_in(body: bytes, content_type: str) -> list[bytes]:
    """The events of a body, by position: one JSON event, ``{"events": [...]}``, a JSON array, or NDJSON.

    One event and each line of NDJSON stay byte for byte as they came. A line that is no JSON is an event of
    its own, to be refused alone; in the other forms it spoils the whole body.

    Raises:
        BodyRefused: 400 for a body that is none of these, 413 for more than 500 events.
    """
    if _media_type(content_type) in _LINES:
        found = [line for line in body.splitlines() if line.strip()]
    else:
        found = _json_events(body)
    if not found:
        raise BodyRefused(400, "no_events", "The body holds no event.")
    if len(found) > MAX_EVENTS:
        raise BodyRefused(413, "too_many_events", f"At most {MAX_EVENTS} events in one request.")
    return found


def _json_events(body: bytes) -> list[bytes]:
    try:
        parsed: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BodyRefused(400, "malformed_json", "The body is not a JSON document in UTF-8.") from None
    if isinstance(parsed, dict) and "events" not in parsed:
        return [body]
    batch = parsed["events"] if isinstance(parsed, dict) else parsed
    if not isinstance(batch, list) or (isinstance(parsed, dict) and len(parsed) > 1):
        raise BodyRefused(400, "not_events", 'Send one event, an array of events, or {"events": [...]}.')
    try:
        return [orjson.dumps(event) for event in batch[: MAX_EVENTS + 1]]
    except TypeError:  # orjson reads deeper nesting than it writes
        raise BodyRefused(400, "malformed_json", "The body is nested too deeply.") from None


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()
