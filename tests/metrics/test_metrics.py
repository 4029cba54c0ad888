"""Metrics: every name once, told on loopback, and what the worker notes."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any, Literal

import httpx
import pytest
from aiokafka.errors import ProducerFenced
from prometheus_client import generate_latest

from daybook.ledger.state import PartitionLedger, Record
from daybook.metrics import names
from daybook.metrics.endpoint import Reading, registry_of, single, told
from daybook.metrics.gateway import backlog_readings
from daybook.metrics.names import Metric
from daybook.metrics.watcher import tick_readings
from daybook.operations.base import CannotAct
from daybook.settings import Settings
from daybook.streams.noted import Noted
from daybook.streams.writer import CheckpointFailedError
from tests.streams.plant import CALENDAR
from tests.support.ports import free_port

METRICS = [metric for metric in vars(names).values() if isinstance(metric, Metric)]


def test_every_metric_has_a_name_of_its_own_and_a_sentence() -> None:
    """No two metrics share a name, all begin with daybook_, and each says what it means."""
    assert len({metric.name for metric in METRICS}) == len(METRICS)
    assert all(metric.name.startswith("daybook_") and metric.help.endswith(".") for metric in METRICS)


def test_metrics_are_told_on_loopback_while_they_run() -> None:
    """The page shows values with their labels, and is gone afterwards."""
    port = free_port()
    page = f"http://127.0.0.1:{port}/metrics"
    lag = Reading(names.LAG, {("sales.events", "0"): 17.0})
    with told(Settings(metrics_port=port), lambda: [single(names.REPLAYS, 3), lag]):
        text = httpx.get(page, trust_env=False).text
        with pytest.raises(CannotAct, match="cannot be told"), told(Settings(metrics_port=port), list):
            pass
    assert "daybook_replays_total 3.0" in text
    assert 'daybook_lag_events{partition="0",topic="sales.events"} 17.0' in text
    with pytest.raises(httpx.ConnectError):
        httpx.get(page, trust_env=False)


def test_without_a_port_nothing_listens() -> None:
    """Off unless it is set."""
    with told(Settings(), list):
        pass


def test_what_a_gateway_does_not_know_it_does_not_tell() -> None:
    """An unknown backlog is no zero."""
    assert b"backlog" not in generate_latest(registry_of(lambda: backlog_readings(None)))
    assert b"daybook_gateway_backlog_events 5.0" in generate_latest(registry_of(lambda: backlog_readings(5)))


def test_notes_checkpoints_and_dead_letters_by_reason() -> None:
    """A written checkpoint ends the waiting, and its dead letters are counted by reason."""
    noted, ledger = Noted(), PartitionLedger(0, 7, CALENDAR)
    ledger.fold([Record(0, 1, b"no event"), Record(1, 1, b"[]")])
    noted.changed(0)
    assert noted.age(10**12, [0]) > 0
    assert noted.age(10**12, [1]) == 0
    noted.written(0, ledger.take_checkpoint())
    assert noted.age(10**12, [0]) == 0
    assert noted.checkpoints == 1
    assert noted.dead_letters == {"malformed_json": 1, "not_an_object": 1}


def test_tells_a_fencing_from_another_failure() -> None:
    """Only a checkpoint that a successor barred counts as a fencing."""
    noted = Noted()
    for cause in (ProducerFenced(), TimeoutError()):
        error = CheckpointFailedError("partition 0")
        error.__cause__ = cause
        noted.failed(0, error)
    assert (noted.lost, noted.fencings) == (2, 1)


@pytest.mark.parametrize("role", ["watcher", "notifier"])
def test_who_goes_by_ticks_says_as_what(role: Literal["watcher", "notifier"]) -> None:
    """A notifier at work does not hide that no watcher is; of what has not decided yet no age is told."""
    app: Any = SimpleNamespace(deciding=True, processors=[], ticked_at=None)
    text = generate_latest(registry_of(lambda: tick_readings(app, role))).decode()
    assert f'daybook_deciding{{role="{role}"}} 1.0' in text
    assert "daybook_tick_age_seconds{" not in text
    app.ticked_at = time.time() - 100
    text = generate_latest(registry_of(lambda: tick_readings(app, role))).decode()
    assert f'daybook_tick_age_seconds{{role="{role}"}} 10' in text
