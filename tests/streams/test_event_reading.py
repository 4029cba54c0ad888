"""Events read for rules about tills or campaigns: only where a rule asks, and on from where it was left."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from daybook import event_reading
from daybook.demo.broker import FETCH_WAIT_MS, PARTITIONS, EmbeddedBroker
from daybook.event_reading import reading_events
from daybook.ledger.alerts.signal_measures import asks_for_orders
from daybook.ledger.alerts.till_questions import asks_for_tills
from daybook.ledger.alerts.tills import Till, TillBook
from daybook.ledger.bought.book import BoughtBook
from daybook.ledger.calendar import Calendar
from daybook.producers.client import SalesPublisher
from daybook.rules_file import Rules
from daybook.schemas import topics
from daybook.schemas.stores import DayRule, StoreEntry
from daybook.settings import Settings
from tests.support.tree import ROOT

SALE = orjson.loads((ROOT / "schemas" / "examples" / "valid" / "sale-web-order.json").read_bytes())
CALENDAR = Calendar([StoreEntry(store_id=SALE["store_id"], days=[DayRule(zone="UTC")])])
LIMIT = 60
SILENT_TILL = {"id": "silent-till", "kind": "silent", "dimension": "till"}
OF_CAMPAIGNS = {"id": "campaigns", "kind": "signal", "measure": "campaign_orders", "times_usual": "2"}
SILENT_STORE = {"id": "silent-store", "kind": "silent"}


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(LIMIT):
        while not condition():
            await asyncio.sleep(0.02)


def rules_file(folder: Path, rule: dict[str, str]) -> Path:
    """A rules file with one rule."""
    path = folder / "rules.json"
    path.write_bytes(orjson.dumps({"rules": [rule]}))
    return path


async def sold(bootstrap: str, *tills: str) -> None:
    """A sale now at each of some tills."""
    async with SalesPublisher(bootstrap) as publisher:
        for number, till in enumerate(tills):
            name = f"{till}-{number}-{datetime.now(UTC).timestamp()}"
            now = datetime.now(UTC) - timedelta(minutes=number)
            changed = {"event_id": name, "order_id": name, "till_id": till, "time": now.isoformat()}
            await publisher.publish(SALE | changed)


async def test_tills_are_read_where_a_rule_asks_and_on_from_where_it_was_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was kept is known again after a restart, and of the events only what came since is read."""
    options = {"check_crcs": False, "fetch_max_wait_ms": FETCH_WAIT_MS}
    monkeypatch.setattr(event_reading, "client_security", lambda _: options)
    monkeypatch.setattr(event_reading, "_LOOK_SECONDS", 0.02)
    broker = EmbeddedBroker([topics.EVENTS])
    settings = Settings(kafka_bootstrap=broker.bootstrap, partitions=PARTITIONS)
    await sold(broker.bootstrap, "1", "2")
    book, rules = TillBook(CALENDAR), Rules(rules_file(tmp_path, SILENT_STORE))
    deciding = False
    async with reading_events(settings, book, rules, lambda: deciding, asks_for_tills):
        deciding = True
        rules_file(tmp_path, SILENT_TILL)
        assert (rules.look().rules[0].id, book.complete, book.days) == ("silent-till", False, {})
        await until(lambda: book.complete)
        store = SALE["store_id"]
        assert set(book.days) == {Till(store, "1"), Till(store, "2")}
        kept = {key: value for key, value in book.changes() if value is not None}
        book.restore(kept)
        assert not book.complete
        await sold(broker.bootstrap, "3")
        await until(lambda: book.complete and Till(store, "3") in book.days)
    assert set(book.days) == {Till(store, name) for name in "123"}
    assert sum(book.next_offsets.values()) == 3
    assert not book.complete
    bought = BoughtBook(CALENDAR)
    rules_file(tmp_path, OF_CAMPAIGNS)
    rules.look()
    async with reading_events(settings, bought, rules, lambda: deciding, asks_for_orders):
        await until(lambda: bought.complete)
    assert bought.next_offsets == book.next_offsets
    assert {day.store_id for day in bought.sums.days} == {store}
