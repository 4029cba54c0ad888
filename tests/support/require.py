"""Asking for what a test needs from the machine: Kafka, the ClickHouse engine, a browser, Alertmanager.

Whatever is missing skips the test with a sentence. Named in ``DAYBOOK_REQUIRE``, a comma-separated list such
as ``kafka,clickhouse,browser,alertmanager``, it fails the test instead: where everything ought to be there,
nothing skips.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from typing import Literal, NoReturn, get_args

import pytest

from tests.support.kafka.jars import programs_missing

Need = Literal["kafka", "clickhouse", "browser", "alertmanager"]
VARIABLE = "DAYBOOK_REQUIRE"


def required() -> frozenset[str]:
    """The names in ``DAYBOOK_REQUIRE``.

    Raises:
        pytest.UsageError: For a name that stands for nothing here: a slip of the pen must not turn failures
            back into skips.
    """
    names = frozenset(name.strip() for name in os.environ.get(VARIABLE, "").split(",") if name.strip())
    if unknown := names - set(get_args(Need)):
        known = ", ".join(get_args(Need))
        msg = f"{VARIABLE} names {', '.join(sorted(unknown))}; known are {known}."
        raise pytest.UsageError(msg)
    return names


def unavailable(what: Need, sentence: str) -> NoReturn:
    """Skips the running test with the sentence, or fails it where ``what`` is required."""
    if what in required():
        pytest.fail(f"{VARIABLE} names {what}, but: {sentence}", pytrace=False)
    pytest.skip(sentence)


def need(what: Need) -> None:
    """Goes on only where this machine has what is needed; otherwise skips or fails the running test.

    It looks whether things are there, and starts nothing: the fixtures do that.
    """
    if sentence := missing(what):
        unavailable(what, sentence)


def missing(what: Need) -> str | None:
    """What is not there, as a sentence that also says how to get it, or ``None``."""
    return {
        "kafka": _missing_kafka,
        "clickhouse": _missing_clickhouse,
        "browser": _missing_browser,
        "alertmanager": _missing_alertmanager,
    }[what]()


def alertmanager() -> str | None:
    """The path of Prometheus Alertmanager, as Debian names it or as its makers do."""
    return shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")


def chromium() -> str | None:
    """The path of the system's Chromium."""
    return shutil.which("chromium")


def _missing_kafka() -> str | None:
    return None if os.environ.get("KAFKA_BOOTSTRAP") else programs_missing()


def _missing_clickhouse() -> str | None:
    if importlib.util.find_spec("chdb") is None:
        return "The ClickHouse engine is not installed (pip install chdb, or make setup)."
    return None


def _missing_alertmanager() -> str | None:
    if alertmanager() is None:
        return "There is no Alertmanager (on Debian: apt install prometheus-alertmanager)."
    return None


def _missing_browser() -> str | None:
    if importlib.util.find_spec("playwright") is None:
        return "Playwright is not installed (pip install playwright, or make setup)."
    if chromium() is None:
        return "There is no Chromium (on Debian: apt install chromium)."
    return None
