"""ClickHouse killed in the middle of inserts, gone and back; answers lost; its disk full."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

from tests.faults.ground import Run, Unavailable, clickhouse_in, ground
from tests.faults.rows import Row
from tests.streams.plant import Plant
from tests.streams.truth import told_positions
from tests.support.answers import LosingAnswers

_TRUTHFUL: Final = ("-m", "tests.faults.truthful_server")
"""chDB's streaming inserts are answered as if they were stored also where the disk is full."""


def clickhouse_killed(run: Run) -> Row:
    """Killed again and again while the sink inserts, then away: totals in Kafka go on meanwhile."""
    chance = run.chance()
    with ground(run) as on:
        plant = on.plant
        plant.worker.start()
        plant.sink.start()
        plant.publish(run.pick(15_000, 200_000), per_second=1_000)
        seen = {"kills": 0, "counted meanwhile": 0, "seconds away": 0}
        for _ in range(run.pick(2, 10)):
            plant.progress()
            time.sleep(chance.uniform(0, 0.3))
            on.clickhouse.kill()
            seen["kills"] += 1
            on.clickhouse.start()
        plant.progress()
        source = plant.source()
        on.clickhouse.kill()
        before = sum(p.received for p in told_positions(source))
        away = run.pick(6, 120)
        plant.join()
        plant.publish(500, per_second=200)
        time.sleep(away)
        seen |= {"kills": seen["kills"] + 1, "seconds away": away}
        seen["counted meanwhile"] = sum(p.received for p in told_positions(source)) - before
        on.clickhouse.start()
        return on.judged("ClickHouse killed, gone and back", seen, *seen)


def answers_lost(run: Run) -> Row:
    """The connection drops after the insert, before its answer: the rows come again, and count once."""
    chance = run.chance()
    with ground(run) as on:
        plant = on.plant
        proxy = LosingAnswers(plant.environment["DAYBOOK_CLICKHOUSE_URL"])
        plant.sink.environment["DAYBOOK_CLICKHOUSE_URL"] = proxy.url
        plant.worker.start()
        plant.sink.start()
        # From the first insert on: where a machine is slow, one may hold everything.
        proxy.drop.set()
        plant.publish(run.pick(10_000, 100_000), per_second=1_500)
        for _ in range(run.pick(5, 40)):
            lost = proxy.lost
            proxy.drop.set()
            plant.wait(partial(_lost_or_done, proxy, lost, plant), "a lost answer")
            time.sleep(chance.uniform(0, 0.3))
            proxy.drop.clear()
            plant.progress()
        row = on.judged("answer to an insert lost", {"answers lost": proxy.lost}, "answers lost")
        proxy.close()
        return row


def _lost_or_done(proxy: LosingAnswers, before: int, plant: Plant) -> bool:
    written = int(plant.store.value("SELECT uniqExact(partition, offset) FROM events"))
    return proxy.lost > before or written >= plant.sent


def disk_full(run: Run) -> Row:
    """ClickHouse's disk fills up while the sink writes, and is freed again: nothing is lost or twice."""
    with _small_disk(run.folder / "disk") as disk, ground(run) as on:
        plant = on.plant
        on.clickhouse.stop()
        # Its log must not be what fills the disk, or fails on it.
        server = clickhouse_in(disk / "clickhouse", run_by=_TRUTHFUL, log=run.folder / "small-disk.log")
        server.start()
        try:
            plant.moved_to(server.url)
            plant.worker.start()
            plant.sink.start()
            plant.publish(run.pick(10_000, 60_000), per_second=1_500)
            plant.progress()
            ballast = disk / "ballast"
            _fill(ballast)
            # What was published before may all be written by now.
            plant.join()
            plant.publish(run.pick(2_000, 20_000), per_second=1_000)
            plant.wait(partial(_refused, plant, ballast), "a refused insert")
            time.sleep(run.pick(3, 60))
            ballast.unlink()
            if not server.ready():
                server.kill()
                server.start()
            plant.wait(lambda: "takes rows again" in plant.sink.text(), "rows taken again")
            seen = {"inserts refused": plant.sink.text().count("does not take rows")}
            return on.judged("disk full under ClickHouse", seen, *seen)
        finally:
            plant.end()
            server.kill()


@contextlib.contextmanager
def _small_disk(folder: Path) -> Iterator[Path]:
    """A file system of 400 MB in memory."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", "size=400m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        raise Unavailable("A small disk to fill up can be mounted by root only.")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False)


def _refused(plant: Plant, ballast: Path) -> bool:
    # Parts that were merged are deleted, also while the disk is full: what they leave is taken up again.
    _fill(ballast)
    return "does not take rows" in plant.sink.text()


def _fill(ballast: Path) -> None:
    """Take all room that is left."""
    block = bytes(4 * 1024)
    with contextlib.suppress(OSError), ballast.open("ab", buffering=0) as file:
        while file.write(block):
            pass
