"""An installation as it runs, in which one thing after the other is broken; the doctor has to find it."""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from click.testing import CliRunner

from daybook.cli.main import main
from daybook.doctor.grafana import SOURCE_UID, boards
from daybook.groups import members
from daybook.producers.gateway import KeysFile
from daybook.schemas import topics
from daybook.settings import Settings
from tests.dashboards.fake_grafana import TOKEN, FakeGrafana, served
from tests.operate.running import command
from tests.streams.plant import Plant
from tests.streams.program import Program
from tests.support.ports import free_port

pytestmark = pytest.mark.timeout(300)  # many processes, and the doctor many times

Environment = dict[str, str]


class HealthyGrafana(FakeGrafana):
    """A Grafana that also tells of its health and its data source's, as the real one does."""

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> tuple[int, Any]:
        """Health, else what the other answers."""
        if path == "/api/health":
            return 200, {"database": "ok"}
        if path == f"/api/datasources/uid/{SOURCE_UID}/health":
            return 200, {"status": "OK", "message": "Data source is working"}
        return super().answer(method, path, query, body)


class Installation(NamedTuple):
    """All that is looked at."""

    plant: Plant
    watcher: Program
    notifier: Program
    grafana: FakeGrafana
    keys: Path


@pytest.fixture
def installation(plant: Plant, tmp_path: Path) -> Iterator[Installation]:
    """Worker, sink, watcher, notifier, a keys file and a Grafana with all boards."""
    keys, rules, token = tmp_path / "keys.json", tmp_path / "rules.json", tmp_path / "token"
    KeysFile(keys).create("till", stores=["*"], sources=["*"], now=datetime.now(UTC))
    rules.write_text('{"rules": []}')
    token.write_text(TOKEN)
    grafana = HealthyGrafana()
    grafana.boards = {uid: {"dashboard": {"uid": uid}, "meta": {}} for uid in boards()}
    with served(grafana) as url:
        plant.environment |= {
            "DAYBOOK_TICK_SECONDS": "1",
            "DAYBOOK_RULES_FILE": str(rules),
            "DAYBOOK_GATEWAY_KEYS_FILE": str(keys),
            "DAYBOOK_GRAFANA_URL": url,
            "DAYBOOK_GRAFANA_TOKEN_FILE": str(token),
        }
        made = Installation(plant, plant.program("watcher"), plant.program("notifier"), grafana, keys)
        made.watcher.start()
        made.notifier.start()
        yield made


@contextmanager
def broker_away(_: Installation) -> Iterator[Environment]:
    """Nothing listens where Kafka should."""
    yield {"DAYBOOK_KAFKA_BOOTSTRAP": f"127.0.0.1:{free_port()}"}


@contextmanager
def topic_missing(well: Installation) -> Iterator[Environment]:
    """Somebody has deleted a topic; the remedy is used."""

    async def delete() -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=well.plant.bootstrap)
        await admin.start()
        await admin.delete_topics([topics.SIGNAL_DEAD_LETTERS])
        while topics.SIGNAL_DEAD_LETTERS in await admin.list_topics():
            await asyncio.sleep(0.1)
        await admin.close()

    asyncio.run(delete())
    yield {}
    well.plant.topics()


@contextmanager
def partitions_differ(_: Installation) -> Iterator[Environment]:
    """Another number is set than the topics have."""
    yield {"DAYBOOK_PARTITIONS": "5"}


@contextmanager
def clickhouse_away(_: Installation) -> Iterator[Environment]:
    """Nothing listens where ClickHouse should."""
    yield {"DAYBOOK_CLICKHOUSE_URL": f"http://127.0.0.1:{free_port()}"}


@contextmanager
def migration_missing(well: Installation) -> Iterator[Environment]:
    """The last one was not applied; the remedy is used."""
    store = well.plant.store
    last = int(store.value("SELECT max(number) FROM migrations"))
    store.command("DELETE FROM migrations WHERE number = {last:UInt32}", {"last": last})
    yield {}
    command(well.plant, "migrate")


@contextmanager
def clock_off(_: Installation) -> Iterator[Environment]:
    """This machine is an hour behind."""
    hour_ago = time.time() - 3600
    with patch("daybook.doctor.clickhouse.time.time", lambda: hour_ago):
        yield {}


@contextmanager
def disk_full(_: Installation) -> Iterator[Environment]:
    """Next to nothing is free."""
    usage = shutil.disk_usage(".")
    with patch("shutil.disk_usage", lambda _: usage._replace(free=1000)):
        yield {}


@contextmanager
def keys_readable(well: Installation) -> Iterator[Environment]:
    """Others may read the keys."""
    well.keys.chmod(0o644)
    yield {}
    well.keys.chmod(0o600)


@contextmanager
def stores_broken(well: Installation) -> Iterator[Environment]:
    """A comma is gone."""
    broken = well.plant.folder / "broken.json"
    broken.write_text('{"stores": [}')
    yield {"DAYBOOK_STORES_FILE": str(broken)}


@contextmanager
def board_missing(well: Installation) -> Iterator[Environment]:
    """Somebody has deleted a board in Grafana."""
    uid, board = well.grafana.boards.popitem()
    yield {}
    well.grafana.boards[uid] = board


@contextmanager
def grafana_away(_: Installation) -> Iterator[Environment]:
    """Nothing listens where Grafana should."""
    yield {"DAYBOOK_GRAFANA_URL": f"http://127.0.0.1:{free_port()}"}


@contextmanager
def stopped_in_an_emergency(well: Installation) -> Iterator[Environment]:
    """Somebody has stopped everything: what comes meanwhile is not counted, and all of it is afterwards."""
    plant, before = well.plant, well.plant.received()
    command(plant, "stop", "--reason", "a till sends nonsense", "--by", "ann")
    groups = ("daybook", "daybook-sink", "daybook-watch", "daybook-notify")
    settings = Settings(kafka_bootstrap=plant.bootstrap)
    plant.wait(lambda: not any(asyncio.run(members(settings, group)) for group in groups), "a standstill")
    plant.publish(60)
    yield {}
    assert plant.received() == before
    assert "a till sends nonsense" in command(plant, "resume")
    plant.settle()
    plant.check()
    plant.wait(lambda: examined(well) == (0, {}), "an installation that is well again")


def programs(well: Installation) -> dict[str, Program]:
    """All that runs."""
    return {
        "watcher": well.watcher,
        "notifier": well.notifier,
        "worker": well.plant.worker,
        "sink": well.plant.sink,
    }


def ended(name: str) -> Callable[[Installation], AbstractContextManager[Environment]]:
    """One more of the processes has ended, and nobody starts it again."""

    @contextmanager
    def planted(well: Installation) -> Iterator[Environment]:
        assert programs(well)[name].stop() == 0
        yield {}

    return planted


CLOCKS = {"clickhouse clock", "broker clock"}
FAULTS: list[tuple[Callable[[Installation], AbstractContextManager[Environment]], set[str], str]] = [
    (broker_away, {"broker"}, "DAYBOOK_KAFKA_BOOTSTRAP"),
    (topic_missing, {"topics"}, "`daybook topics`"),
    (partitions_differ, {"topics"}, "DAYBOOK_PARTITIONS"),
    (clickhouse_away, {"clickhouse"}, "DAYBOOK_CLICKHOUSE_URL"),
    (migration_missing, {"migrations"}, "`daybook migrate`"),
    (clock_off, CLOCKS, "NTP"),
    (disk_full, {"disk"}, "Free some room"),
    (keys_readable, {"keys file"}, "chmod 600"),
    (stores_broken, {"stores file"}, "docs/runbook.md"),
    (grafana_away, {"grafana"}, "DAYBOOK_GRAFANA_URL"),
    (board_missing, {"boards"}, "`daybook dashboards deploy`"),
    (stopped_in_an_emergency, {"emergency stop"}, "`daybook resume`"),
    (ended("watcher"), {"watcher"}, "Start `daybook"),
    (ended("notifier"), {"watcher", "notifier"}, "Start `daybook"),
    (ended("worker"), {"watcher", "notifier", "worker"}, "Start `daybook"),
    (ended("sink"), {"watcher", "notifier", "worker", "sink"}, "Start `daybook"),
]


def examined(well: Installation, changes: Environment | None = None) -> tuple[int, dict[str, dict[str, str]]]:
    """The doctor's exit code, and what is wrong, by check."""
    environment = {**well.plant.environment, **(changes or {})}
    done = CliRunner().invoke(main, ["doctor", "--json"], env=environment)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    found = json.loads(done.stdout)["findings"]
    return done.exit_code, {finding["check"]: finding for finding in found if finding["state"] == "wrong"}


@pytest.mark.long
def test_each_planted_fault_is_found_and_its_remedy_named(installation: Installation) -> None:
    """Sixteen faults: each is found, nothing else is, and what to do is said. Those at the end add up."""
    installation.plant.publish(40)
    installation.plant.settle()
    installation.plant.wait(lambda: examined(installation) == (0, {}), "an installation that is well")
    for planted, checks, remedy in FAULTS:
        with planted(installation) as changes:
            code, wrong = examined(installation, changes)
        assert (code, set(wrong)) == (1, checks), f"{planted.__name__}: {wrong}"
        assert all(remedy in wrong[check]["do"] for check in checks), f"{planted.__name__}: {wrong}"


def test_the_data_source_asked_about_is_the_boards_own() -> None:
    """The doctor knows it by the same uid as the boards' code, without needing that code."""
    query = pytest.importorskip("daybook.dashboards.grafana.query")
    assert query.SOURCE_UID == SOURCE_UID
