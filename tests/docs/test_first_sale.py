from __future__ import annotations

import re

import httpx
import orjson
import pytest

from daybook.ledger.calendar import Calendar
from daybook.ledger.lines import ledger_lines
from daybook.producers.gateway import KeyRing, create_gateway
from daybook.producers.gateway.keys import ANY, new_key
from daybook.producers.simulator import simulated_stores
from daybook.schemas.codec import decode_event
from tests.docs.pages import blocks
from tests.docs.test_pages import first_sale
from tests.producers.memory import MemoryPublisher
from tests.support.tree import ROOT

TIME = "2026-11-24T10:00:00Z"


async def answer_to(body: bytes) -> tuple[httpx.Response, MemoryPublisher]:
    """What a gateway answers to the README's request with this body, and what it published."""
    (block,) = [found for found in blocks(ROOT / "README.md", "sh") if "curl" in found]
    url = re.findall(r"curl (\S+)", block)[0]
    headers = dict(text.split(": ", 1) for text in re.findall(r'-H "([^"]+)"', block))
    moment = decode_event(first_sale(TIME)).time
    made = new_key("reader", stores=[ANY], sources=[ANY], now=moment)
    headers["Authorization"] = headers["Authorization"].replace("$KEY", made.token)
    published = MemoryPublisher()
    app = create_gateway(published, KeyRing([made.key]), clock=lambda: moment)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
        return await client.post(url, content=body, headers=headers), published


async def test_the_first_sale_is_accepted() -> None:
    """The README's curl command gets the 202 that the README promises, and is published."""
    answer, published = await answer_to(first_sale(TIME))
    assert (answer.status_code, answer.json()["accepted"]) == (202, 1)
    assert [record.key for record in published.records] == [b"first-1"]


async def test_the_first_sale_counts_in_a_store_of_the_demo() -> None:
    """Its store is one of the simulated shops, and its lines add up to what it says was charged."""
    event = decode_event(first_sale(TIME))
    lines = ledger_lines(event, Calendar(simulated_stores().stores))
    assert sum(line.measures[0] for line in lines) == orjson.loads(first_sale(TIME))["charged"]


@pytest.mark.parametrize("charged, status, reason", [(2901, 422, "order_sum")])
async def test_a_wrong_sum_is_refused_as_told(charged: int, status: int, reason: str) -> None:
    """With another sum in ``charged`` the answer is the one that the README tells of."""
    body = first_sale(TIME).replace(b'"charged": 2900', f'"charged": {charged}'.encode())
    answer, published = await answer_to(body)
    assert answer.status_code == status
    assert answer.json()["events"][0]["problems"][0]["code"] == reason
    assert published.records == []
