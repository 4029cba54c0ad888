"""One contract, two transports: straight to Kafka, and over HTTP through the real gateway."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from fastapi import Response
from hypothesis import given
from hypothesis import strategies as st

from daybook.producers.client import SalesPublisher, outgoing
from daybook.producers.http import GatewayUnavailable, HttpPublisher
from daybook.producers.http.answers import refusals_in, retry_after
from daybook.producers.records import RecordsRefused, RecordTooLarge, Transport, Unavailable
from daybook.producers.till import Retry, State, Till
from tests.producers.far_sides import answering, gateway, served
from tests.producers.memory import MemoryPublisher
from tests.producers.test_client import make_topic, read
from tests.support.ports import free_port
from tests.support.sales import sale

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Line(NamedTuple):
    """A transport with a topic behind it, and one that has nobody behind it."""

    transport: Transport
    dead: Transport
    bootstrap: str
    topic: str


@pytest.fixture(params=["kafka", "http"])
async def line(kafka: str, request: pytest.FixtureRequest) -> AsyncIterator[Line]:
    """Each of the two, on a topic of its own."""
    topic = f"till-{uuid.uuid4().hex}"
    await make_topic(kafka, topic)
    nobody = f"127.0.0.1:{free_port()}"
    direct = SalesPublisher(kafka, topic=topic)
    async with contextlib.AsyncExitStack() as stack:
        if request.param == "kafka":
            found = Line(direct, SalesPublisher(nobody, timeout_seconds=2), kafka, topic)
        else:
            url, token = await stack.enter_async_context(gateway(direct))
            dead = HttpPublisher(f"http://{nobody}", token, timeout_seconds=2)
            found = Line(HttpPublisher(url, token), dead, kafka, topic)
        yield found
        await found.transport.stop()
        await found.dead.stop()
        await direct.stop()


async def test_what_was_sent_is_in_kafka_in_order(line: Line) -> None:
    """All records, more than one request's worth, each under its order and in order within it."""
    assert await line.transport.ready()
    records = [outgoing(sale(n, order_id=f"order-{n % 7}")) for n in range(1100)]
    await line.transport.send(records)
    await line.transport.send([])
    found = await read(line.bootstrap, line.topic, 1100)
    for order in range(7):
        key = b"order-%d" % order
        assert [r.value for r in found if r.key == key] == [r.value for r in records if r.key == key]


async def test_nobody_there_is_said(line: Line) -> None:
    """Unavailable, in time, and not ready."""
    assert not await line.dead.ready()
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1"):
        await line.dead.send([outgoing(sale())])


async def test_a_till_sends_through_it(line: Line, tmp_path: Path) -> None:
    """From publish to Kafka, acknowledged."""
    async with Till(tmp_path, line.transport, retry=Retry(0.05, 0.1)) as till:
        receipt = await till.publish(sale(1), wait=30)
        assert receipt.state is State.ACKNOWLEDGED
    (found,) = await read(line.bootstrap, line.topic, 1)
    assert found.key == b"order-1"


async def test_an_event_too_large_for_kafka_is_said(kafka: str) -> None:
    """The client's own limit and the broker's end in the same error, and the next event goes through."""
    topic = f"narrow-{uuid.uuid4().hex}"
    await make_topic(kafka, topic)
    large = outgoing(sale(1, region="x" * 200))
    publisher = SalesPublisher(kafka, topic=topic, max_request_size=400)
    with pytest.raises(RecordTooLarge):
        await publisher.send([large])
    await publisher.stop()


async def test_the_gateway_refuses_by_position() -> None:
    """A store that the key is not for is refused with its code; the others of the batch are published."""
    published = MemoryPublisher()
    async with (
        gateway(published, store="high-street") as (url, token),
        HttpPublisher(url, token) as publisher,
    ):
        records = [outgoing(sale(n, store_id="elsewhere" if n == 2 else "high-street")) for n in range(4)]
        with pytest.raises(RecordsRefused) as refused:
            await publisher.send(records)
        assert {n: [why.code for why in whys] for n, whys in refused.value.refusals.items()} == {
            2: ["key_scope"]
        }
        assert [record.key for record in published.records] == [b"order-0", b"order-1", b"order-3"]
        with pytest.raises(RecordsRefused):
            await publisher.send([records[2]])


async def test_an_event_over_several_lines_is_one_event() -> None:
    """Line breaks that a till's JSON has between its fields do not tear it apart on the way."""
    published = MemoryPublisher()
    pretty = b'{\r\n  "type": "sale.completed",\n' + outgoing(sale(1)).value.replace(
        b'"type":"sale.completed",', b""
    ).removeprefix(b"{")
    async with gateway(published) as (url, token), HttpPublisher(url, token) as publisher:
        await publisher.publish(pretty)
    assert len(published.records) == 1


async def test_a_gateway_without_kafka_is_unavailable_for_so_long() -> None:
    """Its 503 is passed on with the seconds of its Retry-After; a wrong key is no refusal of the sale."""
    published = MemoryPublisher()
    published.away = True
    async with gateway(published) as (url, token):
        async with HttpPublisher(url, token) as publisher:
            assert not await publisher.ready()
            with pytest.raises(GatewayUnavailable, match="answered 503") as unavailable:
                await publisher.publish(sale())
            assert unavailable.value.retry_after == 5.0
        async with HttpPublisher(url, "dbk_000000000000_wrong") as publisher:
            with pytest.raises(GatewayUnavailable, match="answered 401"):
                await publisher.publish(sale())


@pytest.mark.parametrize(
    "answer",
    [
        Response("<h1>Log in to the café's network</h1>", 200, media_type="text/html"),
        Response("{}", 202),
        Response('{"events": []}', 202),
        Response('{"events": [{"position": 1, "status": "accepted"}]}', 202),
        Response('{"events": [{"position": 0, "status": "parked"}]}', 202),
        Response('{"detail": "unprocessable"}', 422),
        Response("elsewhere", 302, headers={"location": "http://127.0.0.1:9/"}),
        Response("moved", 404),
        Response("broken", 500),
        Response("too many", 429, headers={"retry-after": "soon"}),
    ],
    ids=lambda answer: f"{answer.status_code}-{answer.body[:12].decode()}",
)
async def test_an_answer_that_accounts_for_nothing_is_not_believed(answer: Response) -> None:
    """Neither taken nor refused: the sale is to be sent again."""
    async with served(answering(answer)) as url, HttpPublisher(url, "key") as publisher:
        with pytest.raises(GatewayUnavailable):
            await publisher.publish(sale())


async def test_an_event_that_waits_for_a_newer_worker_is_taken() -> None:
    """The gateway has it in Kafka: there is nothing left to do for the till."""
    body = '{"events": [{"position": 0, "status": "waiting", "problems": [{"code": "newer_version"}]}]}'
    async with served(answering(Response(body, 202))) as url, HttpPublisher(url, "key") as publisher:
        await publisher.publish(sale())


async def test_a_request_too_large_is_said() -> None:
    """413 is no fault of the network: the till looks for the one that is too large."""
    async with served(answering(Response("large", 413))) as url, HttpPublisher(url, "key") as publisher:
        with pytest.raises(RecordTooLarge):
            await publisher.publish(sale())


async def test_a_far_side_that_says_nothing_is_given_up() -> None:
    """A server that accepts the connection and never answers costs the time limit, no more."""
    stop = asyncio.Event()

    async def silent(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await stop.wait()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with HttpPublisher(f"http://127.0.0.1:{port}", "key", timeout_seconds=0.2) as publisher:
        with pytest.raises(GatewayUnavailable, match="cannot be reached"):
            await publisher.publish(sale())
    stop.set()
    server.close()
    await server.wait_closed()


async def test_a_gateway_on_this_machine_is_reached_without_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that the environment names for everything is not in the way of loopback."""
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    published = MemoryPublisher()
    async with gateway(published) as (url, token), HttpPublisher(url, token) as publisher:
        await publisher.publish(sale())
    assert len(published.records) == 1


def test_a_key_does_not_travel_in_the_clear() -> None:
    """Plain HTTP to another machine is refused unless it is asked for by name."""
    with pytest.raises(ValueError, match="in the clear"):
        HttpPublisher("http://gateway.example", "key")
    HttpPublisher("http://gateway.example", "key", allow_plain_http=True)
    HttpPublisher("http://localhost:8400/", "key")


@pytest.mark.parametrize(
    "header, seconds",
    [
        (None, None),
        ("7", 7.0),
        (" 12 ", 12.0),
        ("99999999999999", 300.0),
        ("-3", None),
        ("1.5", None),
        ("soon", None),
        ("Tue, 24 Nov 2026 12:01:00 GMT", 60.0),
        ("Tue, 24 Nov 2026 11:00:00 GMT", 0.0),
        ("Tue, 24 Nov 2037 11:00:00 GMT", 300.0),
        ("Tue, 24 Nov 2026 12:01:00 -0000", None),
    ],
)
def test_retry_after_is_read_in_both_forms(header: str | None, seconds: float | None) -> None:
    """Seconds or a date, never negative, never beyond five minutes; anything else says nothing."""
    assert retry_after(header, NOW) == seconds


@given(st.binary(max_size=200), st.integers(0, 3))
def test_no_answer_breaks_the_reader(body: bytes, count: int) -> None:
    """Whatever bytes come back, they are an account of every event or none."""
    found = refusals_in(body, count)
    assert found is None or count == 0 or set(found) <= set(range(count))
