"""The demo's receiver of alerts, told as any webhook is."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import httpx
import orjson
from fastapi import FastAPI

from daybook.demo.receiver import LOG, PATH, prepare_rules, receiver_router
from daybook.sinks.notifiers.webhook import message_id, signed, signing_key
from tests.sinks.notifiers.samples import firing


async def test_a_notification_that_comes_again_is_logged_once(tmp_path: Path) -> None:
    """The notifier tries again where an answer took too long; one that is not signed is refused."""
    prepare_rules(tmp_path, "http://127.0.0.1:8400")
    app = FastAPI()
    app.include_router(receiver_router(tmp_path))
    told = firing()
    body = orjson.dumps(told.model_dump(mode="json"))
    key = signing_key((tmp_path / "alerts.secret").read_text(), "alerts.secret")
    headers = signed(key, message_id(told), datetime.now(UTC), body)
    demo = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=demo, base_url="http://127.0.0.1:8400") as client:
        answers = [await client.post(PATH, content=body, headers=headers) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [204, 204]
        assert (await client.post(PATH, content=body)).status_code == 401
    assert (tmp_path / LOG).read_text().count("[FIRING]") == 1
