"""What only ClickHouse has comes into the watcher's views, and only awards wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date

import pytest

from daybook import stored_history
from daybook.ledger.measures import WIDTH
from daybook.ledger.merged import Change, MergedTotals, Place
from daybook.ledger.messages import PartitionPosition, TotalsBucket
from daybook.ledger.positions import version
from daybook.ledger.signals.encoding import SignalBucket
from daybook.ledger.signals.merged import MergedSignals, SignalPlace
from daybook.settings import Settings
from daybook.sinks.errors import StoreUnavailable
from daybook.stored_history import filling_signals, taking_history
from daybook.streams.following import SignalsFollower, TotalsFollower

DAY = date(2026, 3, 10)
PLACE = Place("sales", DAY, "GBP", "store")


def bucket(key: str, version: int, gross: int) -> TotalsBucket:
    """The state of one store's total."""
    entry = [version, gross, *[0] * (WIDTH - 1)]
    return TotalsBucket(0, 0, version, "sales", DAY.isoformat(), "GBP", "store", {key: entry})


class Caught(TotalsFollower):
    """A follower that has read its topic."""

    async def until_caught_up(self) -> None:
        """It has."""


async def test_what_the_topic_lacks_is_taken_once_clickhouse_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked again after a refusal; what the topic has in a newer version stays."""
    found = [bucket("leeds", 3, 100), bucket("york", 3, 900)]
    answers: list[StoreUnavailable | list[TotalsBucket]] = [StoreUnavailable("away"), found]

    def read(_settings: Settings, _since: date) -> list[TotalsBucket]:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(stored_history, "_read", read)
    monkeypatch.setattr(stored_history, "_FIRST_WAIT", 0.01)
    merged, told = MergedTotals(), list[Change]()
    merged.take(bucket("york", 7, 950))

    def tell(changes: Sequence[Change]) -> None:
        told.extend(changes)

    settings = Settings(clickhouse_url="http://127.0.0.1:1")
    async with taking_history(settings, Caught("nowhere:1", 1, merged), tell, DAY), asyncio.timeout(20):
        while not told:
            await asyncio.sleep(0.01)
    assert [(change.key, change.difference[0]) for change in told] == [("leeds", 100)]
    assert {key: total.vector[0] for key, total in merged.table(PLACE).items()} == {"leeds": 100, "york": 950}


async def test_without_a_server_nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A watcher needs no ClickHouse."""

    def read(_settings: Settings, _since: date) -> list[TotalsBucket]:
        raise AssertionError("nobody named a server")

    monkeypatch.setattr(stored_history, "_read", read)
    merged = MergedTotals()
    async with taking_history(Settings(), Caught("nowhere:1", 1, merged), lambda _: None, DAY):
        await asyncio.sleep(0)
    assert len(merged) == 0


class CaughtSignals(SignalsFollower):
    """A follower of signals that has read its topic."""

    async def until_caught_up(self) -> None:
        """It has."""


async def test_past_signals_come_with_the_positions_that_they_are_the_state_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The view is not whole before; after it a partition that has told nothing yet stands where it stood."""
    merged = MergedSignals()

    def read(*_asked: object) -> list[SignalBucket | PartitionPosition]:
        assert not merged.whole
        won = {"ann": (version(1, 3), {"deals_won": 2})}
        bucket = SignalBucket(1, 0, version(1, 3), "sales", DAY.isoformat(), "EUR", "staff", won)
        return [PartitionPosition(1, 0, 5, 0, 0, 0, 0, 0, 0), bucket]

    monkeypatch.setattr(stored_history, "_read_signals", read)
    settings = Settings(clickhouse_url="http://127.0.0.1:1")
    await filling_signals(settings, CaughtSignals("nowhere:1", 1, merged), DAY, ("staff",))
    assert merged.whole
    assert merged.table(SignalPlace(DAY, "staff", "EUR")) == {"ann": {"deals_won": 2}}
    assert merged.positions[0].version == version(1, 5)
