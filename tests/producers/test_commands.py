"""The commands publish, check, import, topics, keys and gateway, as a person or a script runs them."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from click.testing import CliRunner, Result

from daybook.cli.main import main
from daybook.producers.importers.online_retail import COLUMNS
from daybook.producers.resume import Resume, digest_of
from daybook.schemas import topics
from daybook.topics import create_topics, planned_topics
from tests.producers.test_client import read
from tests.support.ports import free_port
from tests.support.sales import sale


def run(*arguments: str | Path, **environment: str) -> Result:
    """A command's outcome; its environment holds the given variables."""
    return CliRunner().invoke(main, [str(a) for a in arguments], env=environment, catch_exceptions=False)


def document(result: Result) -> Any:
    """What stands on stdout, which must be one JSON document and nothing else."""
    return orjson.loads(result.stdout)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Three events, the second of them bad."""
    path = tmp_path / "sales.ndjson"
    path.write_bytes(b"\n".join(orjson.dumps(e) for e in (sale(1), sale(2, charged=1), sale(3))))
    return path


@pytest.fixture(scope="module")
def broker(kafka: str) -> str:
    """A Kafka that has all of Daybook's topics."""
    plans = planned_topics(
        partitions=4, replication_factor=1, application="daybook", retention=timedelta(days=14)
    )
    asyncio.run(create_topics(kafka, plans))
    return kafka


def test_check_says_what_is_wrong_and_where(file: Path) -> None:
    """Exit code 1 with a bad event; the document names its position, code and field."""
    result = run("check", file, "--json")
    assert result.exit_code == 1
    assert document(result)["valid"] == 2
    refused = document(result)["refused"]
    assert [(e["position"], e["problems"][0]["code"]) for e in refused] == [(1, "order_sum")]
    assert "order_sum" in run("check", file).stderr


def test_check_passes_the_valid_examples() -> None:
    """Each example that lies beside the schemas passes on its own."""
    corpus = Path(__file__).parents[2] / "schemas" / "examples" / "valid"
    assert all(run("check", path).exit_code == 0 for path in corpus.glob("*.json"))


def test_publish_sends_the_good_ones(broker: str, file: Path) -> None:
    """Two of three events are in Kafka, and exit code 1 says that one is not."""
    result = run("publish", file, "--json", "--bootstrap", broker)
    assert result.exit_code == 1
    assert document(result)["published"] == 2
    assert [entry["position"] for entry in document(result)["refused"]] == [1]


def test_publish_without_kafka_is_one_sentence(file: Path) -> None:
    """Exit code 3 and one sentence that names the address, without a traceback."""
    address = f"127.0.0.1:{free_port()}"
    result = run("publish", file, DAYBOOK_KAFKA_BOOTSTRAP=address)
    assert result.exit_code == 3
    assert address in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_import_publishes_and_counts_what_it_skipped(broker: str, tmp_path: Path) -> None:
    """One invoice is one event, a stock movement is skipped, and the stores file is there to be used."""
    path, stores = tmp_path / "retail.csv", tmp_path / "stores.json"
    rows = [
        "536365,A1,LANTERN,6,2010-12-01 08:26:00,2.55,17850,France",
        "536366,A1,,9,2010-12-01 08:30:00,0,,France",
    ]
    path.write_text("\n".join([",".join(COLUMNS), *rows]))
    result = run(
        "import", path, "--format", "online-retail", "--stores-out", stores, "--json", "--bootstrap", broker
    )
    assert result.exit_code == 0
    assert document(result) == {
        "format": "online-retail",
        "lines": 2,
        "events": 1,
        "published": 1,
        "skipped": {"stock_movement": 1},
        "refused": [],
    }
    assert orjson.loads(stores.read_bytes())["stores"][0]["store_id"] == "online-retail"
    assert run("import", tmp_path / "none.csv", "--format", "online-retail").exit_code == 3


def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    """The gateway says that it cannot listen, and ends with exit code 3."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = run(
            "gateway", "--port", port, "--keys", tmp_path / "keys.json", "--bootstrap", "127.0.0.1:1"
        )
    assert result.exit_code == 3
    assert f"Cannot listen on 127.0.0.1:{port}" in result.stderr


@pytest.fixture
def gateway(broker: str, tmp_path: Path) -> Iterator[httpx.Client]:
    """The gateway as a process of its own over a real Kafka, and a client with a key for it."""
    yield from serving(broker, tmp_path / "keys.json")


@pytest.fixture
def gateway_alone(tmp_path: Path) -> Iterator[httpx.Client]:
    """The same with nobody where Kafka should be."""
    yield from serving(f"127.0.0.1:{free_port()}", tmp_path / "keys.json")


def serving(bootstrap: str, keys: Path) -> Iterator[httpx.Client]:
    """Run ``daybook gateway`` until the test is over; it must end by itself when told to."""
    token = document(run("keys", "create", "tests", "--json", "--keys", keys))["key"]
    port = free_port()
    command = [sys.executable, "-m", "daybook.cli.main", "gateway", "--port", str(port), "--keys", str(keys)]
    process = subprocess.Popen([*command, "--bootstrap", bootstrap])
    try:
        while process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                time.sleep(0.05)
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60) as client:
            yield client
    finally:
        process.terminate()
        code = process.wait(timeout=30)
    assert code == 0


def test_the_gateway_answers_once_kafka_has_the_event(gateway: httpx.Client, broker: str) -> None:
    """What was answered with 202 is in Kafka with the time of its receipt; the process ends when told."""
    number = uuid.uuid4().int % 10**9
    assert gateway.get("/readyz").status_code == 200
    assert gateway.post("/v1/events", json=sale(number)).status_code == 202
    assert gateway.post("/v1/events", json=sale(number, charged=1)).status_code == 422
    found = asyncio.run(read(broker, topics.EVENTS, 1))
    mine = [record for record in found if record.key == f"order-{number}".encode()]
    assert [dict(record.headers).keys() for record in mine] == [{topics.RECEIVED_AT_HEADER}]


def test_the_last_use_of_a_key_is_listed(gateway_alone: httpx.Client, tmp_path: Path) -> None:
    """A key that was used says when, even if what it sent was refused; the keys' own file stays as it is."""
    keys = tmp_path / "keys.json"
    before = keys.read_bytes()
    gateway_alone.post("/v1/events", content=b"{")
    listed = run("keys", "list", "--json", "--keys", keys)
    for _ in range(100):
        if document(listed)["keys"][0]["last_used_at"] is not None:
            break
        time.sleep(0.05)
        listed = run("keys", "list", "--json", "--keys", keys)
    assert document(listed)["keys"][0]["last_used_at"] is not None
    assert "last used" in run("keys", "list", "--keys", keys).stdout
    assert keys.read_bytes() == before


def test_the_gateway_stands_while_kafka_is_away(gateway_alone: httpx.Client) -> None:
    """It starts, says that it is not ready, and asks callers to come again."""
    assert gateway_alone.get("/healthz").status_code == 200
    assert gateway_alone.get("/readyz").status_code == 503
    answer = gateway_alone.post("/v1/events", json=sale())
    assert (answer.status_code, answer.json()["code"]) == (503, "kafka_unavailable")
    assert answer.headers["Retry-After"]


def test_publish_goes_on_where_it_was_cut_off(broker: str, tmp_path: Path) -> None:
    """Kafka is away at first: exit code 3. With a note that two are done, the third alone is sent."""
    path, rejects = tmp_path / "sales.ndjson", tmp_path / "rejects.ndjson"
    path.write_bytes(b"\n".join(orjson.dumps(e) for e in (sale(1), sale(2), sale(3), sale(4, charged=1))))
    state = {"XDG_STATE_HOME": str(tmp_path)}
    away = run("publish", path, "--bootstrap", f"127.0.0.1:{free_port()}", **state)
    assert away.exit_code == 3
    assert "0 events are done; the same command goes on from there." in away.stderr
    Resume(tmp_path / "daybook", digest_of(path, "publish")).note(2)
    result = run("publish", path, "--rejects", rejects, "--json", "--bootstrap", broker, **state)
    assert (document(result)["published"], document(result)["skipped"]) == (1, 2)
    assert orjson.loads(rejects.read_bytes())["problems"][0]["code"] == "order_sum"
    again = run("publish", path, "--json", "--bootstrap", broker, **state)
    assert (document(again)["published"], document(again)["skipped"]) == (3, 0)


def test_import_reads_csv_with_our_fields_names(broker: str, tmp_path: Path) -> None:
    """Two orders of three rows and a bad one: exit code 1, its line is told, the good ones are in Kafka."""
    path = tmp_path / "sales.csv"
    path.write_text(
        "order_id,time,product_id,unit_price\n1,2026-07-01T10:00Z,MUG,11.99\n1,2026-07-01T10:00Z,PEN,2.50\n"
        "2,2026-07-01T10:05Z,MUG,11.99\n3,noon,MUG,11.99\n"
    )
    words = ("import", path, "--format", "csv", "--store", "leeds", "--currency", "GBP", "--json")
    source = ("--source", f"csv:{uuid.uuid4().hex[:8]}")
    state = {"XDG_STATE_HOME": str(tmp_path)}
    rejects = tmp_path / "rejects.ndjson"
    tried = run(*words, *source, "--dry-run", "--rejects", rejects, **state)
    assert (document(tried)["events"], document(tried)["published"]) == (2, 0)
    (bad,) = rejects.read_bytes().splitlines()
    assert orjson.loads(bad) == document(tried)["refused"][0]
    result = run(*words, *source, "--bootstrap", broker, **state)
    assert result.exit_code == 1
    assert (document(result)["events"], document(result)["published"]) == (2, 2)
    refused = [(bad["line"], bad["problems"][0]["field"]) for bad in document(result)["refused"]]
    assert refused == [(5, "time")]
    assert run(*words).exit_code == 2


def test_a_mapping_is_tried_before_it_is_used(tmp_path: Path) -> None:
    """The event of a sample is shown; a wrong mapping, and a sample that it does not fit, are sentences."""
    mapping, sample = tmp_path / "mapping.json", tmp_path / "sample.json"
    known = {"order_id": "no", "time": "at"}
    lines = {"each": "items", "fields": {"amount": "cents"}}
    made = {"money": "minor", "type": {"const": "sale.completed"}, "event": known, "lines": lines}
    mapping.write_bytes(orjson.dumps(made))
    sample.write_bytes(orjson.dumps({"no": 7, "at": "2026-07-01T10:00Z", "items": [{"cents": 1199}]}))
    words = ("mapping", "check", mapping, "--sample", sample, "--source", "old", "--store", "leeds")
    told = run(*words, "--currency", "GBP", "--json")
    assert told.exit_code == 0
    assert [event["charged"] for event in document(told)["events"]] == [1199]
    assert "1 events, 0 refused." in run(*words, "--currency", "GBP").stdout
    without = run(*words)
    assert without.exit_code == 1
    assert "currency: neither the record nor the connection names one" in without.stderr
    assert run("mapping", "check", mapping).exit_code == 0
    mapping.write_bytes(orjson.dumps(made | {"money": "pounds"}))
    refused = run("mapping", "check", mapping)
    assert (refused.exit_code, "money" in refused.stderr) == (3, True)
