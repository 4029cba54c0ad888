"""Events of a newer minor version: what can be known of them before an upgrade.

They are kept as they are, and wait as replayable dead letters (docs/definitions.md).
"""

from __future__ import annotations

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


def decode_newer(data: bytes) -> NewerEvent:
    """The known part of an event whose only fault is a newer minor version.

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
        return NewerEvent.model_validate_json(data)
    except ValidationError as error:
        raise EventRefused(problems_of(error)) from None
