"""The right answer, computed from the whole log in one go, and all the places that have to give the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from confluent_kafka import Consumer, KafkaError, Message, TopicPartition

from daybook.ledger import measures
from daybook.ledger.calendar import Calendar
from daybook.ledger.messages import PartitionPosition, TotalsBucket, decode_outcomes, decode_totals
from daybook.ledger.state import PartitionLedger, Record
from daybook.ledger.totals import merge
from daybook.schemas import topics
from daybook.sinks.reading import counts, store_totals
from daybook.sinks.reconcile import reconcile
from daybook.sinks.store import Store
from daybook.streams.writer import BARRIER
from daybook.worker import restorer
from tests.streams.trade import Sums

Name = tuple[str, str, str, str, str]
Totals = dict[Name, list[int]]
_SHOWN: Final = 3


class Source(NamedTuple):
    """Where the log is, and what is needed to count it."""

    bootstrap: str
    partitions: int
    epoch: int
    calendar: Calendar
    changelog: str = "daybook-totals-changelog"


def messages(bootstrap: str, topic: str, partition: int) -> Iterator[Message]:
    """All committed records of a partition up to its end as of now."""
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "truth",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
        }
    )
    consumer.assign([TopicPartition(topic, partition, 0)])
    try:
        while True:
            for message in consumer.consume(10_000, timeout=1.0):
                error = message.error()
                if error is None:
                    yield message
                elif error.code() == KafkaError._PARTITION_EOF:
                    return
    finally:
        consumer.close()


def log_ends(bootstrap: str, topic: str, partitions: int) -> list[int]:
    """The end of each partition of a topic."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "truth"})
    try:
        return [
            int(consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=10)[1])
            for partition in range(partitions)
        ]
    finally:
        consumer.close()


def newest(bootstrap: str, topic: str, partition: int) -> dict[bytes, bytes]:
    """What a compacted topic comes to: the newest committed value of each key."""
    kept: dict[bytes, bytes] = {}
    for message in messages(bootstrap, topic, partition):
        key, value = message.key(), message.value()
        assert isinstance(key, bytes)
        if value is None:
            kept.pop(key, None)
        elif key != BARRIER and isinstance(value, bytes):
            kept[key] = value
    return kept


def fold_log(source: Source) -> list[PartitionLedger]:
    """The ledgers of all partitions, from the whole log in one go."""
    ledgers = []
    for partition in range(source.partitions):
        ledger = PartitionLedger(partition, source.epoch, source.calendar)
        records: list[Record] = []
        for message in messages(source.bootstrap, topics.EVENTS, partition):
            value = message.value()
            assert isinstance(value, bytes)
            records.append(Record(message.offset() or 0, message.timestamp()[1], value))
            if len(records) == 10_000:
                ledger.fold(records)
                records = []
        ledger.fold(records)
        ledgers.append(ledger)
    return ledgers


def differences(source: Source, store: Store, right: list[PartitionLedger]) -> list[str]:
    """Where Faust's table, ``sales.totals`` or ClickHouse differ from the right answer, in sentences."""
    expected = without_zeros(merge(ledger.totals for ledger in right))
    positions = [ledger.position for ledger in right]
    found = [
        *_compared("Faust's table", table_totals(source), expected),
        *_compared("sales.totals", told_totals(source), expected),
        *_compared("ClickHouse", stored_totals(store), expected),
    ]
    counted = counts(store)
    sums = [sum(column) for column in zip(*(p[3:8] for p in positions), strict=True)]
    stored = [counted.received, counted.counted, counted.duplicates, counted.dead]
    if stored != [sums[0], sums[1], sums[2] + sums[3], sums[4]]:
        found.append(f"ClickHouse has {counted}, the log gives {sums}")
    if counted.received != counted.counted + counted.duplicates + counted.dead:
        found.append(f"{counted} do not add up")
    for name, told in (("Faust's table", table_positions(source)), ("sales.totals", told_positions(source))):
        found += [
            f"{name}: {t[2:8]} is not {p[2:8]}"
            for t, p in zip(told, positions, strict=True)
            if t[2:8] != p[2:8]
        ]
    return found + [f"lines and totals differ: {one}" for one in reconcile(store)[:_SHOWN]]


def _compared(where: str, found: Totals, expected: Totals) -> list[str]:
    wrong = [name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name)]
    if not wrong:
        return []
    shown = [f"{'/'.join(name)}: {found.get(name)} is not {expected.get(name)}" for name in sorted(wrong)]
    return [f"{where}: {len(wrong)} of {len(expected)} totals differ, such as {'; '.join(shown[:_SHOWN])}"]


def table(source: Source) -> list[PartitionLedger]:
    """The ledgers that a worker would restore from the changelog."""
    restore = restorer(source.epoch, source.calendar, PartitionLedger)
    return [
        restore(partition, newest(source.bootstrap, source.changelog, partition))
        for partition in range(source.partitions)
    ]


def table_totals(source: Source) -> Totals:
    """The merged totals in Faust's table."""
    return without_zeros(merge(ledger.totals for ledger in table(source)))


def table_positions(source: Source) -> list[PartitionPosition]:
    """The positions in Faust's table."""
    return [ledger.position for ledger in table(source)]


def told(source: Source) -> list[list[TotalsBucket | PartitionPosition]]:
    """The newest states on ``sales.totals``, by partition."""
    kept = (newest(source.bootstrap, topics.TOTALS, partition) for partition in range(source.partitions))
    return [[decode_totals(value) for value in values.values()] for values in kept]


def told_totals(source: Source) -> Totals:
    """The merged totals on ``sales.totals``."""
    sums: defaultdict[Name, list[int]] = defaultdict(lambda: [0] * measures.WIDTH)
    for bucket in (state for states in told(source) for state in states if isinstance(state, TotalsBucket)):
        for key, entry in bucket.entries.items():
            name = (bucket.book, bucket.business_date, bucket.currency, bucket.dimension, key)
            sums[name] = [a + b for a, b in zip(sums[name], entry[1:], strict=True)]
    return without_zeros(sums)


def told_positions(source: Source) -> list[PartitionPosition]:
    """The positions on ``sales.totals``; zeros where none was told."""
    found = []
    for partition, states in enumerate(told(source)):
        mine = [state for state in states if isinstance(state, PartitionPosition)]
        found.append(mine[0] if mine else PartitionPosition(source.epoch, partition, 0, 0, 0, 0, 0, 0, 0))
    return found


def outcomes_of(ledgers: list[PartitionLedger]) -> int:
    """How many events have an outcome besides being counted."""
    values = [ledger.take_checkpoint().outcomes for ledger in ledgers]
    return sum(len({o.offset for o in decode_outcomes(value).outcomes}) for value in values if value)


def stored_totals(store: Store) -> Totals:
    """All merged totals in ClickHouse that are not zero."""
    columns = ", ".join(measures.STORED)
    rows = store.rows(f"SELECT book, business_date, currency, dimension, key, {columns} FROM merged_totals")  # noqa: S608
    return without_zeros({(r[0], r[1].isoformat(), r[2], r[3], r[4]): [int(v) for v in r[5:]] for r in rows})


def without_zeros(totals: Mapping[Name, list[int]]) -> Totals:
    """Totals in which anything happened that is left."""
    return {name: vector for name, vector in totals.items() if any(vector)}


def store_sums(store: Store) -> dict[str, Sums]:
    """What ClickHouse gives for each store over all days, in the shop's own terms."""
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in store_totals(store):
        f = row.figures
        for place, value in enumerate((f.gross, f.discounts, f.orders, f.charged)):
            sums[row.store_id][place] += value
    return {name: Sums(*values) for name, values in sums.items()}
