"""Targets and adjustments as events: examples, their keys, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from daybook.schemas.adjustments import Adjustment
from daybook.schemas.plans import (
    LARGEST,
    decode_adjustment,
    decode_target,
    encode_adjustment,
    encode_target,
)
from daybook.schemas.targets import Target

EXAMPLES = Path(__file__).parents[2] / "schemas" / "examples" / "plans"


def examples(kind: str) -> list[Path]:
    """The examples of a kind."""
    return sorted(EXAMPLES.glob(f"{kind}--*.json"))


@pytest.mark.parametrize("path", examples("target"), ids=lambda path: path.stem)
def test_a_target_travels_unchanged(path: Path) -> None:
    """What is read of an example and published again is the same target, with nothing added."""
    target = decode_target(path.read_bytes())
    _, value = encode_target(target)
    assert decode_target(value) == target
    assert set(orjson.loads(value)) == set(orjson.loads(path.read_bytes()))


@pytest.mark.parametrize("path", examples("adjustment"), ids=lambda path: path.stem)
def test_an_adjustment_travels_unchanged(path: Path) -> None:
    """The same, with its factor to the last digit."""
    made = decode_adjustment(path.read_bytes())
    _, value = encode_adjustment(made)
    assert decode_adjustment(value) == made
    assert set(orjson.loads(value)) == set(orjson.loads(path.read_bytes()))


def test_each_change_has_a_key_of_its_own() -> None:
    """So a compacted topic keeps all of them; the same change again replaces itself, whoever publishes it."""
    target = decode_target(examples("target")[0].read_bytes())
    plain = Target.model_validate(target.model_dump(exclude={"type", "schema_version"}))
    later = plain.model_copy(update={"set_at": plain.set_at.replace(hour=11)})
    assert encode_target(plain)[0] == encode_target(target)[0] != encode_target(later)[0]
    made = decode_adjustment(examples("adjustment")[0].read_bytes())
    other = Adjustment.model_validate(
        made.model_dump(exclude={"type", "schema_version"}) | {"adjustment_id": "other"}
    )
    assert encode_adjustment(made)[0] != encode_adjustment(other)[0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "target.put"},
        {"schema_version": "2.0"},
        {"amount": 0},
        {"key": None},
        {"colour": "red"},
        {"reason": "mail a@example.org"},
    ],
)
def test_a_wrong_target_event_is_refused(wrong: dict[str, Any]) -> None:
    """Another type or version, nothing to reach, nobody's, an unknown field, an address in the reason."""
    plain = orjson.loads(examples("target")[0].read_bytes())
    with pytest.raises(ValueError, match="validation error"):
        decode_target(orjson.dumps(plain | wrong))


@pytest.mark.parametrize(
    "wrong", [{"factor": "-1"}, {"factor": "101"}, {"factor": 1.5}, {"source": "rumour"}, {"key": None}]
)
def test_a_wrong_adjustment_event_is_refused(wrong: dict[str, Any]) -> None:
    """A negative or huge factor, a float, an unknown source, a region without its name."""
    plain = orjson.loads(examples("adjustment")[1].read_bytes())
    with pytest.raises(ValueError, match="validation error"):
        decode_adjustment(orjson.dumps(plain | wrong))


def test_what_is_too_large_is_not_looked_at() -> None:
    """A record beyond the limit is refused before it is parsed."""
    with pytest.raises(ValueError, match="larger than"):
        decode_target(b" " * (LARGEST + 1))
