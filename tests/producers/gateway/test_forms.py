"""The forms in which events come: JSON, NDJSON, CloudEvents, plain and packed."""

from __future__ import annotations

import gzip
import zlib
from typing import Any

import orjson
import pytest

from daybook.producers.gateway import Limits
from daybook.producers.gateway.bodies import events_in
from daybook.producers.gateway.refusals import Refusal
from daybook.producers.gateway.unpacking import BodyParts
from tests.producers.gateway.conftest import Gateway
from tests.support.sales import sale

EVENTS = "/v1/events"
CLOUD_EVENT = "application/cloudevents+json"
CLOUD_EVENTS = "application/cloudevents-batch+json"
ATTRIBUTES = ("source", "type", "time")


def cloud(number: int = 1, **changes: Any) -> dict[str, Any]:
    """The sale of that number as a structured CloudEvent."""
    event = sale(number)
    attributes = {name: event.pop(name) for name in ATTRIBUTES}
    return {"specversion": "1.0", "id": event.pop("event_id"), **attributes, "data": event} | changes


async def test_events_of_a_batch_travel_byte_for_byte(gateway: Gateway) -> None:
    """Spacing, order of fields and escapes of each event in an array are what Kafka gets."""
    first = orjson.dumps(sale(1), option=orjson.OPT_INDENT_2)
    second = orjson.dumps(sale(2, campaign="x")).replace(b'"x"', rb'"\u00e9t\u00e9"')
    answer = await gateway.client.post(EVENTS, content=b"[ " + first + b" ,\r\n" + second + b"]")
    assert answer.status_code == 202
    assert [record.value for record in gateway.published.records] == [first, second]


async def test_lines_may_end_in_cr_lf(gateway: Gateway) -> None:
    """NDJSON from Windows is NDJSON; a lone CR is white space inside of a line."""
    lines = [orjson.dumps(sale(1)), orjson.dumps(sale(2)).replace(b",", b",\r", 1)]
    answer = await gateway.client.post(
        EVENTS, content=b"\r\n".join(lines) + b"\r\n", headers={"Content-Type": "application/x-ndjson"}
    )
    assert answer.json()["accepted"] == 2


async def test_a_cloud_event_is_the_sale_that_it_carries(gateway: Gateway) -> None:
    """Its id is the event_id, and what is published is the flat event, whatever extensions came along."""
    body = orjson.dumps(cloud(traceparent="00-ab-cd-01", subject="order-1"))
    answer = await gateway.client.post(EVENTS, content=body, headers={"Content-Type": CLOUD_EVENT})
    assert answer.status_code == 202
    assert orjson.loads(gateway.published.records[0].value) == sale(1)
    assert gateway.published.records[0].key == b"order-1"


async def test_a_bad_cloud_event_in_a_batch_is_refused_alone(gateway: Gateway) -> None:
    """Results stand at the position of their CloudEvent."""
    batch = [cloud(1), cloud(2, data="sale"), cloud(3)]
    answer = await gateway.client.post(EVENTS, json=batch, headers={"Content-Type": CLOUD_EVENTS})
    assert [event["status"] for event in answer.json()["events"]] == ["accepted", "refused", "accepted"]
    assert answer.json()["events"][1]["problems"][0]["field"] == "data"


@pytest.mark.parametrize(
    "changes, code, field",
    [
        ({"specversion": "0.3"}, "unknown_version", "specversion"),
        ({"id": None}, "wrong_type", "id"),
        ({"id": 7}, "wrong_type", "id"),
        ({"datacontenttype": "text/xml"}, "bad_format", "datacontenttype"),
        ({"data_base64": "e30="}, "unknown_field", "data_base64"),
        ({"data": [1]}, "wrong_type", "data"),
        ({"data": sale(1) | {"source": "another"}}, "bad_format", "data.source"),
        ({"source": "/tills/7"}, "bad_format", "source"),
        ({"data": {}}, "missing_field", "order_id"),
    ],
)
async def test_why_a_cloud_event_is_refused(
    gateway: Gateway, changes: dict[str, Any], code: str, field: str
) -> None:
    """Each fault of the wrapping has the code and the field of its own kind."""
    answer = await gateway.client.post(
        EVENTS, content=orjson.dumps(cloud(1, **changes)), headers={"Content-Type": CLOUD_EVENT}
    )
    problem = answer.json()["events"][0]["problems"][0]
    assert (answer.status_code, problem["code"], problem["field"]) == (422, code, field)


@pytest.mark.parametrize("missing", ["id", "source", "type", "data", "specversion"])
async def test_a_cloud_event_without_a_needed_part_is_refused(gateway: Gateway, missing: str) -> None:
    """What CloudEvents demands is named where it is missing."""
    event = cloud()
    del event[missing]
    answer = await gateway.client.post(EVENTS, json=event, headers={"Content-Type": CLOUD_EVENT})
    assert answer.json()["events"][0]["problems"][0]["field"] == missing


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "image/png"])
async def test_another_content_type_is_refused(gateway: Gateway, content_type: str) -> None:
    """What is not declared as JSON is not read as JSON."""
    answer = await gateway.client.post(
        EVENTS, content=orjson.dumps(sale()), headers={"Content-Type": content_type}
    )
    assert (answer.status_code, answer.json()["code"]) == (415, "unknown_form")
    assert answer.json()["field"] == "content-type"


async def test_a_packed_body_is_unpacked(gateway: Gateway) -> None:
    """Gzip is taken, however it is cut into pieces on its way."""
    packed = gzip.compress(orjson.dumps([sale(1), sale(2)]))

    async def trickle() -> Any:
        for byte in packed:
            yield bytes([byte])

    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    answer = await gateway.client.post(EVENTS, content=trickle(), headers=headers)
    assert answer.json()["accepted"] == 2


@pytest.mark.parametrize(
    "packed",
    [
        b"not gzip",
        b"",
        gzip.compress(b"{}", mtime=0)[:-3],
        gzip.compress(b"{}", mtime=0) + b"more",
        zlib.compress(b"{}"),
    ],
)
async def test_what_is_not_one_gzip_stream_is_refused(gateway: Gateway, packed: bytes) -> None:
    """Garbage, a stream cut off, and bytes after its end have a code of their own."""
    answer = await gateway.client.post(EVENTS, content=packed, headers={"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_gzip")


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "zstd"])
async def test_another_encoding_is_refused(gateway: Gateway, encoding: str) -> None:
    """Gzip is the one encoding, and once."""
    answer = await gateway.client.post(EVENTS, content=b"x", headers={"Content-Encoding": encoding})
    assert (answer.status_code, answer.json()["code"]) == (415, "encoded_body")


async def test_a_zip_bomb_is_refused_at_the_limit(gateway: Gateway) -> None:
    """A gigabyte of zeros in a megabyte is answered with 413."""
    stretch = zlib.compressobj(9, wbits=31)
    bomb = b"".join(stretch.compress(bytes(2**20)) for _ in range(1024)) + stretch.flush()
    assert len(bomb) < Limits().body_bytes
    answer = await gateway.client.post(EVENTS, content=bomb, headers={"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_zip_bomb_is_never_unfolded() -> None:
    """Not one byte more than the limit and one of a packed body is ever in memory."""
    parts = BodyParts("gzip", 5000)
    with pytest.raises(Refusal, match="too_large"):
        parts.add(gzip.compress(bytes(10**6)))
    assert len(parts._content) == 5001


def test_a_body_of_the_very_limit_is_taken() -> None:
    """The limit itself is within it, packed and plain."""
    for encoding, body in (("", bytes(1000)), ("gzip", gzip.compress(bytes(1000)))):
        parts = BodyParts(encoding, 1000)
        parts.add(body)
        assert len(parts.body().content) == 1000


def test_a_single_event_is_not_mistaken_for_a_batch() -> None:
    """Only an object with ``events`` is a batch, and that field is no event's."""
    assert events_in(b'{"type": "x"}', "application/json", 5) == [b'{"type": "x"}']
    assert events_in(b'{"events": [{"events": 1}, 2]}', "", 5) == [b'{"events": 1}', b"2"]
