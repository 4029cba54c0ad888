"""From a structured CloudEvent 1.0 to an event of ours.

``id`` is ``event_id``; ``source``, ``type`` and ``time`` keep their names; all else of an event stands in
``data``, which is a JSON object. Other attributes, extensions among them, are left out: none of them says
anything about a sale or a signal.
"""

from __future__ import annotations

from typing import Any, Final

import orjson

from daybook.producers.gateway.answers import ProblemAnswer
from daybook.schemas.codec import Reason

_SPEC: Final = "1.0"
_NAMES: Final = {"id": "event_id", "source": "source", "type": "type", "time": "time"}
_OPTIONAL: Final = frozenset({"time"})


def event_of(cloud_event: bytes) -> bytes | ProblemAnswer:
    """The event inside a structured CloudEvent, or why there is none."""
    try:
        parsed: Any = orjson.loads(cloud_event)
    except orjson.JSONDecodeError:
        return _problem(Reason.MALFORMED, "", "not a JSON document")
    if not isinstance(parsed, dict):
        return _problem(Reason.NOT_AN_OBJECT, "", "a CloudEvent is one JSON object")
    problem = _attribute_problem(parsed) or _data_problem(parsed)
    if problem is not None:
        return problem
    attributes = {ours: parsed[theirs] for theirs, ours in _NAMES.items() if theirs in parsed}
    try:
        return orjson.dumps({**parsed["data"], **attributes})
    except TypeError:  # orjson reads deeper nesting than it writes
        return ProblemAnswer(code="too_deep", field="data", detail="nested too deeply")


def _attribute_problem(parsed: dict[str, Any]) -> ProblemAnswer | None:
    if parsed.get("specversion") != _SPEC:
        return _problem(Reason.UNKNOWN_VERSION, "specversion", f"only CloudEvents {_SPEC} is known here")
    for name in _NAMES:
        if name not in parsed and name not in _OPTIONAL:
            return _problem(Reason.MISSING_FIELD, name, "a CloudEvent has this attribute")
        if name in parsed and not isinstance(parsed[name], str):
            return _problem(Reason.WRONG_TYPE, name, "this attribute is a string")
    content_type = parsed.get("datacontenttype", "application/json")
    if not isinstance(content_type, str) or not is_json(content_type):
        return _problem(Reason.BAD_FORMAT, "datacontenttype", "the data of an event is JSON")
    return None


def _data_problem(parsed: dict[str, Any]) -> ProblemAnswer | None:
    if "data_base64" in parsed:
        return _problem(Reason.UNKNOWN_FIELD, "data_base64", "send the data as a JSON object in data")
    if "data" not in parsed:
        return _problem(Reason.MISSING_FIELD, "data", "the rest of the event belongs here")
    if not isinstance(parsed["data"], dict):
        return _problem(Reason.WRONG_TYPE, "data", "the rest of the event is one JSON object")
    for theirs, ours in _NAMES.items():
        if ours in parsed["data"] and parsed["data"][ours] != parsed.get(theirs):
            return _problem(Reason.BAD_FORMAT, f"data.{ours}", f"differs from the attribute {theirs}")
    return None


def is_json(content_type: str) -> bool:
    """Whether a media type is JSON, by its name or its suffix (RFC 6839)."""
    name = content_type.partition(";")[0].strip().lower()
    return name in {"application/json", "text/json"} or name.endswith("+json")


def _problem(reason: Reason, field: str, detail: str) -> ProblemAnswer:
    return ProblemAnswer(code=reason.value, field=field, detail=detail)
