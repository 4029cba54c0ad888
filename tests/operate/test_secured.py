"""Through TLS, logins and access lists, as the second compose file has them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from daybook.brokers import client_security
from daybook.producers.client import SalesPublisher
from daybook.producers.records import KafkaUnavailable
from daybook.settings import Settings
from tests.operate.running import command
from tests.operate.secured import certificates, give_access, secured_broker
from tests.streams.plant import Plant
from tests.support.kafka.jars import fetch_jars, programs_missing
from tests.support.require import need, unavailable

pytestmark = pytest.mark.timeout(240)  # many processes, one after the other

PASSWORDS = {user: f"made-up-{user}" for user in ("admin", "worker", "sink", "watcher", "gateway")}


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


class SecuredPlant(Plant):
    """Whose processes log in, each as its own user."""

    def __init__(self, bootstrap: str, url: str, database: str, folder: Path, ca: Path) -> None:
        self.ca = ca
        super().__init__(bootstrap, url, database, folder)
        for program, user in ((self.worker, "worker"), (self.sink, "sink")):
            program.environment |= login(user, PASSWORDS[user], ca, folder)

    def topics(self) -> dict[str, object]:
        """Made by the one who may."""
        self.environment = {**self.environment, **login("admin", PASSWORDS["admin"], self.ca, self.folder)}
        return super().topics()


@pytest.mark.long
async def test_sales_go_through_a_secured_broker(
    clickhouse_url: str, clickhouse_database: str, tmp_path: Path
) -> None:
    """Worker, sink and publisher work, each as its own user; a wrong password or a missing right does not."""
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
            events = [sent.value for sent in plant.trade.events(40) if sent.value.startswith(b'{"schema')]
            publisher = _publisher(address, "gateway", PASSWORDS["gateway"], ca, tmp_path)
            results = await publisher.publish_many(events)
            await publisher.stop()
            assert all(result.accepted for result in results)
            plant.wait(lambda: plant.received() >= len(events), "all that was published")
            with pytest.raises(KafkaUnavailable):
                await _publisher(address, "gateway", "wrong", ca, tmp_path).start()
            sink = _publisher(address, "sink", PASSWORDS["sink"], ca, tmp_path)
            with pytest.raises(KafkaUnavailable):
                await sink.publish_many(events[:1])
            await sink.stop(1)
            command(plant, "reconcile")
    finally:
        broker.stop()


def _publisher(address: str, user: str, password: str, ca: Path, folder: Path) -> SalesPublisher:
    named = login(user, password, ca, folder)
    given = {name.removeprefix("DAYBOOK_").lower(): value for name, value in named.items()}
    security = client_security(Settings.model_validate(given))
    return SalesPublisher(address, timeout_seconds=8, **security)
