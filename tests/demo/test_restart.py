"""What the demo finds after a kill, and what it makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from daybook.demo.restart import next_epoch, rebuilt
from daybook.sinks.migrate import migrate
from daybook.sinks.reconcile import reconcile
from daybook.sinks.store import Store
from tests.sinks.world import EPOCH, World, sale
from tests.support.require import need


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A migrated store of its own."""
    need("clickhouse")
    with Store.embedded(tmp_path / "clickhouse") as opened:
        migrate(opened)
        yield opened


def test_lines_whose_events_were_not_written_any_more_are_dropped(store: Store) -> None:
    """Killed between lines and events, sales are sent again at other positions: they must not count twice."""
    before = World()
    for number in range(6):
        before.publish(sale(number), number % 2)
    before.count()
    before.write(store)
    before.publish(sale(6))
    before.publish(sale(7), 2)
    for partition, first in ((0, 3), (2, 0)):
        half, _ = before.events_batch(partition, first).blocks
        assert half.table == "lines"
        store.insert(half.table, half.columns, half.token)
    epoch = next_epoch(store, EPOCH)
    ledgers = rebuilt(store, before.calendar, epoch, 3, lambda _done: None)
    after = World(epoch=epoch)
    after.ledgers = ledgers
    for number in (6, 7):
        after.publish(orjson.dumps(sale(number)), 1)
    after.count()
    after.write(store)
    assert sum(ledger.position.counted for ledger in ledgers.values()) == 8
    assert reconcile(store, patience=0) == []


def test_events_keep_their_lines(store: Store) -> None:
    """A store that was closed in order loses nothing by being opened again."""
    world = World()
    for number in range(4):
        world.publish(sale(number), number % 2)
    world.count()
    world.write(store)
    lines = int(store.value("SELECT count() FROM lines FINAL"))
    rebuilt(store, world.calendar, next_epoch(store, EPOCH), 2, lambda _done: None)
    assert int(store.value("SELECT count() FROM lines FINAL")) == lines
    assert reconcile(store, patience=0) == []
