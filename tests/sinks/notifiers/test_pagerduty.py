"""PagerDuty's Events API v2: a server that keeps to what is published of it, and the real one if named."""

from __future__ import annotations

import os
from typing import Any, Final

import orjson
import pytest

from daybook.schemas.alerts import Acknowledgement, AlertState
from daybook.schemas.notifications import NotifyReason
from daybook.schemas.receivers import PagerDutyReceiver
from daybook.sinks.notifiers.contract import NotDelivered
from daybook.sinks.notifiers.pagerduty import PagerDutyNotifier
from tests.sinks.notifiers.samples import NOW, alert, firing, resolved, secret
from tests.support.receiver import Answer, Posted, Receiver

KEY: Final = "R0UT1NGKEY0000000000000000000000"


class PagerDuty:
    """Its incidents by dedup key, as the published rules have them."""

    def __init__(self) -> None:
        self.incidents: dict[str, str] = {}
        self.events: list[dict[str, Any]] = []

    def __call__(self, posted: Posted) -> Answer:
        """Take an event, or say what is wrong with it."""
        event = orjson.loads(posted.body)
        problems = list(_problems(event))
        if posted.path != "/v2/enqueue" or problems:
            body = {"status": "invalid event", "message": "Event object is invalid", "errors": problems}
            return 400, {}, orjson.dumps(body)
        self.events.append(event)
        key, action = event["dedup_key"], event["event_action"]
        if action == "trigger":
            self.incidents[key] = "triggered"
        elif key in self.incidents:
            self.incidents[key] = f"{action}d"
        body = {"status": "success", "message": "Event processed", "dedup_key": key}
        return 202, {}, orjson.dumps(body)


def _problems(event: dict[str, Any]) -> Any:
    if event.get("routing_key") != KEY:
        yield "'routing_key' is invalid"
    if event.get("event_action") not in ("trigger", "acknowledge", "resolve"):
        yield "'event_action' is invalid"
    if not 0 < len(event.get("dedup_key", "")) <= 255:
        yield "'dedup_key' is missing or too long"
    if event.get("event_action") == "trigger":
        payload = event.get("payload", {})
        if not 0 < len(payload.get("summary", "")) <= 1024 or not payload.get("source"):
            yield "'payload.summary' or 'payload.source' is missing"
        if payload.get("severity") not in ("critical", "error", "warning", "info"):
            yield "'payload.severity' is invalid"
        if any(set(link) - {"href", "text"} for link in event.get("links", [])):
            yield "'links' is invalid"


def notifier(url: str, key: str = KEY) -> PagerDutyNotifier:
    """A notifier of the integration."""
    made = PagerDutyReceiver(id="pd", routing_key_file="key", url=f"{url}/v2/enqueue", timeout_seconds=5)
    return PagerDutyNotifier(made, secret(key))


async def test_an_incident_is_triggered_acknowledged_and_resolved() -> None:
    """All three events carry the alert's dedup key; told twice, there is still one incident."""
    server, told = PagerDuty(), alert()
    taken_on = told.model_copy(
        update={"state": AlertState.ACKNOWLEDGED, "acknowledged": Acknowledgement(by="ann", at=NOW)}
    )
    with Receiver(server) as receiver:
        pd = notifier(receiver.url)
        await pd.send(firing(told))
        await pd.send(firing(told))
        assert server.incidents == {told.dedup_key: "triggered"}
        keys = {"firing": [], "acknowledged": [told.dedup_key]}
        await pd.send(firing(taken_on, reason=NotifyReason.ACKNOWLEDGED, **keys))
        assert server.incidents == {told.dedup_key: "acknowledged"}
        await pd.send(resolved(told))
        assert server.incidents == {told.dedup_key: "resolved"}
        await pd.close()
    payload = server.events[0]["payload"]
    assert (payload["severity"], payload["source"]) == ("error", "North")
    assert "GBP 21,600.00" in payload["custom_details"]["text"]
    assert server.events[0]["client_url"] == told.links.board


async def test_an_end_is_told_though_the_alert_itself_is_not_kept_any_more() -> None:
    """To resolve, the dedup key is enough."""
    server = PagerDuty()
    with Receiver(server) as receiver:
        pd = notifier(receiver.url)
        await pd.send(firing())
        await pd.send(resolved().model_copy(update={"alerts": []}))
        await pd.close()
    assert server.incidents == {alert().dedup_key: "resolved"}


async def test_a_refusal_is_told_without_the_key() -> None:
    """A wrong routing key is not delivered, a long title is cut, and after too many it waits."""
    server = PagerDuty()
    with Receiver(server) as receiver:
        with pytest.raises(NotDelivered, match="answered 400") as refused:
            await notifier(receiver.url, "wrong").send(firing())
        assert "wrong" not in str(refused.value)
        await notifier(receiver.url).send(firing(alert(title="x" * 2000)))
        assert len(server.events[-1]["payload"]["summary"]) == 1024
        receiver.answer = lambda _: (429, {"retry-after": "30"}, b"")
        with pytest.raises(NotDelivered) as many:
            await notifier(receiver.url).send(firing())
        assert many.value.retry_after == 30


@pytest.mark.skipif(
    "DAYBOOK_TEST_PAGERDUTY_KEY" not in os.environ,
    reason="No PagerDuty key is named to try with.",
)
async def test_the_real_one_takes_it() -> None:
    """With a key of one's own in the environment: an incident is opened and resolved again."""
    made = PagerDutyReceiver(id="pd", routing_key_file="key")
    pd = PagerDutyNotifier(made, secret(os.environ["DAYBOOK_TEST_PAGERDUTY_KEY"]))
    await pd.send(firing())
    await pd.send(resolved())
    await pd.close()
