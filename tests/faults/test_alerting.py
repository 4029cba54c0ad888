"""The watcher killed while it decides about alerts and awards; `make faults` does it at every step."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.alerting import alerting
from tests.faults.recognising import killed_recognition, recognising
from tests.faults.watching import killed_watcher
from tests.support.kafka.broker import KafkaBroker


@pytest.mark.timeout(240)
def test_a_killed_watcher_loses_no_notification(kafka_broker: KafkaBroker, tmp_path: Path) -> None:
    """Killed with a decision half written, and written but not noted as read: all is told in the end."""
    with alerting(kafka_broker.bootstrap, tmp_path) as on:
        row = killed_watcher(on, ("changelog", "committed"))
    assert row.reached, row


@pytest.mark.long
@pytest.mark.timeout(240)
def test_a_killed_recognition_agent_gives_no_award_twice_and_loses_none(
    kafka_broker: KafkaBroker, tmp_path: Path
) -> None:
    """Killed with an award half written, and written but untold; so is the notifier, around its sending."""
    with recognising(kafka_broker.bootstrap, tmp_path) as on:
        row = killed_recognition(on, ("changelog", "committed"))
    assert row.reached, row
