from __future__ import annotations

from datetime import UTC, datetime

import httpx
import orjson

from daybook.producers.adapters.registry import ADAPTERS
from daybook.producers.adapters.signatures import sign_base64
from daybook.producers.gateway import Callers, Gate, KeyRing, gateway_app
from daybook.producers.hooks import Connection, Fetcher, hooks_router
from daybook.schemas.codec import decode_event
from tests.producers.adapters.books import connection, example, measures
from tests.producers.memory import MemoryPublisher

URL = "https://hooks.example.com/v1/hooks/shop"
ANSWERS = {
    "/v2/orders/orderCafe1": "square/order",
    "/v2/orders/orderBack1": "square/return-order",
    "/v2/payments/payCafe1": "square/payment",
}


def square(request: httpx.Request) -> httpx.Response:
    """Square's REST interface, as far as its examples go."""
    name = ANSWERS.get(request.url.path)
    return httpx.Response(404) if name is None else httpx.Response(200, json=example(name))


async def test_signed_ids_become_a_sale_and_its_refund() -> None:
    """Through the route, with everything fetched: the order's total less the mug; another key is refused."""
    published = MemoryPublisher()
    gate = Gate(published, clock=lambda: datetime(2026, 3, 5, 10, tzinfo=UTC))
    app = gateway_app(gate, Callers(KeyRing([])))
    shop = connection("square", public_url=URL, api_url="https://connect.squareup.com")
    made = Connection(shop, ADAPTERS["square"](), (b"the shop's key",), "token")
    app.include_router(hooks_router(gate, {"shop": made}, Fetcher(httpx.MockTransport(square))))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as client:
        for key, status in ((b"another shop's key", 401), (b"the shop's key", 202)):
            for name in ("order.updated", "refund.updated", "refund.updated"):
                body = orjson.dumps(example(f"square/{name}"))
                signature = {"x-square-hmacsha256-signature": sign_base64(key, URL.encode(), body)}
                answer = await client.post("/v1/hooks/shop", content=body, headers=signature)
                assert answer.status_code == status
    events = [decode_event(record.value) for record in published.records]
    assert measures(events)["charged"] == 5023 - 945
