"""How much one key, one request and all together may take."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybook.producers.gateway import Limits, app
from daybook.producers.gateway.in_flight import Buffered, InFlight
from daybook.producers.gateway.keys import NewKey
from daybook.producers.gateway.rates import Bucket, take
from daybook.producers.gateway.refusals import Refusal
from daybook.producers.records import OutgoingRecord
from tests.producers.gateway.conftest import gateway_in_memory
from tests.support.sales import sale

EVENTS = "/v1/events"


@given(st.lists(st.tuples(st.floats(0, 10), st.integers(0, 30)), max_size=50))
def test_a_bucket_lets_through_its_burst_and_its_rate(requests: list[tuple[float, int]]) -> None:
    """Whatever comes when: never more than burst + rate x time, and nobody waits without need."""
    rate, burst = 5.0, 20
    bucket: Bucket | None = None
    now = passed = 0.0
    for pause, cost in requests:
        now += pause
        before = bucket
        bucket, wait = take(bucket, cost, now, rate=rate, burst=burst)
        if not wait:
            passed += cost
        elif cost <= burst:
            _, again = take(bucket, cost, now + wait, rate=rate, burst=burst)
            assert again == pytest.approx(0, abs=1e-6)
        if before is None:
            assert wait == 0
        # A single request above the burst may leave a debt, which is paid before anything else passes.
        assert passed <= burst + rate * now + 10 + 1e-6


def test_a_clock_that_steps_back_gives_nothing() -> None:
    """Time that runs backwards neither fills a bucket nor empties it."""
    bucket, wait = take(Bucket(1.0, 100.0), 1, 50.0, rate=5, burst=20)
    assert (bucket.tokens, wait) == (0.0, 0.0)


async def test_a_key_that_sends_too_fast_is_told_when_to_come_again(
    anywhere: NewKey, high_street: NewKey
) -> None:
    """429 with Retry-After, after which it is taken; another key is not held up meanwhile."""
    limits = Limits(events_per_second=10, burst_events=20)
    async with gateway_in_memory(anywhere, high_street, limits=limits) as gateway:
        assert (await gateway.client.post(EVENTS, json=[sale(n) for n in range(20)])).status_code == 202
        fast = await gateway.client.post(EVENTS, json=[sale(n) for n in range(20, 35)])
        assert (fast.status_code, fast.json()["code"]) == (429, "rate")
        other = await gateway.client.post(EVENTS, json=sale(), headers=gateway.using(high_street.token))
        assert other.status_code == 202
        gateway.seconds = float(fast.headers["Retry-After"])
        again = await gateway.client.post(EVENTS, json=[sale(n) for n in range(20, 30)])
        assert again.status_code == 202


async def test_bad_requests_count_as_well(anywhere: NewKey) -> None:
    """What is refused is not free: a client that sends nonsense in a loop is slowed down."""
    async with gateway_in_memory(anywhere, limits=Limits(events_per_second=1, burst_events=3)) as gateway:
        codes = [(await gateway.client.post(EVENTS, content=b"{")).status_code for _ in range(4)]
    assert codes == [400, 400, 400, 429]


async def test_requests_in_flight_have_a_limit(anywhere: NewKey, high_street: NewKey) -> None:
    """One key cannot take all places: it gets 429, another key 503 only when all are taken."""
    limits = Limits(in_flight=3, in_flight_per_key=2)
    async with gateway_in_memory(anywhere, high_street, limits=limits) as gateway:
        going_on = asyncio.Event()

        async def slow(records: Sequence[OutgoingRecord]) -> None:
            await going_on.wait()
            gateway.published.records += records

        gateway.published.send = slow  # type: ignore[method-assign]
        till = gateway.using(high_street.token)

        def post(**headers: str) -> asyncio.Task[httpx.Response]:
            return asyncio.create_task(gateway.client.post(EVENTS, json=sale(), headers=headers))

        under_way = [post(), post(), post(**till)]
        await asyncio.sleep(0.05)
        mine, others = await post(), await post(**till)
        assert (mine.status_code, mine.json()["code"]) == (429, "key_busy")
        assert (others.status_code, others.json()["code"]) == (503, "busy")
        assert mine.headers["Retry-After"] == others.headers["Retry-After"] == "1"
        going_on.set()
        assert [answer.status_code for answer in await asyncio.gather(*under_way)] == [202] * 3
        assert (await post()).status_code == 202


def test_a_place_is_free_again_whatever_happened() -> None:
    """A request that fails gives its place back."""
    places = InFlight(1, 1)
    for _ in range(3):
        with pytest.raises(RuntimeError), places.slot("a"):
            raise RuntimeError
    with places.slot("a"), pytest.raises(Refusal), places.slot("b"):
        pass


async def test_bodies_in_memory_have_a_limit(anywhere: NewKey) -> None:
    """While others' bodies fill the memory set aside for them, one more is answered with 503."""
    async with gateway_in_memory(anywhere, limits=Limits(buffered_bytes=50_000)) as gateway:
        hold = asyncio.Event()

        async def held() -> AsyncIterator[bytes]:
            yield b" " * 40_000
            await hold.wait()
            yield orjson.dumps(sale())

        first = asyncio.create_task(gateway.client.post(EVENTS, content=held()))
        await asyncio.sleep(0.05)
        second = await gateway.client.post(EVENTS, content=b" " * 20_000)
        assert (second.status_code, second.json()["code"]) == (503, "busy")
        hold.set()
        assert (await first).status_code == 202
        assert (await gateway.client.post(EVENTS, content=b" " * 20_000)).status_code == 400


def test_bytes_are_given_back() -> None:
    """What was counted beyond the limit is given back as well."""
    buffered = Buffered(10)
    with pytest.raises(Refusal):
        buffered.add(11)
    buffered.free(11)
    assert buffered.bytes == 0


async def test_a_body_that_trickles_is_cut_off(anywhere: NewKey) -> None:
    """Past its time a body is answered with 408, however many bytes still come."""
    async with gateway_in_memory(anywhere, limits=Limits(body_seconds=0.2)) as gateway:

        async def trickle() -> AsyncIterator[bytes]:
            while True:
                yield b" "
                await asyncio.sleep(0.05)

        answer = await gateway.client.post(EVENTS, content=trickle())
    assert (answer.status_code, answer.json()["code"]) == (408, "slow_body")


async def test_a_large_batch_gives_others_their_turn(
    anywhere: NewKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While many events are judged other requests are answered, however long each takes."""
    monkeypatch.setattr(app, "_TURN_SECONDS", 0.0)
    ended: list[str] = []

    async with gateway_in_memory(anywhere) as gateway:

        async def post() -> None:
            assert (await gateway.client.post(EVENTS, json=[sale(n) for n in range(500)])).status_code == 202
            ended.append("batch")

        async def ask() -> None:
            await gateway.client.get("/healthz")
            ended.append("health")

        await asyncio.gather(post(), ask())
    assert ended == ["health", "batch"]
