"""The fixtures that give a test its Kafka."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.support.kafka.broker import KafkaBroker
from tests.support.kafka.jars import fetch_jars, programs_missing
from tests.support.require import need, unavailable


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The bootstrap address of a broker that all tests share: ``KAFKA_BOOTSTRAP``, or one started here.

    Use topics of your own, and leave the broker running: to stop or kill one, ask for ``kafka_broker``.
    """
    need("kafka")
    if address := os.environ.get("KAFKA_BOOTSTRAP"):
        yield address
        return
    broker = _start(tmp_path_factory)
    yield broker.bootstrap
    broker.stop()


@pytest.fixture
def kafka_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaBroker]:
    """A running broker for one test alone, which may kill it and start it again.

    It is started here even where ``KAFKA_BOOTSTRAP`` is set: that one is not ours to kill.
    """
    broker = _start(tmp_path_factory)
    yield broker
    broker.stop()


def _start(folders: pytest.TempPathFactory) -> KafkaBroker:
    if sentence := programs_missing():
        unavailable("kafka", sentence)
    try:
        jars = fetch_jars()
    except RuntimeError as error:
        unavailable("kafka", str(error))
    broker = KafkaBroker(folders.mktemp("kafka"), jars)
    broker.start()
    return broker
