"""Prometheus Alertmanager, the real one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from daybook.schemas.receivers import AlertmanagerReceiver
from daybook.sinks.notifiers.alertmanager import AlertmanagerNotifier
from daybook.sinks.notifiers.contract import NotDelivered
from tests.sinks.notifiers.samples import alert, firing, resolved, secret
from tests.support.ports import free_port
from tests.support.process import ServerProcess
from tests.support.require import alertmanager, need

CONFIG = """
route:
  receiver: nobody
  group_wait: 1s
receivers:
  - name: nobody
"""


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A running Alertmanager, alone and on loopback."""
    need("alertmanager")
    config, port = tmp_path / "alertmanager.yml", free_port()
    config.write_text(CONFIG)
    command = [
        str(alertmanager()),
        f"--config.file={config}",
        f"--storage.path={tmp_path / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    server = ServerProcess("Alertmanager", command, log=tmp_path / "log")
    address = f"http://127.0.0.1:{port}"
    server.start(lambda: _ready(address), seconds=60)
    yield address
    server.stop()


def _ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/-/ready", trust_env=False, timeout=2).is_success
    except httpx.HTTPError:
        return False


def known(url: str) -> list[dict[str, object]]:
    """The alerts that it knows to fire."""
    answer = httpx.get(f"{url}/api/v2/alerts", trust_env=False, timeout=5)
    found: list[dict[str, object]] = answer.json()
    return found


async def test_an_alert_fires_once_and_is_resolved(url: str) -> None:
    """Told twice it is one alert, with its labels and links; told its end it is gone."""
    now = datetime.now(UTC)
    told = alert(fired_at=(now - timedelta(minutes=5)).isoformat())
    am = AlertmanagerNotifier(AlertmanagerReceiver(id="am", url=url, timeout_seconds=5), secret(""))
    await am.send(firing(told, decided_at=now))
    await am.send(firing(told, decided_at=now))
    (found,) = known(url)
    assert found["labels"] == {
        "alertname": "last-hour",
        "job": "daybook",
        "kind": "recent",
        "dimension": "region",
        "key": "North",
        "currency": "GBP",
        "region": "North",
        "severity": "error",
        "business_date": "2026-03-10",
    }
    assert isinstance(found["annotations"], dict)
    assert found["annotations"]["runbook_url"] == told.links.runbook
    assert "At risk GBP 2,400.00." in found["annotations"]["text"]
    assert found["generatorURL"] == told.links.board
    await am.send(resolved(told, at=now))
    async with asyncio.timeout(20):
        while known(url):
            await asyncio.sleep(0.2)
    await am.close()


async def test_nobody_there_is_not_delivered() -> None:
    """A dead Alertmanager is said in a sentence."""
    receiver = AlertmanagerReceiver(id="am", url=f"http://127.0.0.1:{free_port()}", timeout_seconds=5)
    with pytest.raises(NotDelivered, match=r"^127\.0\.0\.1 gave no answer"):
        await AlertmanagerNotifier(receiver, secret("")).send(firing())
