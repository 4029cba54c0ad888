"""Bodies that nobody would send on purpose: each is answered, and none with an error of ours."""

from __future__ import annotations

import asyncio
import gzip
from datetime import UTC, datetime

import httpx
import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from daybook.producers.gateway import KeyRing, Limits, create_gateway
from daybook.producers.gateway.keys import ANY, new_key
from daybook.producers.gateway.verdict import depth_of
from tests.producers.memory import MemoryPublisher
from tests.support.sales import sale

FORMS = ("application/json", "application/x-ndjson", "application/cloudevents+json",
         "application/cloudevents-batch+json", "")  # fmt: skip
ENCODINGS = ("", "gzip")
ODD = (
    b"NaN", b"-Infinity", b"1e999", b"9" * 400, b"-0", b'"\\ud800"', b'"\\udc00\\ud800"', b'"\xff\xfe"',
    b'"\x00"',
    b"\r", b"\xef\xbb\xbf", b"[" * 40 + b"]" * 40, b'{"a":' * 300 + b"1" + b"}" * 300, b'"\\u0000"',
    b"\xc0\x80",
)  # fmt: skip
SALE = orjson.dumps(sale())
CLOUD = orjson.dumps(
    {"specversion": "1.0", "id": "1", "source": "t", "type": "sale.completed", "data": sale()}
)

_key = new_key("tests", stores=[ANY], sources=[ANY], now=datetime.now(UTC))
_published = MemoryPublisher()
_app = create_gateway(
    _published, KeyRing([_key.key]), limits=Limits(events_per_second=1e9, burst_events=10**9)
)


def answer_to(body: bytes, content_type: str, encoding: str = "") -> httpx.Response:
    """What the gateway answers; an error that leaves it is raised here."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(_app)
        headers = {"Authorization": f"Bearer {_key.token}", "Content-Type": content_type}
        headers |= {"Content-Encoding": encoding} if encoding else {}
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            return await client.post("/v1/events", content=body, headers=headers)

    return asyncio.run(ask())


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A sale, a CloudEvent or a batch of both, with odd bytes put into it or parts cut out of it."""
    body = draw(st.sampled_from([SALE, CLOUD, b"[" + SALE + b"," + CLOUD + b"]", SALE + b"\n" + SALE]))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(body)))
        until = draw(st.integers(at, min(len(body), at + 20)))
        put = draw(st.sampled_from(ODD) | st.binary(max_size=8))
        body = body[:at] + put + body[until:]
    return body


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=200) | damaged(), st.sampled_from(FORMS), st.sampled_from(ENCODINGS))
@example(b'{"a":1,"a":2}', "application/json", "")
@example(b'[{"schema_version":"1.9","order_id":"\\ud800"}]', "application/json", "")
@example(b'{"schema_version":"1.9","x":1e999,"x":NaN}', "application/json", "")
@example(b'{"schema_version":"1.9","x":' + b"9" * 5000 + b"}", "application/json", "")
@example(b'{"specversion":"1.0","id":"1","source":"s","type":"t","data":{"x":1e400}}', FORMS[2], "")
@example(b"\r\r\n\r", "application/x-ndjson", "")
def test_whatever_the_bytes_are_they_are_answered(body: bytes, form: str, encoding: str) -> None:
    """Any bytes in any form, plain or packed: an answer with a code, never a 5xx."""
    answer = answer_to(gzip.compress(body) if encoding else body, form, encoding)
    assert answer.status_code in {202, 400, 413, 422}
    told = answer.json()
    assert told.get("code") or len(told["events"]) == told["accepted"] + told["waiting"] + told["refused"]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 200))
def test_garbage_that_calls_itself_gzip_is_answered(garbage: bytes, cut: int) -> None:
    """Packed bytes that were cut, or that are none, are refused like any other body."""
    for body in (garbage, gzip.compress(garbage)[:cut], gzip.compress(SALE)[:cut] + garbage):
        assert answer_to(body, "application/json", "gzip").status_code in {202, 400, 422}


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_value_in_any_field_is_refused(odd: bytes) -> None:
    """Numbers that are none, lone surrogates and broken UTF-8 are no order id and no amount."""
    _published.records.clear()
    for field in (b'"order-1"', b"1199"):
        answer = answer_to(SALE.replace(field, odd, 1), "application/json")
        assert answer.status_code in {400, 422}
    assert _published.records == []


def _nested(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(_nested, inner), default=0)


@given(
    st.recursive(
        st.none() | st.integers(-(2**63), 2**63) | st.text('[]{}"\\a'),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('[]{}"\\a'), inner, max_size=3),
    )
)
def test_depth_is_counted_whatever_the_texts_hold(value: object) -> None:
    """Brackets, quotes and backslashes inside texts neither hide a level nor make one."""
    assert depth_of(orjson.dumps(value)) == _nested(value)
