"""The demo's own receiver of alerts and reports: a signed webhook that checks, prints and logs what comes."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
import orjson
from fastapi import APIRouter, Request, Response

from daybook.producers.gateway.refusals import Refusal
from daybook.producers.gateway.signatures import SigningKey, new_signing_key, signed, signer
from daybook.schemas.notifications import Notification
from daybook.sinks.notifiers.telling import subject, text

PATH: Final = "/demo/alerts"
LOG: Final = "alerts.log"
_SECRET: Final = "alerts.secret"  # noqa: S105 - a file's name
_LARGEST: Final = 2**20


def prepare_rules(folder: Path, url: str) -> None:
    """Write the demo's rules, which tell this receiver, and its secret. The owner's own rules file wins."""
    key = new_signing_key("alerts", stores=["*"], sources=["*"], now=datetime.now(UTC))
    descriptor = os.open(folder / _SECRET, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key.secret)
    rules = {
        "rules": [
            {
                "id": "last-hour",
                "kind": "recent",
                "dimension": "store",
                "severity": "error",
                "minutes": 60,
                "drop_percent": 80,
                "clears_at_drop_percent": 60,
                "beyond_spread": "0",
                "after_percent_of_day": 0,
                "hold_minutes": 0,
            },
            {"id": "receiver", "kind": "receiver", "minutes": 1, "hold_minutes": 0},
        ],
        "receivers": [
            {"id": "demo", "type": "webhook", "url": f"{url}{PATH}", "secret_file": _SECRET},
        ],
        "routes": [
            {
                "name": "all",
                "receivers": ["demo"],
                "group_by": ["rule", "store", "business_date"],
                "group_wait_seconds": 0,
                "group_interval_seconds": 10,
            }
        ],
        "reports": [{"kind": kind, "receivers": ["demo"]} for kind in ("day", "week")],
        "links": {"board": f"{url}/?store={{store}}"},
    }
    (folder / "demo-rules.json").write_bytes(orjson.dumps(rules, option=orjson.OPT_INDENT_2))


def receiver_router(folder: Path) -> APIRouter:
    """The route that takes the demo's alerts."""
    router = APIRouter()
    taken: set[str] = set()

    @router.post(PATH, include_in_schema=False)
    async def take(request: Request) -> Response:
        body = await request.body()
        if len(body) > _LARGEST or not _signed(folder, request, body):
            return Response(status_code=401)
        notification = Notification.model_validate_json(body)
        # It comes again where an answer took too long.
        message = request.headers["webhook-id"]
        if message in taken:
            return Response(status_code=204)
        taken.add(message)
        line = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {subject(notification)}"
        with (folder / LOG).open("a", encoding="utf-8") as file:
            file.write(f"{line}\n{text(notification)}\n\n")
        click.echo(line, err=True)
        return Response(status_code=204)

    return router


def _signed(folder: Path, request: Request, body: bytes) -> bool:
    secret = (folder / _SECRET).read_text(encoding="ascii")
    now = datetime.now(UTC)
    key = SigningKey(
        key_id="0" * 12, label="alerts", stores=["*"], sources=["*"], created_at=now, secret=secret
    )
    try:
        return signer(signed(request.headers, now), body, [key]) is not None
    except Refusal:
        return False
