"""Every command that README, runbook, scale and install pages show is run, or says what it would need."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import orjson
import pytest
from click.testing import CliRunner

from daybook.backup.reading import reading
from daybook.cli.main import main
from daybook.schemas import topics
from daybook.settings import Settings
from tests.docs.commands import PAGES, WHO, Elsewhere, Needs, Run, Shown, shown
from tests.sinks.world import busy_day, data_folder
from tests.streams.conftest import plant
from tests.streams.plant import Plant, send
from tests.streams.program import Program
from tests.streams.trade import Sent
from tests.support.ports import free_port
from tests.support.sales import sale
from tests.support.tree import ROOT

__all__ = ["plant"]

ALL = list(shown())


def test_each_command_is_somebodys() -> None:
    """One that nobody runs, and that is not said to need something, would be found here."""
    assert len(ALL) > 40
    assert [f"{each.page.name}: {each.text}" for each in ALL if each.who is None] == []
    assert Shown(PAGES[0], ["daybook", "fly"]).who is None


def test_no_entry_is_of_a_command_that_is_not_shown() -> None:
    """And each that points elsewhere points to a file that says what it should; each need is a sentence."""
    assert WHO.keys() - {each.who for each in ALL} == set()
    for name, who in WHO.items():
        if isinstance(who, Elsewhere):
            assert who.says in (ROOT / who.file).read_text("utf-8"), name
        elif isinstance(who, Needs):
            assert len(who.what) > 10, name


def lines(on: str) -> list[list[str]]:
    """The words of the commands that are run here, after ``daybook``, as they stand on the pages."""
    return [each.words[1:] for each in ALL if each.who is not None and WHO[each.who] == Run(on)]  # type: ignore[arg-type]  # literals


def run(words: list[str], environment: dict[str, str]) -> str:
    """Run a command of ours; it has to be done and well."""
    done = CliRunner().invoke(main, words, env=environment)
    assert done.exit_code == 0, (
        f"daybook {' '.join(words)}: {done.exit_code}\n{done.output}\n{done.exception!r}"
    )
    return done.output


@pytest.mark.long
@pytest.mark.timeout(420)  # some forty commands, one after the other
def test_commands_on_kafka_and_clickhouse(plant: Plant, tmp_path: Path) -> None:
    """In the order of the pages, on a broker and a ClickHouse, with a worker and a sink at work."""
    plant.publish(60)
    early = orjson.dumps(sale(1, store_id="pier-9", source="early", order_id="early-1"))
    send(plant.bootstrap, [Sent(b"early-1", early)], None)
    plant.wait(lambda: plant.received() >= 61, "the sales")
    dead = "SELECT epoch, partition, offset FROM dead_letters WHERE reason = 'unknown_store'"
    plant.wait(lambda: bool(plant.store.rows(dead)), "the sale of a store that is not known")
    letter = "-".join(map(str, plant.store.rows(dead)[0]))
    url = plant.environment["DAYBOOK_CLICKHOUSE_URL"]
    stores, keys = plant.environment["DAYBOOK_STORES_FILE"], str(tmp_path / "keys.json")
    known = {
        "127.0.0.1:9092": plant.bootstrap, "http://127.0.0.1:8123": url, "stores.json": stores,
        "keys.json": keys, "3627498-0-29506": letter,
    }  # fmt: skip
    port = free_port()
    environment = {
        **plant.environment,
        "DAYBOOK_GATEWAY_KEYS_FILE": keys,
        "DAYBOOK_GATEWAY_PORT": str(port),
        "DAYBOOK_STATE_DIR": str(tmp_path),
    }
    made = json.loads(
        run(["keys", "create", "trace", "--store", "leeds", "--json", "--keys", keys], environment)
    )
    (tmp_path / "trace-key").write_text(made["key"])
    known |= {"trace-key": str(tmp_path / "trace-key"), "high-street": "leeds"}
    gateway = _served(
        plant, environment, ["gateway", "--bootstrap", plant.bootstrap, "--keys", keys], "/readyz"
    )
    for words in lines("servers"):
        if words[:2] == ["dead-letters", "replay"] and "unknown_store" in words:
            # The store is added while the worker runs, as the runbook says; nothing is started again.
            document = json.loads(Path(stores).read_text())
            document["stores"].append({"store_id": "pier-9", "days": [{"zone": "Europe/London"}]})
            Path(stores).write_text(json.dumps(document))
            plant.wait(lambda: "was read anew" in plant.worker.text(), "the stores file read anew")
        if words[:2] == ["keys", "revoke"]:
            listed = json.loads(run(["keys", "list", "--json", "--keys", keys], environment))
            known["0123456789ab"] = listed["keys"][0]["key_id"]
        run([known.get(word, word) for word in words], environment)
    counted = "SELECT count() FROM counted_lines WHERE store_id = 'pier-9'"
    plant.wait(lambda: int(plant.store.value(counted)) > 0, "the sale that was replayed")
    _check_header(plant)
    assert gateway.stop() == 0
    board = ["board", "--keys", keys, "--clickhouse-url", url, "--stores", stores, "--port", str(port)]
    assert _served(plant, environment, board, "/").stop() == 0


def _served(plant: Plant, environment: dict[str, str], words: list[str], path: str) -> Program:
    """A server, started as its page says; it answers on the gateway's port."""
    program = plant.program(*words)
    program.environment, port = dict(environment), environment["DAYBOOK_GATEWAY_PORT"]
    program.start()

    def answers() -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{port}{path}", timeout=5, trust_env=False).is_success
        except httpx.HTTPError:
            return False

    plant.wait(answers, f"an answer of {words[0]}")
    return program


def _check_header(plant: Plant) -> None:
    """The record of the sale that was traced carries the trace's context."""
    where = "SELECT partition, offset FROM events WHERE source = 'daybook-trace'"
    ((partition, offset),) = plant.store.rows(where)

    async def headers() -> dict[str, bytes]:
        settings = Settings(kafka_bootstrap=plant.bootstrap)
        async with reading(settings, topics.EVENTS, int(partition)) as (consumer, place):
            consumer.seek(place, int(offset))
            return dict((await consumer.getone()).headers)

    assert asyncio.run(headers())[topics.TRACE_HEADER].startswith(b"00-")


def test_commands_on_a_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that ask a demo, on the folder that a demo left."""
    monkeypatch.chdir(tmp_path)
    data_folder(tmp_path / "daybook-data", busy_day())
    (tmp_path / "targets.json").write_text('{"targets": []}')
    for words in lines("folder"):
        # The page's week is the last one; the folder's sales are of another.
        dated = ["--date", "2026-03-14"] if words[0] == "report" else []
        run([*words, *dated], {"DAYBOOK_STATE_DIR": str(tmp_path / "state")})
    assert "<html" in (tmp_path / "week.html").read_text("utf-8").lower()
    watch = [sys.executable, "-m", "daybook.cli.main", "watch", "--data-dir", str(tmp_path / "daybook-data")]
    with subprocess.Popen(watch, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        assert process.stdout is not None
        seen = process.stdout.read(7)
        process.send_signal(signal.SIGINT)
        process.stdout.read()
    assert seen
