"""The corpus of example events, valid and invalid, and what the codec makes of each."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from daybook.schemas.codec import MAX_EVENT_BYTES, EventRefused, Reason, decode_event, encode_event

CORPUS = Path(__file__).parents[2] / "schemas" / "examples"
VALID = sorted((CORPUS / "valid").glob("*.json"))
INVALID = sorted((CORPUS / "invalid").glob("*.json"))

# Found by the worker, which knows the stores, the log's time and the ids it has seen; not by the codec.
BY_THE_WORKER = {
    Reason.FUTURE_TIME,
    Reason.UNKNOWN_STORE,
    Reason.LATE_UNVERIFIED,
    Reason.MISPLACED,
    Reason.INTERNAL,
}
# An example of it would be 786 KB: test_too_large makes one.
MADE_HERE = {Reason.TOO_LARGE}


def _name(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("path", VALID, ids=_name)
def test_valid_example_round_trips(path: Path) -> None:
    """A valid example decodes, and what encode makes of it decodes to the same event."""
    event = decode_event(path.read_bytes())
    assert decode_event(encode_event(event)) == event


@pytest.mark.parametrize("path", VALID, ids=_name)
def test_encoding_adds_nothing(path: Path) -> None:
    """What encode makes of a valid example holds no field that was not sent: defaults stay unsaid."""
    sent = orjson.loads(path.read_bytes())
    again = orjson.loads(encode_event(decode_event(path.read_bytes())))
    assert set(again) <= set(sent)
    for line, sent_line in zip(again.get("lines") or [], sent.get("lines") or [], strict=True):
        assert line.items() <= sent_line.items()


@pytest.mark.parametrize("path", INVALID, ids=_name)
def test_invalid_example_is_refused_for_its_reason(path: Path) -> None:
    """An invalid example is refused, first of all for the reason that its file name begins with."""
    with pytest.raises(EventRefused) as refused:
        decode_event(path.read_bytes())
    assert refused.value.problem.reason.value == path.name.partition("--")[0]


def test_every_reason_of_the_codec_has_an_example() -> None:
    """There is an invalid example of every reason that the codec itself can give."""
    shown = {Reason(path.name.partition("--")[0]) for path in INVALID}
    assert shown == set(Reason) - BY_THE_WORKER - MADE_HERE


def test_too_large() -> None:
    """An event above the limit is refused before anything looks inside it."""
    with pytest.raises(EventRefused) as refused:
        decode_event(b"{" * (MAX_EVENT_BYTES + 1))
    assert refused.value.problem.reason is Reason.TOO_LARGE


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe\x00", b"null", b'"text"', b"\x00" * 50, b"[" * 5000, b'{"type": "\\ud800"}']
)
def test_whatever_bytes_are_refused_in_our_own_terms(data: bytes) -> None:
    """Bytes that are no event raise the codec's own error and no other."""
    with pytest.raises(EventRefused):
        decode_event(data)


def test_a_problem_never_repeats_personal_data() -> None:
    """The name of an unknown field may hold anything at all, so it is redacted where it is reported."""
    path = CORPUS / "invalid" / "unknown_field--name-that-is-a-card-number.json"
    with pytest.raises(EventRefused) as refused:
        decode_event(path.read_bytes())
    assert "4111111111111111" not in str(refused.value)
    assert refused.value.problem.field == "[redacted]"


def test_the_field_is_named_without_the_validators_own_words() -> None:
    """A field that takes an integer or a text is reported once, by its path in the event alone."""
    path = CORPUS / "invalid" / "bad_format--exponent-in-quantity.json"
    with pytest.raises(EventRefused) as refused:
        decode_event(path.read_bytes())
    assert [problem.field for problem in refused.value.problems] == ["lines[0].quantity"]
