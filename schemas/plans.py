"""Plans as events: targets on ``sales.targets``, adjustments on ``sales.adjustments``.

Both topics are compacted. No two changes share a key, so all of them stay; the same one told again replaces
itself.
"""

from __future__ import annotations

from typing import Final

import orjson
from pydantic import BaseModel

from daybook.schemas.adjustments import Adjustment, AdjustmentSet
from daybook.schemas.targets import Target, TargetSet

LARGEST: Final = 65_536
"""Bytes of one event."""


def encode_target(target: Target) -> tuple[bytes, bytes]:
    """Key and value of the record that publishes a target."""
    event = TargetSet.model_validate(target.model_dump(exclude={"type", "schema_version"}))
    whose = ("target", event.scope, event.key or "", event.currency)
    when = (event.period.value, event.first.isoformat(), event.set_at.isoformat())
    return "|".join((*whose, *when)).encode(), _encoded(event)


def encode_adjustment(adjustment: Adjustment) -> tuple[bytes, bytes]:
    """Key and value of the record that publishes an adjustment."""
    event = AdjustmentSet.model_validate(adjustment.model_dump(exclude={"type", "schema_version"}))
    return f"adjustment|{event.adjustment_id}|{event.set_at.isoformat()}".encode(), _encoded(event)


def decode_target(data: bytes) -> TargetSet:
    """The target in a record's value.

    Raises:
        ValueError: it is not valid, which a ``ValidationError`` says by field.
    """
    return TargetSet.model_validate_json(_small(data))


def decode_adjustment(data: bytes) -> AdjustmentSet:
    """The adjustment in a record's value.

    Raises:
        ValueError: it is not valid, which a ``ValidationError`` says by field.
    """
    return AdjustmentSet.model_validate_json(_small(data))


def _small(data: bytes) -> bytes:
    if len(data) > LARGEST:
        raise ValueError(f"larger than {LARGEST} bytes")
    return data


def _encoded(event: BaseModel) -> bytes:
    # `type` and `schema_version` have defaults, yet every event must carry them.
    body = event.model_dump(mode="json", exclude_defaults=True)
    named = event.model_dump(mode="json", include={"type", "schema_version"})
    return orjson.dumps(named | body)
