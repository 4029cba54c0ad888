"""A report through a real Kafka and ClickHouse, with the notifier killed before and after it was sent."""

from __future__ import annotations

import base64
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
import pytest

from daybook.operations.access import send_command
from daybook.schemas.alert_commands import TestAlert
from daybook.schemas.ticks import encode_tick
from daybook.sinks.alerts import told_reports
from tests.streams.plant import Plant, send
from tests.streams.program import Program
from tests.streams.trade import STORES, Sent
from tests.support.receiver import Receiver


def closed_day() -> date:
    """The last business date that is closed: stores are in UTC, and the grace time is six hours."""
    return (datetime.now(UTC) - timedelta(hours=30)).date()


def sale(day: date) -> Sent:
    """A sale of 29.00 at noon."""
    line = {"product_id": "mug", "quantity": 2, "unit_price": 1450, "amount": 2900}
    event = {
        "schema_version": "1.0",
        "type": "sale.completed",
        "source": "report",
        "event_id": "1",
        "time": f"{day}T12:00:00Z",
        "order_id": "report-1",
        "store_id": next(iter(STORES)),
        "channel": "pos",
        "currency": "GBP",
        "lines": [line],
        "charged": 2900,
    }
    return Sent(b"report-1", orjson.dumps(event))


def notifier_of(plant: Plant, desk: Receiver) -> Program:
    """A notifier whose rules file wants a report of each day."""
    secret = "whsec_" + base64.b64encode(bytes(range(32))).decode()
    (plant.folder / "desk.secret").write_text(secret)
    receiver = {"id": "desk", "type": "webhook", "url": f"{desk.url}/told", "secret_file": "desk.secret"}
    rules = plant.folder / "rules.json"
    reports = [{"kind": "day", "receivers": ["desk"]}]
    rules.write_bytes(orjson.dumps({"rules": [], "receivers": [receiver], "reports": reports}))
    plant.environment |= {"DAYBOOK_RULES_FILE": str(rules), "DAYBOOK_TICK_SECONDS": "0.5"}
    return plant.program("notifier")


def forced(program: Program, fault: str) -> None:
    """Start it with a fault that kills it, or without one."""
    program.module = "tests.faults.entry" if fault else "daybook.cli.main"
    program.arguments = [fault, "notifier"] if fault else ["notifier"]
    program.ends_itself = bool(fault)
    program.start()


def bodies(desk: Receiver, reason: str) -> list[dict[str, Any]]:
    """What was told for a reason."""
    told = [orjson.loads(posted.body) for posted in list(desk.requests)]
    return [body for body in told if body["reason"] == reason]


@pytest.mark.timeout(240)
def test_a_report_survives_kills_and_comes_under_one_id(plant: Plant) -> None:
    """Killed before and after sending: it is told, again under the same id, and after a restart no more."""
    day = closed_day()
    send(plant.bootstrap, [sale(day)], None)
    plant.sent += 1
    plant.settle()
    with Receiver() as desk:
        notifier = notifier_of(plant, desk)
        for fault in ("kill:send:1", "kill:delivered:1"):
            forced(notifier, fault)
            plant.wait(notifier.ended, f"the end of the notifier by {fault}")
            notifier.kill()
        forced(notifier, "")
        plant.wait(lambda: {e.status for e in told_reports(plant.store)} == {"sent"}, "the report told")
        notifier.kill()
        forced(notifier, "")
        test = TestAlert(test_id="after", by="test", at=datetime.now(UTC))
        send_command(plant.bootstrap, encode_tick(test))
        plant.wait(lambda: bool(bodies(desk, "test")), "a test alert after the restart")
        told = bodies(desk, "report")
        ids = {posted.headers["webhook-id"] for posted in desk.requests if b'"report":{' in posted.body}
    assert len(told) == 2, "once by the one that died after sending, once by the next"
    assert len(ids) == 1
    for body in told:
        assert body["report"] == {"kind": "day", "first": str(day), "last": str(day)}
        assert "GBP 29.00" in body["written"]["markdown"]
        assert "<svg" in body["written"]["html"]
    (entry,) = told_reports(plant.store)
    assert (entry.notification_id, entry.written) == (f"desk/report/day/{day}", None)
