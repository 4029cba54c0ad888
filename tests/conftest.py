"""The fixtures that any test may ask for, and what holds for every run."""

from __future__ import annotations

import gc
from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.support.browser import browser
from tests.support.clickhouse import clickhouse_database, clickhouse_server, clickhouse_url
from tests.support.kafka.fixtures import kafka, kafka_broker
from tests.support.ranks import rank
from tests.support.require import required

__all__ = ["browser", "clickhouse_database", "clickhouse_server", "clickhouse_url", "kafka", "kafka_broker"]

# How fast a loaded machine makes examples says nothing about what they show.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_report_header() -> str:
    """Says at the top of a run what must not be skipped."""
    return f"required: {', '.join(sorted(required())) or 'nothing; what this machine lacks is skipped'}"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Test processes that share a run get what belongs together."""
    from tests.support.sharing import TogetherScheduling

    return TogetherScheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest come first, or the last process goes on alone."""
    items.sort(key=lambda item: rank(item.nodeid))


def pytest_collection_finish() -> None:
    """Sets aside what is loaded by now, which makes the collection after each test cheap."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None]:
    """Collects garbage after each test, so that what a test left behind complains there and not in another.

    What a file has loaded is set aside at its end: walking over it took 80 ms a test.

    Python before 3.11.8 needs it besides: a future that is collected while a module is being parsed logs its
    unseen exception, the traceback is parsed in turn, and the parser gives up (CPython issue 106905).
    A fenced aiokafka producer leaves such futures.
    """
    yield
    gc.collect()
    if nextitem is None or nextitem.path != item.path:
        gc.freeze()
