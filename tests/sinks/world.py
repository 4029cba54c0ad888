"""A small business whose log is counted by the real ledger and written by the real blocks, without Kafka."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from daybook.ledger.calendar import Calendar
from daybook.ledger.state import PartitionLedger, Record
from daybook.schemas import topics
from daybook.schemas.stores import DayRule, StoreEntry
from daybook.sinks.blocks import Told, read_told
from daybook.sinks.migrate import migrate
from daybook.sinks.pending import Batch, PendingEvents, PendingTold
from daybook.sinks.rows import SourceRecord
from daybook.sinks.store import Store
from tests.support import sales
from tests.support.require import need

EPOCH = 3_600_000
RECORDED = int(datetime(2026, 3, 15, 12, tzinfo=UTC).timestamp() * 1000)
ALL = 1 << 62


def calendar(*more: str) -> Calendar:
    """Two stores, one of them in a region of its own and open past midnight, and whatever else is named."""
    madrid = DayRule(zone="Europe/Madrid", cutoff="04:00")
    entries = [
        StoreEntry(store_id="high-street", region="north", days=[DayRule(zone="Europe/London")]),
        StoreEntry(store_id="night-bar", region="south", days=[madrid]),
    ]
    return Calendar([*entries, *(StoreEntry(store_id=s, days=[DayRule(zone="UTC")]) for s in more)])


def sale(number: int, **changes: Any) -> dict[str, Any]:
    """A sale of two products, of two categories, by two sellers who share it three to one."""
    lines = [
        line("MUG", "home", 1199, discount=100, tax=183, tax_included=True),
        line("PEN", "office", 250, tax=50),
    ]
    staff = [{"staff_id": "ann", "share": 3}, {"staff_id": "bob", "share": 1}]
    return sales.sale(number, staff=staff, lines=lines, charged=1199 - 100 + 250 + 50) | changes


def line(product: str, category: str, amount: int, **changes: Any) -> dict[str, Any]:
    """A line of one product."""
    return {"product_id": product, "category": category, "unit_price": amount, "amount": amount, **changes}


def refund(number: int, **changes: Any) -> dict[str, Any]:
    """A refund of a mug that was sold the day before."""
    event = sale(number, type="sale.refunded", origin_time="2026-03-13T09:00:00+00:00")
    del event["charged"]
    event["lines"] = [{"product_id": "MUG", "category": "home", "amount": 1099, "tax": 183}]
    return event | {"refunded": 1099} | changes


def snapshot(number: int, order: str, version: int, amount: int) -> dict[str, Any]:
    """A version of an order that is worth ``amount``."""
    event = sale(number, type="order.snapshot", order_id=order, version=version, channel="ecommerce")
    placed = {"placed_at": "2026-03-14T09:00:00+00:00", "charged": amount, "staff": []}
    return event | placed | {"lines": [line("LAMP", "home", amount)]}


class World:
    """Source records by partition, the ledgers that count them, and what those have told so far."""

    def __init__(self, stores: Calendar | None = None, epoch: int = EPOCH) -> None:
        self.calendar = stores or calendar()
        self.epoch = epoch
        self.records: dict[int, list[SourceRecord]] = defaultdict(list)
        self.ledgers: dict[int, PartitionLedger] = {}
        self.told: dict[tuple[str, int], list[Told]] = defaultdict(list)
        self.said: dict[tuple[str, int], list[tuple[bytes, bytes]]] = defaultdict(list)
        """Key and value of what was told, by topic and partition, as it goes to Kafka."""

    def publish(self, event: dict[str, Any] | bytes, partition: int = 0) -> None:
        """Put an event at the end of a partition's log."""
        value = event if isinstance(event, bytes) else orjson.dumps(event)
        log = self.records[partition]
        log.append(SourceRecord(partition, len(log), RECORDED + len(log), value, "2026-03-15T12:00:00Z"))

    def count(self) -> None:
        """Let every ledger count what is new in its partition, and checkpoint."""
        for partition, log in self.records.items():
            ledger = self.ledgers.setdefault(partition, PartitionLedger(partition, self.epoch, self.calendar))
            ledger.fold([Record(r.offset, r.recorded_at, r.value, r.received_at) for r in log])
            if ledger.changed:
                self._tell(ledger)

    def _tell(self, ledger: PartitionLedger) -> None:
        checkpoint = ledger.take_checkpoint()
        for key, value in checkpoint.totals:
            self._add(topics.TOTALS, ledger.partition, key, value)
        if checkpoint.outcomes is not None:
            self._add(topics.OUTCOMES, ledger.partition, b"", checkpoint.outcomes)
        for order_id, value in checkpoint.dead_letters:
            self._add(topics.DEAD_LETTERS, ledger.partition, order_id.encode(), value)

    def _add(self, topic: str, partition: int, key: bytes, value: bytes) -> None:
        self.said[topic, partition].append((key, value))
        log = self.told[topic, partition]
        log.append(read_told(topic, len(log), key, value))

    def write(self, store: Store) -> None:
        """Write everything there is to ClickHouse, as one batch per topic and partition."""
        for batch in self.batches():
            insert(store, batch)

    def batches(self) -> list[Batch]:
        """Everything there is, as one batch per topic and partition."""
        made = [self.events_batch(partition) for partition in self.records]
        for topic, partition in self.told:
            made.append(self.told_batch(topic, partition))
        return made

    def events_batch(self, partition: int, first: int = 0, last: int | None = None) -> Batch:
        """Source records from ``first`` up to, and not including, ``last``."""
        pending = PendingEvents(partition, self.epoch, self.calendar)
        for record in self.records[partition][first:last]:
            pending.add(record)
        return _all_of(pending.batch(ALL, 1_000_000))

    def told_batch(self, topic: str, partition: int, first: int = 0, last: int | None = None) -> Batch:
        """What a ledger told on a topic, from ``first`` up to, and not including, ``last``."""
        pending = PendingTold(topic, partition, self.epoch, {})
        for told in self.told[topic, partition][first:last]:
            pending.add(told)
        return _all_of(pending.batch((1 << 64) - 1, 1_000_000))


def insert(store: Store, batch: Batch) -> None:
    """Insert the blocks of a batch as the sink does."""
    for block in batch.blocks:
        store.insert(block.table, block.columns, block.token)


def busy_day() -> World:
    """Two partitions with a bit of everything: shares, refunds, repeats, snapshots, dead letters."""
    world = World()
    rate = {"currency": "EUR", "rate": "1.1731", "source": "ecb", "time": "2026-03-14T00:00:00Z"}
    for number in range(6):
        world.publish(sale(number, reporting=rate if number % 2 else None), number % 2)
    world.publish(sale(6, test=True))
    world.publish(sale(7, store_id="night-bar", currency="EUR", time="2026-03-14T01:30:00+01:00"), 1)
    world.publish(refund(8))
    world.publish(refund(9, store_id="night-bar"), 1)
    world.publish(sale(2))
    world.publish(sale(10, store_id="nobody-knows-it"))
    world.publish(b"\xff\xfe no event at all", 1)
    for number, (version, amount) in enumerate([(1, 5000), (3, 5500), (2, 5200)]):
        world.publish(snapshot(20 + number, "web-1", version, amount), 1)
    world.count()
    world.publish(sale(3), 1)
    world.publish(sale(11))
    world.count()
    return world


def data_folder(folder: Path, world: World) -> Path:
    """A demo's data folder with a world in it, and nobody who has it open."""
    need("clickhouse")
    with Store.embedded(folder / "clickhouse") as store:
        migrate(store)
        world.write(store)
    known = [entry.model_dump(mode="json") for entry in world.calendar.stores]
    (folder / "stores.json").write_bytes(orjson.dumps({"stores": known}))
    return folder


def _all_of(batch: Batch | None) -> Batch:
    assert batch is not None
    return batch
