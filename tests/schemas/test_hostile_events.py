"""Events that were bent at random: each is decoded or refused, and nothing else ever happens."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from daybook.schemas.codec import EventRefused, decode_event, encode_event
from daybook.schemas.redaction import redact_event

VALID = [
    orjson.loads(path.read_bytes())
    for path in sorted((Path(__file__).parents[2] / "schemas" / "examples" / "valid").glob("*.json"))
]
NUMBERS = st.integers(-(2**63), 2**63) | st.floats() | st.sampled_from([0, -1, 10**12, 10**12 + 1, 2**62])
TEXTS = st.text(max_size=12) | st.sampled_from(
    ["", "1e9", "-0", "0.0000001", "2026-02-30", "NaN", "1.0", "\x00"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


def places(node: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) in a document."""
    found: list[tuple[Any, Any]] = []
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        found += [(node, key), *places(child)]
    return found


@st.composite
def bent_events(draw: st.DrawFn) -> bytes:
    """A valid event of which one to three values were replaced, removed or joined by an unknown field."""
    event = orjson.loads(orjson.dumps(draw(st.sampled_from(VALID))))
    for _ in range(draw(st.integers(1, 3))):
        container, key = draw(st.sampled_from(places(event)))
        way = draw(st.sampled_from(["replace", "remove", "add"]))
        if way == "replace":
            container[key] = draw(VALUES)
        elif way == "remove":
            del container[key]
        elif isinstance(container, dict):
            container[draw(TEXTS)] = draw(VALUES)
        if not event:
            break
    return orjson.dumps(event)


@given(bent_events())
def test_a_bent_event_is_decoded_or_refused(data: bytes) -> None:
    """Whatever was bent, the codec gives an event that survives encoding, or its own refusal."""
    try:
        event = decode_event(data)
    except EventRefused:
        return
    assert decode_event(encode_event(event)) == event


@given(st.binary(max_size=200) | bent_events().flatmap(lambda e: st.integers(0, len(e)).map(lambda n: e[:n])))
def test_whatever_arrives_can_be_decoded_and_redacted(data: bytes) -> None:
    """Binary and truncated bytes are refused, and can be made safe to store all the same."""
    with contextlib.suppress(EventRefused):
        decode_event(data)
    safe, changed = redact_event(data)
    assert changed or safe == data
