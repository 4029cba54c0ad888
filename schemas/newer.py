"""Events and signals of a newer minor version: what can be known of them before an upgrade.

They are kept as they are, and wait as replayable dead letters (docs/definitions.md).
"""

from __future__ import annotations

from typing import TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from daybook.schemas.codec import EventRefused, Problem, Reason, problems_of
from daybook.schemas.fields import Identifier
from daybook.schemas.redaction import personal_data_in


class NewerEvent(BaseModel):
    """The part of an event's envelope that holds in every minor version."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    type: Identifier
    source: Identifier
    event_id: Identifier
    order_id: Identifier
    store_id: Identifier


class NewerSignal(BaseModel):
    """The part of a signal's envelope that holds in every minor version."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    type: Identifier
    source: Identifier
    event_id: Identifier
    subject_id: Identifier
    store_id: Identifier


_Newer = TypeVar("_Newer", NewerEvent, NewerSignal)


def decode_newer(data: bytes) -> NewerEvent:
    """The known part of an event whose only fault is a newer minor version. Raises as ``_decoded`` does."""
    return _decoded(data, NewerEvent)


def decode_newer_signal(data: bytes) -> NewerSignal:
    """The known part of a signal whose only fault is a newer minor version. Raises as ``_decoded`` does."""
    return _decoded(data, NewerSignal)


def _decoded(data: bytes, model: type[_Newer]) -> _Newer:
    """The envelope that every minor version has.

    Raises:
        EventRefused: a part of the envelope is missing or malformed, or the event holds personal data, which
            would otherwise be kept unseen. Its first problem is never ``newer_version``.
    """
    try:
        found = personal_data_in(orjson.loads(data))
    except RecursionError:
        raise EventRefused([Problem(Reason.OUT_OF_RANGE, "", "nested too deeply")]) from None
    if found is not None:
        raise EventRefused([Problem(Reason(found.value), "", "holds what looks like personal data")])
    try:
        return model.model_validate_json(data)
    except ValidationError as error:
        raise EventRefused(problems_of(error)) from None
