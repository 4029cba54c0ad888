"""The route of signals: the same keys, limits, forms and answers as for sales, to a topic of their own."""

from __future__ import annotations

import gzip

import orjson
import pytest

from daybook.producers.gateway import Limits
from daybook.producers.gateway.examples import SALE, SIGNAL, cloud_event
from daybook.producers.gateway.keys import NewKey
from daybook.producers.http import HttpSignalsPublisher
from daybook.schemas.codec import EventRefused
from tests.producers.gateway.conftest import Gateway, gateway_in_memory

ROUTE = "/v1/signals"


async def test_a_signal_goes_to_its_own_topic_keyed_by_its_subject(gateway: Gateway) -> None:
    """It arrives byte by byte, with the time of receipt, and nothing arrives among the sales."""
    answer = await gateway.client.post(ROUTE, json=SIGNAL)
    assert (answer.status_code, answer.json()["accepted"]) == (202, 1)
    (record,) = gateway.signals.records
    assert (record.key, orjson.loads(record.value)) == (SIGNAL["subject_id"].encode(), SIGNAL)
    assert dict(record.headers)["daybook-received-at"].startswith(b"2026-03-14T10:15:31")
    assert gateway.published.records == []


async def test_every_form_is_taken(gateway: Gateway) -> None:
    """NDJSON packed with gzip, CloudEvents alone and in a batch, an array, and a wrapped batch."""
    cloud = orjson.dumps(cloud_event(SIGNAL))
    line = orjson.dumps(SIGNAL)
    for content_type, body in {
        "application/x-ndjson": line + b"\n" + line,
        "application/cloudevents+json": cloud,
        "application/cloudevents-batch+json": b"[" + cloud + b"]",
        "application/json": b'{"events":[' + line + b"]}",
    }.items():
        headers = {"Content-Type": content_type, "Content-Encoding": "gzip"}
        answer = await gateway.client.post(ROUTE, content=gzip.compress(body), headers=headers)
        assert (answer.status_code, answer.json()["refused"]) == (202, 0), content_type
    assert [orjson.loads(record.value) for record in gateway.signals.records] == [SIGNAL] * 5


async def test_neither_route_takes_what_is_the_others(gateway: Gateway) -> None:
    """A sale among signals and a signal among sales are of an unknown type."""
    for route, body in ((ROUTE, SALE), ("/v1/events", SIGNAL)):
        answer = await gateway.client.post(route, json=body)
        assert (answer.status_code, answer.json()["events"][0]["problems"][0]["code"]) == (
            422,
            "unknown_type",
        )


async def test_free_text_passes_the_guard_or_is_refused(gateway: Gateway) -> None:
    """An address in a comment is refused with its reason, and the address is in no answer."""
    answer = await gateway.client.post(ROUTE, json={**SIGNAL, "comment": "write to kim@example.org"})
    assert (answer.status_code, answer.json()["events"][0]["problems"][0]["code"]) == (
        422,
        "personal_data_email",
    )
    assert b"kim@" not in answer.content


async def test_a_key_publishes_signals_of_its_own_store_and_source_only(
    gateway: Gateway, high_street: NewKey
) -> None:
    """A till's key is refused another source; with its own it is accepted."""
    using = gateway.using(high_street.token)
    answer = await gateway.client.post(ROUTE, json=SIGNAL, headers=using)
    assert (answer.status_code, answer.json()["events"][0]["problems"][0]["code"]) == (403, "key_scope")
    answer = await gateway.client.post(ROUTE, json={**SIGNAL, "source": "till-7"}, headers=using)
    assert answer.status_code == 202
    assert (await gateway.client.post(ROUTE, json=SIGNAL, headers=gateway.using("dbk_no"))).status_code == 401


async def test_a_newer_version_waits(gateway: Gateway) -> None:
    """A signal of a newer minor version is with Kafka, and said to wait."""
    answer = await gateway.client.post(ROUTE, json={**SIGNAL, "schema_version": "1.9", "mood": "sunny"})
    assert (answer.status_code, answer.json()["waiting"]) == (202, 1)
    without = {name: value for name, value in SIGNAL.items() if name != "subject_id"}
    assert (await gateway.client.post(ROUTE, json={**without, "schema_version": "1.9"})).status_code == 422


@pytest.mark.parametrize("first", ["/v1/events", ROUTE])
async def test_both_routes_share_a_keys_account(anywhere: NewKey, first: str) -> None:
    """Who has spent a key's account on one kind has to wait with the other."""
    async with gateway_in_memory(anywhere, limits=Limits(events_per_second=1, burst_events=3)) as found:
        bodies = {"/v1/events": SALE, ROUTE: SIGNAL}
        for _ in range(3):
            assert (await found.client.post(first, json=bodies[first])).status_code == 202
        for route, body in bodies.items():
            answer = await found.client.post(route, json=body)
            assert (answer.status_code, answer.json()["code"]) == (429, "rate")


async def test_kafka_away_and_a_worker_behind_are_told(gateway: Gateway) -> None:
    """503 with a time to come again; nothing of it was stored."""
    gateway.signals.away = True
    answer = await gateway.client.post(ROUTE, json=SIGNAL)
    assert (answer.status_code, answer.json()["code"]) == (503, "kafka_unavailable")
    gateway.behind = 10
    answer = await gateway.client.post(ROUTE, json=SIGNAL)
    assert (answer.json()["code"], answer.headers["retry-after"]) == ("worker_behind", "10")
    assert gateway.signals.records == []


async def test_the_publisher_over_http_sends_signals_to_their_route(anywhere: NewKey) -> None:
    """A signal that is checked by the client first arrives; one that is not valid is never sent."""
    async with gateway_in_memory(anywhere) as found:
        transport = found.client._transport
        publisher = HttpSignalsPublisher("http://127.0.0.1", anywhere.token, transport=transport)
        async with publisher:
            await publisher.publish(SIGNAL)
            with pytest.raises(EventRefused):
                await publisher.publish({**SIGNAL, "score": 9})
        assert [record.key for record in found.signals.records] == [b"a-501"]
