"""What comes again, in whatever pieces and order, changes nothing that anybody reads."""

from __future__ import annotations

import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from daybook.schemas import topics
from daybook.sinks.errors import StoreUnavailable
from daybook.sinks.reconcile import reconcile
from daybook.sinks.store import Store
from tests.sinks.world import World, busy_day, insert, sale, snapshot

READ = (
    "SELECT * FROM merged_totals ORDER BY ALL",
    "SELECT * FROM counted_lines ORDER BY epoch, partition, offset, line_no",
    "SELECT * FROM events FINAL ORDER BY epoch, partition, offset",
    "SELECT * FROM positions FINAL ORDER BY partition",
    "SELECT * FROM outcomes FINAL ORDER BY epoch, partition, offset",
    "SELECT * FROM dead_letters FINAL ORDER BY epoch, partition, offset",
)


def read(store: Store) -> list[object]:
    """Everything that is read of a database."""
    return [store.rows(sql, binary=("raw", "original") if "totals" not in sql else ()) for sql in READ]


def test_repeated_and_overlapping_blocks(store: Store) -> None:
    """The same records in other blocks, whole, halved and shifted, leave all as the first time."""
    world = busy_day()
    world.write(store)
    before = read(store)
    world.write(store)
    for partition, log in world.records.items():
        for first in range(0, len(log), 2):
            insert(store, world.events_batch(partition, first, first + 3))
    for (topic, partition), told in world.told.items():
        half = max(1, len(told) // 2)
        insert(store, world.told_batch(topic, partition, 0, half))
        insert(store, world.told_batch(topic, partition, half - 1))
    assert read(store) == before
    assert store.value("SELECT count() FROM events FINAL") == sum(map(len, world.records.values()))


@pytest.mark.parametrize("seed", range(3))
def test_the_newest_total_wins_in_any_order(embedded: Store, seed: int) -> None:
    """States of one bucket that are written newest first, or mixed, read as the newest."""
    world = World()
    for number in range(8):
        world.publish(sale(number))
        world.count()
    told = len(world.told[topics.TOTALS, 0])
    order = list(range(told))
    random.Random(seed).shuffle(order)  # noqa: S311 - nothing secret about it
    for place in order:
        insert(embedded, world.told_batch(topics.TOTALS, 0, place, place + 1))
    insert(embedded, world.events_batch(0))
    orders = "SELECT orders FROM merged_totals WHERE dimension = 'store'"
    assert embedded.rows(orders) == [(8,)]
    assert embedded.value("SELECT next_offset FROM positions FINAL") == 8
    assert reconcile(embedded) == []


def test_what_was_not_counted_is_not_among_the_counted_lines(store: Store) -> None:
    """Duplicates, superseded and replaced snapshots and dead letters keep their lines out of sight."""
    world = World()
    world.publish(sale(1))
    world.publish(sale(1))
    world.publish(snapshot(2, "web", 1, 500))
    world.publish(snapshot(3, "web", 3, 700))
    world.publish(snapshot(4, "web", 2, 600))
    world.publish(sale(5, time="2026-03-17T10:00:00+00:00"))
    world.count()
    world.write(store)
    assert store.rows("SELECT DISTINCT offset FROM lines FINAL ORDER BY 1") == [(n,) for n in range(6)]
    assert store.rows("SELECT DISTINCT offset FROM counted_lines ORDER BY 1") == [(0,), (3,)]
    outcomes = store.rows("SELECT offset, outcome FROM outcomes FINAL ORDER BY 1")
    assert outcomes == [(1, "duplicate"), (2, "replaced"), (4, "superseded"), (5, "dead")]
    assert reconcile(store) == []


def test_the_answer_to_an_insert_is_lost(clickhouse_url: str, served: Store) -> None:
    """The connection drops after the rows are in and before the answer: sent again, they count once."""
    world = busy_day()
    blocks = [
        block for batch in world.batches() for block in batch.blocks if next(iter(block.columns.values()))
    ]
    with dropping_answers(clickhouse_url) as (url, drop), Store.over_http(url, served.database) as store:
        for block in blocks:
            store._column_types(block.table)
            count = f"SELECT count() FROM {block.table}"  # noqa: S608 - a table of ours
            before = served.value(count)
            drop.set()
            with pytest.raises(StoreUnavailable):
                store.insert(block.table, block.columns, block.token)
            drop.clear()
            assert served.value(count) > before
            store.insert(block.table, block.columns, block.token)
    after = read(served)
    world.write(served)
    assert read(served) == after
    assert served.value("SELECT count() FROM events") == sum(map(len, world.records.values()))
    assert reconcile(served) == []


@contextmanager
def dropping_answers(target: str) -> Iterator[tuple[str, threading.Event]]:
    """A way to a server on which, while the event is set, requests arrive and answers do not."""
    parts = urlsplit(target)
    drop = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(client: socket.socket) -> None:
        with client, socket.create_connection((parts.hostname or "", parts.port or 8123)) as server:
            answers = threading.Thread(target=answer, args=(server, client), daemon=True)
            answers.start()
            while data := client.recv(65536):
                server.sendall(data)

    def answer(server: socket.socket, client: socket.socket) -> None:
        while data := server.recv(65536):
            if drop.is_set():
                client.shutdown(socket.SHUT_RDWR)
                return
            client.sendall(data)

    def accept() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(client,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", drop
    finally:
        listener.close()
