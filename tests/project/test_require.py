from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support.require import Need, missing, need, required, unavailable


@pytest.fixture
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine with Python alone: no programs, no cache, nothing installed, no servers named."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for variable in ("KAFKA_BOOTSTRAP", "CLICKHOUSE_URL", "DAYBOOK_REQUIRE"):
        monkeypatch.delenv(variable, raising=False)
    for module in ("chdb", "playwright"):
        monkeypatch.setitem(sys.modules, module, None)


@pytest.mark.usefixtures("bare_machine")
@pytest.mark.parametrize("what", ["kafka", "clickhouse", "browser"])
def test_what_is_missing_skips_with_a_sentence(what: Need) -> None:
    """Where it is not required, a missing thing skips the test and says how to get it."""
    with pytest.raises(pytest.skip.Exception, match=r"(?s)^[A-Z].*\(.*install.*\)\.$"):
        need(what)


@pytest.mark.usefixtures("bare_machine")
@pytest.mark.parametrize("what", ["kafka", "clickhouse", "browser"])
def test_what_is_required_fails_instead(what: Need, monkeypatch: pytest.MonkeyPatch) -> None:
    """Named in DAYBOOK_REQUIRE, the same missing thing is a failure."""
    monkeypatch.setenv("DAYBOOK_REQUIRE", "kafka,clickhouse,browser")
    with pytest.raises(pytest.fail.Exception, match=f"^DAYBOOK_REQUIRE names {what}, but: "):
        need(what)


@pytest.mark.usefixtures("bare_machine")
def test_requiring_one_thing_requires_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that must have Kafka may still lack a browser."""
    monkeypatch.setenv("DAYBOOK_REQUIRE", "kafka")
    with pytest.raises(pytest.skip.Exception):
        unavailable("browser", "There is no Chromium.")


@pytest.mark.usefixtures("bare_machine")
def test_a_broker_named_by_its_address_needs_no_java(monkeypatch: pytest.MonkeyPatch) -> None:
    """KAFKA_BOOTSTRAP stands in for a broker of our own."""
    assert missing("kafka")
    monkeypatch.setenv("KAFKA_BOOTSTRAP", "127.0.0.1:9092")
    assert missing("kafka") is None


def test_blanks_in_the_list_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """The list may be written with blanks and a trailing comma."""
    monkeypatch.setenv("DAYBOOK_REQUIRE", " kafka, browser ,")
    assert required() == {"kafka", "browser"}


def test_a_slip_in_the_list_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that stands for nothing stops the run: it would turn failures back into skips."""
    monkeypatch.setenv("DAYBOOK_REQUIRE", "kafka,clickhose")
    with pytest.raises(pytest.UsageError, match="clickhose"):
        required()
