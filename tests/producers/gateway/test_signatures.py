"""Requests signed in the form of Standard Webhooks."""

from __future__ import annotations

import base64
import gzip
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson
import pytest

from daybook.producers.gateway.callers import MOST_TRIED
from daybook.producers.gateway.keys import ANY
from daybook.producers.gateway.signatures import (
    SigningKey,
    new_signing_key,
    secret_bytes,
    signature,
    signed_headers,
)
from tests.producers.gateway.conftest import NOW, Gateway
from tests.support.sales import sale

EVENTS = "/v1/events"


def without_key(gateway: Gateway) -> httpx.AsyncClient:
    """The client without its API key."""
    gateway.client.headers.pop("Authorization", None)
    return gateway.client


async def post(gateway: Gateway, key: SigningKey, body: bytes, **changes: str) -> httpx.Response:
    """Send a body signed now, with some of the headers changed."""
    headers = signed_headers(key.secret, "msg-1", NOW, body) | changes
    return await without_key(gateway).post(EVENTS, content=body, headers=headers)


def test_a_signature_is_that_of_the_specification() -> None:
    """The same secret, id, time and body give what the specification's own Python library gives."""
    secret = "whsec_RGF5Ym9vayBzaWducyBldmVyeSBzYWxlIDEyMzQ1Njc="
    made = signature(secret, "msg_1001", "1773483330", '{"total": "12,50 €"}'.encode())
    assert base64.b64encode(made).decode() == "24KnDZPFY4Wv32/xbW2hVive0zNFHLcg7YFy0bSELQw="
    assert secret_bytes(secret) == b"Daybook signs every sale 1234567"
    moment = datetime.fromtimestamp(1773483330, tz=UTC)
    headers = signed_headers(secret, "msg_1001", moment, '{"total": "12,50 €"}'.encode())
    assert headers["webhook-signature"] == "v1,24KnDZPFY4Wv32/xbW2hVive0zNFHLcg7YFy0bSELQw="


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "whsec_AAAA", "whsec_!!!!", "RGF5Ym9vayBzaWducyBldmVyeSBzYWxl"]
)
def test_a_secret_of_another_form_is_none(secret: str) -> None:
    """Too short, not base64, or without its prefix, a secret is refused before it protects anything."""
    with pytest.raises(ValueError, match="whsec_"):
        secret_bytes(secret)


async def test_a_signed_request_is_taken_without_an_api_key(gateway: Gateway, signing: SigningKey) -> None:
    """The signature is all it needs, and its key's use is noted."""
    answer = await post(gateway, signing, orjson.dumps(sale()))
    assert answer.status_code == 202
    assert gateway.keys.used == [signing.key_id]


async def test_the_signature_is_over_the_body_as_it_was_sent(gateway: Gateway, signing: SigningKey) -> None:
    """A packed body is signed packed."""
    packed = gzip.compress(orjson.dumps(sale()))
    taken = await post(gateway, signing, packed, **{"Content-Encoding": "gzip"})
    assert taken.status_code == 202


@pytest.mark.parametrize(
    "changes, code, field",
    [
        ({"webhook-id": "msg-2"}, "bad_signature", "webhook-signature"),
        ({"webhook-id": ""}, "bad_signature", "webhook-id"),
        ({"webhook-timestamp": "soon"}, "bad_signature", "webhook-timestamp"),
        ({"webhook-timestamp": str(int(NOW.timestamp()) + 1)}, "bad_signature", "webhook-signature"),
        ({"webhook-timestamp": "²"}, "bad_signature", "webhook-timestamp"),
        ({"webhook-signature": ""}, "bad_signature", "webhook-signature"),
        ({"webhook-signature": "v1,"}, "bad_signature", "webhook-signature"),
        ({"webhook-signature": "v1,???"}, "bad_signature", "webhook-signature"),
        ({"webhook-signature": "v1a,AAAA"}, "bad_signature", "webhook-signature"),
        ({"webhook-signature": "v1,é"}, "bad_signature", "webhook-signature"),
    ],
)
async def test_a_signature_that_does_not_fit_is_refused(
    gateway: Gateway, signing: SigningKey, changes: dict[str, str], code: str, field: str
) -> None:
    """Whatever of id, time and signature is changed or missing: 401 with a code and the header's name."""
    headers = signed_headers(signing.secret, "msg-1", NOW, b"{}") | changes
    encoded: Any = {name: value.encode() for name, value in headers.items()}
    answer = await without_key(gateway).post(EVENTS, content=b"{}", headers=encoded)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (401, code, field)


async def test_a_changed_body_is_refused(gateway: Gateway, signing: SigningKey) -> None:
    """One byte more, and nothing is published."""
    headers = signed_headers(signing.secret, "msg-1", NOW, orjson.dumps(sale()))
    answer = await without_key(gateway).post(EVENTS, content=orjson.dumps(sale()) + b" ", headers=headers)
    assert answer.status_code == 401
    assert gateway.published.records == []


@pytest.mark.parametrize("seconds, status", [(-300, 202), (300, 202), (-302, 401), (302, 401), (86400, 401)])
async def test_a_signature_holds_for_five_minutes(
    gateway: Gateway, signing: SigningKey, seconds: int, status: int
) -> None:
    """A replay after that, and a request from the future, are refused as old."""
    gateway.later = timedelta(seconds=seconds)
    answer = await post(gateway, signing, orjson.dumps(sale()))
    assert answer.status_code == status
    if status == 401:
        assert (answer.json()["code"], answer.json()["field"]) == ("old_signature", "webhook-timestamp")


async def test_a_replay_within_five_minutes_repeats_the_same_events(
    gateway: Gateway, signing: SigningKey
) -> None:
    """What a replay publishes is identical, events with the same ids: the worker knows them as duplicates."""
    for _ in range(2):
        assert (await post(gateway, signing, orjson.dumps(sale()))).status_code == 202
    first, second = gateway.published.records
    assert (first.key, first.value) == (second.key, second.value)


async def test_a_signing_key_publishes_within_its_scope_only(gateway: Gateway, signing: SigningKey) -> None:
    """A key of one store cannot post for another."""
    answer = await post(gateway, signing, orjson.dumps([sale(1), sale(2, store_id="pearl-street")]))
    assert [event["status"] for event in answer.json()["events"]] == ["accepted", "refused"]
    problem = answer.json()["events"][1]["problems"][0]
    assert (problem["code"], problem["field"]) == ("key_scope", "store_id")


async def test_keys_are_exchanged_without_a_gap(gateway: Gateway, signing: SigningKey) -> None:
    """Old and new key hold side by side, a request may carry both signatures, a revoked key holds no more."""
    new = new_signing_key("web shop, new", stores=[ANY], sources=[ANY], now=NOW)
    gateway.keys.signing.append(new)
    body = orjson.dumps(sale())
    both = " ".join(
        signed_headers(key.secret, "msg-1", NOW, body)["webhook-signature"] for key in (new, signing)
    )
    assert (await post(gateway, signing, body)).status_code == 202
    assert (await post(gateway, new, body)).status_code == 202
    assert (await post(gateway, signing, body, **{"webhook-signature": both})).status_code == 202
    gateway.keys.signing[0] = signing.model_copy(update={"revoked_at": NOW})
    assert (await post(gateway, signing, body)).status_code == 401
    assert (await post(gateway, signing, body, **{"webhook-signature": both})).status_code == 202


async def test_among_many_keys_the_address_names_one(gateway: Gateway, signing: SigningKey) -> None:
    """So many keys are not tried one by one; the named one is, and another key's name does not help."""
    others = [new_signing_key("other", stores=[ANY], sources=[ANY], now=NOW) for _ in range(MOST_TRIED)]
    gateway.keys.signing += others
    body = orjson.dumps(sale())
    headers = signed_headers(signing.secret, "msg-1", NOW, body)
    client = without_key(gateway)
    nameless = await client.post(EVENTS, content=body, headers=headers)
    assert (nameless.status_code, nameless.json()["code"]) == (401, "key_not_named")
    named = await client.post(EVENTS, params={"key": signing.key_id}, content=body, headers=headers)
    assert named.status_code == 202
    wrong = await client.post(EVENTS, params={"key": others[0].key_id}, content=body, headers=headers)
    assert (wrong.status_code, wrong.json()["code"]) == (401, "bad_signature")


async def test_a_large_signed_body_is_taken(gateway: Gateway, signing: SigningKey) -> None:
    """A body whose hash is computed beside the loop is judged like a small one."""
    batch = orjson.dumps([sale(n, campaign="x" * 150) for n in range(500)]) + b" " * 300_000
    assert (await post(gateway, signing, batch)).json()["accepted"] == 500
    assert (await post(gateway, signing, batch, **{"webhook-id": "other"})).status_code == 401


def test_a_key_shows_no_secret() -> None:
    """What is logged or printed of a signing key does not hold its secret."""
    key = new_signing_key("web shop", stores=[ANY], sources=[ANY], now=NOW)
    assert key.secret not in repr(key)
    assert key.secret not in str(key)
