"""A month of sales, backed up while it runs, lost, and brought back."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from daybook.backup.files import MANIFEST, opened_backup
from daybook.ledger.signals.totals import merged
from daybook.operations.base import CannotAct
from daybook.producers.gateway import KeysFile
from daybook.sinks.raw_signals import told
from daybook.sinks.store import Store
from tests.operate.running import command, publishing, start, stop, until_equal
from tests.streams.plant import CALENDAR, Plant
from tests.streams.signalled import made_signals, one_ledger, publish, received
from tests.streams.trade import Sent

pytestmark = pytest.mark.timeout(240)  # many processes, one after the other

DAYS = 30
A_DAY = 30
SIGNALS = made_signals(9, 400)


def month(plant: Plant) -> list[Sent]:
    """Sales of a month, each day's with refunds and newer states of orders of the days before."""
    today = plant.trade._noon
    events: list[Sent] = []
    for day in range(DAYS, 0, -1):
        plant.trade._noon = today - timedelta(days=day)
        events += plant.trade.events(A_DAY)
    plant.trade._noon = today
    return events


async def delete_topics(plant: Plant) -> None:
    """Delete every topic of Daybook's."""
    admin = AIOKafkaAdminClient(bootstrap_servers=plant.bootstrap)
    await admin.start()
    names = [name for name in await admin.list_topics() if not name.startswith("__")]
    await admin.delete_topics(names)
    while set(names) & set(await admin.list_topics()):
        await asyncio.sleep(0.2)
    await admin.close()


@pytest.mark.long
def test_a_month_comes_back(plant: Plant, tmp_path: Path) -> None:
    """Load, back up under load, wipe, restore: all totals are right, and it goes on; signals too."""
    folder, files = tmp_path / "backup", tmp_path / "restored"
    KeysFile(tmp_path / "keys.json").create("till", stores=["*"], sources=["*"], now=datetime.now(UTC))
    plant.environment["DAYBOOK_GATEWAY_KEYS_FILE"] = str(tmp_path / "keys.json")
    events = month(plant)
    counting = plant.program("worker", "--of=signals")
    counting.start()
    with publishing(plant.bootstrap, [events[:700]], stale=False):
        publish(plant.bootstrap, SIGNALS[:200])
    plant.wait(lambda: plant.received() >= 700, "the month but for its end")
    plant.wait(lambda: received(plant.store) >= 200, "its signals")
    batches = [events[begin : begin + 50] for begin in range(700, len(events), 50)]
    with publishing(plant.bootstrap, batches, stale=False, kept=2):
        publish(plant.bootstrap, SIGNALS[200:300])
        report = command(plant, "backup", str(folder))
    assert "4 partitions' state, 2 files" in report
    kept = opened_backup(folder)
    assert folder.stat().st_mode & 0o077 == 0
    stop(plant)
    assert counting.stop() == 0
    assert "The database" in command(plant, "restore", str(folder), code=3)
    plant.store.command(f"DROP DATABASE {plant.store.database}")
    assert "The topic sales.events is not empty" in command(plant, "restore", str(folder), code=3)
    asyncio.run(delete_topics(plant))
    report = command(plant, "restore", str(folder), "--files-to", str(files))
    assert "Start worker and sink" in report
    assert (files / "keys.json").read_bytes() == (tmp_path / "keys.json").read_bytes()
    assert (files / "keys.json").stat().st_mode & 0o077 == 0
    start(plant)
    counting.start()
    # Sources send again what came after the backup; what is in it counts once.
    with publishing(plant.bootstrap, [events[500:], events[:150]], stale=False):
        publish(plant.bootstrap, SIGNALS[150:])
    assert sum(kept.positions) >= 500
    until_equal(plant, events, CALENDAR)
    assert json.loads(command(plant, "reconcile", "--json"))["agrees"] is True
    right = merged([one_ledger(SIGNALS).totals])
    plant.wait(lambda: told(plant.store) == right, "totals of signals as they have to be")


def test_a_damaged_backup_is_not_restored(tmp_path: Path) -> None:
    """A file that is not what it was, one that is missing, and no manifest, each in a sentence."""
    with pytest.raises(CannotAct, match="no whole backup"):
        opened_backup(tmp_path)
    part = tmp_path / "state-0.ndjson"
    part.write_text("[]\n")
    body = {
        "format": 1,
        "made_at": "2026-11-25T20:00:00+00:00",
        "epoch": 1,
        "partitions": 1,
        "positions": [0],
    }
    rest = {"tables": [], "copied": {}, "files": {"state-0.ndjson": "0" * 64}}
    (tmp_path / MANIFEST).write_text(json.dumps(body | rest))
    with pytest.raises(CannotAct, match="damaged"):
        opened_backup(tmp_path)
    part.unlink()
    with pytest.raises(CannotAct, match="damaged"):
        opened_backup(tmp_path)
    (tmp_path / MANIFEST).write_text(json.dumps(body | rest | {"format": 99, "files": {}}))
    with pytest.raises(CannotAct, match="reads up to 2"):
        opened_backup(tmp_path)


def test_rows_come_back_from_their_file(embedded: Store, tmp_path: Path) -> None:
    """Any bytes and types, also into a table that has got another column since."""
    columns, engine = "n UInt64, b String, t DateTime64(3, 'UTC')", "ENGINE = MergeTree ORDER BY n"
    embedded.command(f"CREATE TABLE a ({columns}) {engine}")
    embedded.command("INSERT INTO a SELECT number, unhex('ff00'), now64(3) FROM numbers(1000)")
    embedded.export("SELECT n, b, t FROM a", tmp_path / "a.native")
    embedded.command(f"CREATE TABLE b ({columns}, x UInt8 DEFAULT 7) {engine}")
    embedded.load("b", ["n", "b", "t"], tmp_path / "a.native")
    assert embedded.rows("SELECT count(), any(x) FROM b") == [(1000, 7)]
    assert embedded.rows("SELECT * FROM a ORDER BY n") == embedded.rows("SELECT n, b, t FROM b ORDER BY n")
