"""The doctor finds what is wrong, says what to do, and leaves alone what is well."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from click.testing import CliRunner

from daybook.cli.main import main
from daybook.doctor.clickhouse import clickhouse_findings
from daybook.doctor.findings import Finding
from daybook.doctor.kafka import kafka_findings
from daybook.doctor.machine import machine_findings
from daybook.producers.gateway import KeysFile
from daybook.schemas import topics
from daybook.settings import Settings
from daybook.sinks.migrate import migrate
from daybook.sinks.store import Store
from daybook.topics import create_topics, planned_topics
from tests.streams.plant import CALENDAR
from tests.support.kafka import KafkaBroker
from tests.support.ports import free_port

NOBODY = "127.0.0.1"
CALENDAR_NOW = datetime(2026, 3, 14, tzinfo=UTC)


def states(findings: list[Finding]) -> dict[str, str]:
    """The state of each check."""
    return {finding.check: finding.state for finding in findings}


def settings(tmp_path: Path, **changes: Any) -> Settings:
    """Settings of a machine on which all is well, but for the servers."""
    stores = tmp_path / "stores.json"
    entries = [entry.model_dump(mode="json") for entry in CALENDAR.stores]
    stores.write_text(json.dumps({"stores": entries}))
    return Settings(stores_file=stores, partitions=2).model_copy(update=changes)


async def test_a_broker_that_is_away_is_said_once(tmp_path: Path) -> None:
    """Without Kafka nothing else about it is asked."""
    found = await kafka_findings(settings(tmp_path, kafka_bootstrap=f"{NOBODY}:{free_port()}"))
    assert states(found) == {"broker": "wrong"}
    assert "DAYBOOK_KAFKA_BOOTSTRAP" in found[0].do


async def test_topics_epoch_and_clock_of_a_broker(
    kafka_broker: KafkaBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Missing topics, a wrong partition count and a log from the future are found; well topics are well."""
    here = settings(tmp_path, kafka_bootstrap=kafka_broker.bootstrap)
    assert states(await kafka_findings(here)) == {
        "broker": "ok",
        "topics": "wrong",
        "epoch": "wrong",
        "backlog": "skipped",
    }
    plans = planned_topics(
        partitions=2, replication_factor=1, application="daybook", retention=timedelta(days=14)
    )
    await create_topics(kafka_broker.bootstrap, plans)
    well = states(await kafka_findings(here))
    assert (well["topics"], well["epoch"], well["backlog"]) == ("ok", "ok", "ok")
    assert well["broker clock"] == "skipped"
    assert states(await kafka_findings(here.model_copy(update={"partitions": 3})))["topics"] == "wrong"
    producer = AIOKafkaProducer(bootstrap_servers=kafka_broker.bootstrap)
    await producer.start()
    await producer.send_and_wait(topics.EVENTS, b"{}", partition=0)
    await producer.stop()
    assert states(await kafka_findings(here))["broker clock"] == "ok"
    hour_ago = time.time() - 3600
    monkeypatch.setattr("daybook.doctor.kafka.time.time", lambda: hour_ago)
    assert states(await kafka_findings(here))["broker clock"] == "wrong"


def test_clickhouse_without_and_with_its_tables(
    clickhouse_url: str, clickhouse_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No answer, no database, no tables, a migration that is missing or differs, and a clock that is off."""
    away = settings(tmp_path, clickhouse_url=f"http://{NOBODY}:{free_port()}")
    assert states(clickhouse_findings(away)) == {"clickhouse": "wrong"}
    here = settings(tmp_path, clickhouse_url=clickhouse_url, clickhouse_database="nowhere")
    assert states(clickhouse_findings(here)) == {"clickhouse": "wrong"}
    here.clickhouse_database = clickhouse_database
    assert states(clickhouse_findings(here))["migrations"] == "wrong"
    with Store.over_http(clickhouse_url, clickhouse_database) as store:
        migrate(store)
        assert set(states(clickhouse_findings(here)).values()) == {"ok"}
        letter: dict[str, list[Any]] = {
            "epoch": [1], "partition": [0], "offset": [7], "reason": ["unknown_store"], "detail": ["?"],
            "original": ["{}"], "redacted": [0], "replayable": [1], "recorded_at": [int(time.time() * 1000)],
        }  # fmt: skip
        store.insert("signal_dead_letters", letter)
        assert states(clickhouse_findings(here))["dead letters of signals"] == "warning"
        assert "1 unknown store" in clickhouse_findings(here)[-1].says
        store.command("TRUNCATE TABLE migrations")
        assert "Not applied" in clickhouse_findings(here)[1].says
        row: dict[str, list[Any]] = {"number": [1], "name": ["x"], "checksum": ["another"], "applied_at": [0]}
        store.insert("migrations", row)
        assert "another form" in clickhouse_findings(here)[1].says
    hour_ago = time.time() - 3600
    monkeypatch.setattr("daybook.doctor.clickhouse.time.time", lambda: hour_ago)
    assert states(clickhouse_findings(here))["clickhouse clock"] == "wrong"


def test_files_that_a_watcher_goes_by(tmp_path: Path) -> None:
    """Rules and rewards: none is named, they are valid, or what is wrong with them is said."""
    here = settings(tmp_path, data_dir=tmp_path)
    assert states(machine_findings(here))["rules file"] == "skipped"
    for name, well, broken in (
        ("rules", '{"rules": []}', '{"rules": [{}]}'),
        ("rewards", '{"programmes": []}', '{"programmes": [{}]}'),
    ):
        path = tmp_path / f"{name}.json"
        setattr(here, f"{name}_file", path)
        for text, state in ((well, "ok"), (broken, "wrong")):
            path.write_text(text)
            assert states(machine_findings(here))[f"{name} file"] == state
        setattr(here, f"{name}_file", None)


def test_files_and_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing stores file, keys that others may read or that are not in force, and a full disk."""
    well = settings(tmp_path, data_dir=tmp_path)
    assert states(machine_findings(well))["stores file"] == "ok"
    assert states(machine_findings(well))["keys file"] == "skipped"
    assert states(machine_findings(Settings()))["stores file"] == "wrong"
    keys = tmp_path / "keys.json"
    here = well.model_copy(update={"gateway_keys_file": keys})
    assert states(machine_findings(here))["keys file"] == "wrong"
    keys.write_text('{"keys": []}')
    keys.chmod(0o644)
    assert "chmod 600" in machine_findings(here)[1].do
    keys.chmod(0o600)
    assert states(machine_findings(here))["keys file"] == "warning"
    KeysFile(keys).create("till", stores=["*"], sources=["*"], now=CALENDAR_NOW)
    assert states(machine_findings(here))["keys file"] == "ok"
    keys.write_text("broken")
    assert states(machine_findings(here))["keys file"] == "wrong"
    for free, state in ((10, "wrong"), (500 * 1024**2, "warning"), (10 * 1024**3, "ok")):
        monkeypatch.setattr("shutil.disk_usage", lambda _, free=free: type("Usage", (), {"free": free}))
        assert states(machine_findings(here))["disk"] == state


def test_the_command_tells_all_and_ends_with_one(tmp_path: Path) -> None:
    """Every finding is in the document, each wrong one says what to do, and the exit code is 1."""
    arguments = ["doctor", "--json", "--bootstrap", f"{NOBODY}:{free_port()}"]
    done = CliRunner().invoke(main, [*arguments, "--stores", str(settings(tmp_path).stores_file)])
    assert done.exit_code == 1
    document = json.loads(done.stdout)
    assert document["well"] is False
    by_check = {finding["check"]: finding for finding in document["findings"]}
    assert by_check["broker"]["state"] == "wrong"
    assert by_check["stores file"]["state"] == "ok"
    assert all(f["do"] for f in document["findings"] if f["state"] == "wrong")
