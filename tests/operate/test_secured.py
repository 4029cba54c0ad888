"""Through TLS, logins and access lists, as the second compose file has them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from daybook.brokers import client_security
from daybook.producers.client import SalesPublisher
from daybook.producers.records import KafkaUnavailable
from daybook.settings import Settings
from tests.operate.running import command, document
from tests.operate.secured import certificates, give_access, read_only, secured_broker
from tests.streams.plant import Plant
from tests.streams.program import Program
from tests.streams.signalled import received
from tests.support.kafka.jars import fetch_jars, programs_missing
from tests.support.ports import free_port
from tests.support.require import need, unavailable
from tests.support.sales import sale
from tests.support.tree import ROOT

pytestmark = pytest.mark.timeout(240)  # many processes, one after the other

USERS = ("admin", "worker", "sink", "watcher", "gateway", "board")
PASSWORDS = {user: f"made-up-{user}" for user in USERS}


def login(user: str, password: str, ca: Path, folder: Path) -> dict[str, str]:
    """The settings of one who logs in."""
    file = folder / f"{user}-password"
    file.write_text(password)
    return {
        "DAYBOOK_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
        "DAYBOOK_KAFKA_CA_FILE": str(ca),
        "DAYBOOK_KAFKA_USER": user,
        "DAYBOOK_KAFKA_PASSWORD_FILE": str(file),
    }


HEARTBEAT = {
    "schema_version": "1.0",
    "type": "terminal.heartbeat",
    "source": "till",
    "event_id": "h1",
    "time": datetime.now(UTC).isoformat(),
    "subject_id": "till-2",
    "store_id": "leeds",
    "till_id": "till-2",
    "channel": "pos",
}


class SecuredPlant(Plant):
    """Whose processes log in, each as its own user."""

    def __init__(self, bootstrap: str, url: str, database: str, folder: Path, ca: Path) -> None:
        self.ca = ca
        super().__init__(bootstrap, url, database, folder)
        self.kept = folder / "kept"
        self.kept.mkdir()
        rules = folder / "rules.json"
        rules.write_text((ROOT / "daybook" / "defaults" / "rules.json").read_text("utf-8"))
        self.environment |= {
            "DAYBOOK_RULES_FILE": str(rules),
            "DAYBOOK_TICK_SECONDS": "1",
            "DAYBOOK_GATEWAY_KEYS_FILE": str(self.kept / "keys.json"),
            "DAYBOOK_GATEWAY_PORT": str(free_port()),
        }
        self.page_port = str(free_port())
        for program, user in ((self.worker, "worker"), (self.sink, "sink")):
            self.as_user(program, user)
        self.others = [
            self.as_user(self.program(*words), user)
            for user, *words in (
                ("worker", "worker", "--of=signals"),
                ("watcher", "watcher"),
                ("watcher", "notifier"),
                ("gateway", "gateway"),
                ("board", "board", "--require-key", f"--port={self.page_port}"),
            )
        ]

    def as_user(self, program: Program, user: str) -> Program:
        """The program, logging in as the user, and with nothing but the keys' folder to write in."""
        program.environment = self.environment | login(user, PASSWORDS[user], self.ca, self.folder)
        program.within = read_only(self.kept)
        return program

    def topics(self) -> dict[str, object]:
        """Made by the one who may."""
        self.environment = {**self.environment, **login("admin", PASSWORDS["admin"], self.ca, self.folder)}
        return super().topics()


@pytest.fixture
def secured(clickhouse_url: str, clickhouse_database: str, tmp_path: Path) -> Iterator[SecuredPlant]:
    """A plant on a broker of its own, with the properties and access lists of the compose files."""
    need("kafka")
    if sentence := programs_missing():
        unavailable("kafka", sentence)
    if shutil.which("openssl") is None:
        unavailable("kafka", "Certificates are made with openssl, which is not there.")
    keystore, ca = certificates(tmp_path)
    broker, port = secured_broker(tmp_path / "kafka", fetch_jars(), keystore)
    broker.start()
    try:
        give_access(broker.bootstrap, PASSWORDS)
        address = f"127.0.0.1:{port}"
        with SecuredPlant(address, clickhouse_url, clickhouse_database, tmp_path, ca) as plant:
            yield plant
    finally:
        broker.stop()


@pytest.mark.long
def test_every_process_works_by_its_own_rights(secured: SecuredPlant) -> None:
    """All of Daybook, read-only and as the users of acls.txt: it takes, counts, decides, shows and stops."""
    for program in secured.others:
        program.start()
    till = document(secured, "keys", "create", "till")["key"]
    owner = document(secured, "keys", "create", "owner", "--role", "manager", "--operator")["key"]
    secured.wait(lambda: not ailing(secured), "all processes")
    page = f"http://127.0.0.1:{secured.page_port}"
    headers = {"Authorization": f"Bearer {owner}"}
    assert publish(secured, till, sale(1, store_id="leeds")) == 202
    assert publish(secured, till, HEARTBEAT, "signals") == 202
    secured.wait(lambda: received(secured.store) >= 1, "the signal that the gateway took")
    secured.wait(
        lambda: int(secured.store.value("SELECT count() FROM counted_lines")) > 0, "the sale's lines"
    )
    assert httpx.get(f"{page}/", headers=headers, timeout=20, trust_env=False).is_success
    silence = {"match": {"keys": ["leeds"]}, "minutes": 5, "reason": "a trial"}
    told = httpx.post(f"{page}/v1/silences", json=silence, headers=headers, timeout=20, trust_env=False)
    assert told.is_success, told.text
    command(secured, "stop", "--reason", "a trial")
    secured.wait(
        lambda: publish(secured, till, sale(2, store_id="leeds")) == 503,
        "a gateway that has heard of the stop",
    )
    command(secured, "resume")
    secured.wait(lambda: publish(secured, till, sale(2, store_id="leeds")) == 202, "a gateway that goes on")
    secured.wait(lambda: secured.received() >= 2, "the sale that came after the stop")


def publish(plant: SecuredPlant, key: str, event: dict[str, Any], what: str = "events") -> int:
    """The status with which the gateway answers a sale, or a signal."""
    url = f"http://127.0.0.1:{plant.environment['DAYBOOK_GATEWAY_PORT']}/v1/{what}"
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    answer = httpx.post(url, content=orjson.dumps(event), headers=headers, timeout=20, trust_env=False)
    return answer.status_code


def ailing(plant: SecuredPlant) -> list[str]:
    """What the doctor finds wrong, asked as the worker's user, and who does not run."""
    environment = plant.environment | login("worker", PASSWORDS["worker"], plant.ca, plant.folder)
    words = [sys.executable, "-m", "daybook.cli.main", "doctor", "--json"]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    found = {each["check"]: each for each in json.loads(done.stdout)["findings"]}
    wanted = {"worker", "sink", "signals worker", "watcher", "notifier"}
    return [
        f"{check}: {each['says']}"
        for check, each in found.items()
        if each["state"] == "wrong" or (check in wanted and each["state"] != "ok")
    ] + [f"{check}: not looked at" for check in wanted - found.keys()]


@pytest.mark.long
async def test_sales_go_through_a_secured_broker(secured: SecuredPlant) -> None:
    """Worker, sink and publisher work, each as its own user; a wrong password or a missing right does not."""
    address, ca, folder = secured.bootstrap, secured.ca, secured.folder
    events = [sent.value for sent in secured.trade.events(40) if sent.value.startswith(b'{"schema')]
    publisher = _publisher(address, "gateway", PASSWORDS["gateway"], ca, folder)
    results = await publisher.publish_many(events)
    await publisher.stop()
    assert all(result.accepted for result in results)
    secured.wait(lambda: secured.received() >= len(events), "all that was published")
    with pytest.raises(KafkaUnavailable):
        await _publisher(address, "gateway", "wrong", ca, folder).start()
    sink = _publisher(address, "sink", PASSWORDS["sink"], ca, folder)
    with pytest.raises(KafkaUnavailable):
        await sink.publish_many(events[:1])
    await sink.stop(1)
    command(secured, "reconcile")


def _publisher(address: str, user: str, password: str, ca: Path, folder: Path) -> SalesPublisher:
    named = login(user, password, ca, folder)
    given = {name.removeprefix("DAYBOOK_").lower(): value for name, value in named.items()}
    security = client_security(Settings.model_validate(given))
    return SalesPublisher(address, timeout_seconds=8, **security)
