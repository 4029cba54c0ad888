"""From the bytes of a record to an event, or to the reason why not; and back."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import orjson
from pydantic import ValidationError

from daybook.schemas.events import EVENTS, SCHEMA_VERSION, SaleEvent
from daybook.schemas.guard import PersonalData, redact
from daybook.schemas.untranslated import UNTRANSLATED, PayloadUntranslated

MAX_EVENT_BYTES: Final = 786_432
"""Largest event accepted, below Kafka's default of one megabyte for a record batch."""


class Reason(StrEnum):
    """Why an event is refused or not counted. The codes are stable: people filter and alert on them."""

    TOO_LARGE = "too_large"
    MALFORMED = "malformed_json"
    NOT_AN_OBJECT = "not_an_object"
    UNKNOWN_TYPE = "unknown_type"
    UNKNOWN_VERSION = "unknown_version"
    NEWER_VERSION = "newer_version"
    MISSING_FIELD = "missing_field"
    UNKNOWN_FIELD = "unknown_field"
    WRONG_TYPE = "wrong_type"
    BAD_FORMAT = "bad_format"
    OUT_OF_RANGE = "out_of_range"
    NEGATIVE_AMOUNT = "negative_amount"
    IMPOSSIBLE_TIME = "impossible_time"
    UNKNOWN_CURRENCY = "unknown_currency"
    DUPLICATE_STAFF = "duplicate_staff"
    LINE_SUM = "line_sum"
    ORDER_SUM = "order_sum"
    CARD = PersonalData.CARD.value
    EMAIL = PersonalData.EMAIL.value
    UNTRANSLATED = "untranslated"
    FUTURE_TIME = "future_time"
    UNKNOWN_STORE = "unknown_store"
    LATE_UNVERIFIED = "late_unverified"
    MISPLACED = "misplaced"
    INTERNAL = "internal_error"


REPLAYABLE: Final = frozenset(
    {Reason.NEWER_VERSION, Reason.UNKNOWN_STORE, Reason.LATE_UNVERIFIED, Reason.MISPLACED, Reason.INTERNAL}
)
"""Reasons that may pass with time: the same bytes can count when replayed later."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an event: a stable code, the field's path, and a sentence without its value."""

    reason: Reason
    field: str
    detail: str


class EventRefused(ValueError):
    """An event that is not valid. ``problems`` holds at least one; the first is its dead letter's reason."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{p.field or 'event'}: {p.detail} ({p.reason})" for p in problems))

    @property
    def problem(self) -> Problem:
        """The first problem."""
        return self.problems[0]


_BY_PYDANTIC_TYPE: Final = {
    "missing": Reason.MISSING_FIELD,
    "extra_forbidden": Reason.UNKNOWN_FIELD,
    "json_invalid": Reason.MALFORMED,
    "union_tag_not_found": Reason.UNKNOWN_TYPE,
    "union_tag_invalid": Reason.UNKNOWN_TYPE,
    "string_pattern_mismatch": Reason.BAD_FORMAT,
    "string_too_short": Reason.BAD_FORMAT,
    "string_too_long": Reason.OUT_OF_RANGE,
    "too_long": Reason.OUT_OF_RANGE,
    "too_short": Reason.OUT_OF_RANGE,
    "greater_than_equal": Reason.OUT_OF_RANGE,
    "less_than_equal": Reason.OUT_OF_RANGE,
    "int_parsing_size": Reason.OUT_OF_RANGE,
    "enum": Reason.BAD_FORMAT,
    "literal_error": Reason.BAD_FORMAT,
    "timezone_aware": Reason.IMPOSSIBLE_TIME,
    "datetime_parsing": Reason.IMPOSSIBLE_TIME,
    "datetime_from_date_parsing": Reason.IMPOSSIBLE_TIME,
    "datetime_object_invalid": Reason.IMPOSSIBLE_TIME,
    "date_parsing": Reason.IMPOSSIBLE_TIME,
    "date_from_datetime_parsing": Reason.IMPOSSIBLE_TIME,
    **{reason.value: reason for reason in Reason},
}
TAGS: Final = frozenset({"sale.completed", "sale.refunded", "sale.voided", "order.snapshot"})
"""Types of sale events."""
_MAX_PROBLEMS: Final = 20
_VERSION: Final = re.compile(r"[0-9]{1,9}\.[0-9]{1,9}")


def decode_event(data: bytes) -> SaleEvent:
    """The event in a record's value.

    Raises:
        EventRefused: it is not valid; says why, by field, without repeating any value.
    """
    if len(data) > MAX_EVENT_BYTES:
        raise EventRefused([Problem(Reason.TOO_LARGE, "", f"larger than {MAX_EVENT_BYTES} bytes")])
    try:
        return EVENTS.validate_json(data)
    except ValidationError as error:
        raise refusal(error, data) from None


def encode_event(event: SaleEvent) -> bytes:
    """The event as JSON; fields at their default are left out."""
    # `type` and `schema_version` have defaults, yet every event must carry them.
    body = event.model_dump(mode="json", exclude_defaults=True)
    return orjson.dumps({"schema_version": event.schema_version, "type": event.type, **body})


def refusal(error: ValidationError, data: bytes, tags: AbstractSet[str] = TAGS) -> EventRefused:
    """Pydantic's verdict on ``data`` in our own stable terms; ``tags`` are the types it might have."""
    raw = _parsed(data)
    problem = _envelope_problem(raw)
    if problem is not None:
        return EventRefused([problem])
    if raw.get("type") == UNTRANSLATED:
        return _untranslated(data)
    return EventRefused(problems_of(error, tags))


def _untranslated(data: bytes) -> EventRefused:
    """Why an adapter could not translate a payload, as its record tells."""
    try:
        record = PayloadUntranslated.model_validate_json(data)
    except ValidationError as error:
        return EventRefused(problems_of(error))
    return EventRefused(
        [Problem(Reason.UNTRANSLATED, p.field, f"{p.code}: {p.detail}") for p in record.problems]
    )


def problems_of(error: ValidationError, tags: AbstractSet[str] = TAGS) -> list[Problem]:
    """What pydantic found, in our own stable terms; at least one."""
    problems = [
        Problem(
            _BY_PYDANTIC_TYPE.get(e["type"], Reason.WRONG_TYPE),
            _path(e["loc"], tags),
            _message(e["type"], e["msg"], tags),
        )
        for e in error.errors(include_input=False, include_url=False, include_context=False)[:_MAX_PROBLEMS]
    ]
    problems = _most_telling(problems)
    # Personal data first: its dead letter has to be redacted whatever else is wrong.
    problems.sort(key=lambda p: p.reason not in (Reason.CARD, Reason.EMAIL))
    return problems


def _most_telling(problems: list[Problem]) -> list[Problem]:
    # A field that takes an integer or a text reports both as failed; "wrong type" then says nothing.
    told = {p.field for p in problems if p.reason is not Reason.WRONG_TYPE}
    return [p for p in dict.fromkeys(problems) if p.reason is not Reason.WRONG_TYPE or p.field not in told]


def _parsed(data: bytes) -> Any:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return None


def _envelope_problem(raw: Any) -> Problem | None:
    if raw is None:
        return Problem(Reason.MALFORMED, "", "not a JSON document")
    if not isinstance(raw, dict):
        return Problem(Reason.NOT_AN_OBJECT, "", "an event is one JSON object")
    version = raw.get("schema_version", SCHEMA_VERSION)
    if version == SCHEMA_VERSION:
        return None
    major, _, minor = str(version).partition(".")
    known_major, _, known_minor = SCHEMA_VERSION.partition(".")
    if not _VERSION.fullmatch(str(version)):
        return Problem(
            Reason.UNKNOWN_VERSION, "schema_version", f"not a version; {SCHEMA_VERSION} is known here"
        )
    if major == known_major and int(minor) > int(known_minor):
        return Problem(
            Reason.NEWER_VERSION, "schema_version", f"newer than {SCHEMA_VERSION}; replay after an upgrade"
        )
    return Problem(Reason.UNKNOWN_VERSION, "schema_version", f"only {SCHEMA_VERSION} is known here")


def _message(kind: str, message: str, tags: AbstractSet[str]) -> str:
    # Pydantic repeats the tag it did not know, which may be anything at all.
    return f"type must be one of {', '.join(sorted(tags))}" if kind.startswith("union_tag") else message


def _path(location: tuple[int | str, ...], tags: AbstractSet[str]) -> str:
    # The first part is the tag of the union, not a field.
    parts = location[1:] if location and location[0] in tags else location
    text = ""
    for part in parts:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part not in _UNION_MEMBERS and not part.startswith(("constrained-", "function-")):
            # The name of an unknown field is as free as any text.
            name = redact(part)[:_MAX_NAME]
            text += f".{name}" if text else name
    return text


_UNION_MEMBERS: Final = frozenset({"int", "str"})
_MAX_NAME: Final = 64
