"""The corpus of example signals, valid and invalid, and what the codec makes of each."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from daybook.schemas.codec import EventRefused
from daybook.schemas.documents import documents
from daybook.schemas.signals.any import SIGNAL_MODELS, decode_signal, encode_signal

CORPUS = Path(__file__).parents[2] / "schemas" / "examples" / "signals"
VALID = sorted((CORPUS / "valid").glob("*.json"))
INVALID = sorted((CORPUS / "invalid").glob("*.json"))


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_valid_example_round_trips(path: Path) -> None:
    """A valid example decodes, what encode makes of it is the same signal, and no field is added."""
    signal = decode_signal(path.read_bytes())
    again = encode_signal(signal)
    assert decode_signal(again) == signal
    assert set(orjson.loads(again)) <= set(orjson.loads(path.read_bytes()))


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_invalid_example_is_refused_for_its_reason(path: Path) -> None:
    """An invalid example is refused, first of all for the reason that its file name begins with."""
    with pytest.raises(EventRefused) as refused:
        decode_signal(path.read_bytes())
    assert refused.value.problem.reason.value == path.name.partition("--")[0]


def test_every_type_has_an_example_and_a_schema() -> None:
    """There is a valid example of each type of signal, and a published schema that demands the type."""
    assert {orjson.loads(path.read_bytes())["type"] for path in VALID} == set(SIGNAL_MODELS)
    for kind in SIGNAL_MODELS:
        assert "type" in orjson.loads(documents()[f"json/{kind}.json"])["required"]


def test_the_types_that_might_be_are_those_of_signals() -> None:
    """Who sends a sale to the signals is told the types of signals."""
    with pytest.raises(EventRefused, match=r"funnel\.step"):
        decode_signal((CORPUS / "invalid" / "unknown_type--a-sale-among-signals.json").read_bytes())
