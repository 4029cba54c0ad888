"""Installs and uses Daybook as docs/install.md says, from a fresh clone with an empty home.

``python -m tests.newcomer``; not part of the tests, for it installs packages and takes minutes. Root's parts
(accounts, units, Debian's packages) are left out; Kafka and ClickHouse are those of the tests. It ends with a
backup that was restored elsewhere.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from tests.support.clickhouse import ClickHouseServer, shared_folder
from tests.support.kafka.broker import KafkaBroker
from tests.support.kafka.jars import fetch_jars
from tests.support.ports import free_port
from tests.support.receiver import Receiver
from tests.support.tree import ROOT

SECRET = "only-for-trying"
PATIENCE = 240.0
LOW = {
    "id": "low-day", "kind": "threshold", "dimension": "store", "measure": "net", "below": "1000000",
    "hold_minutes": 0,
}  # fmt: skip


class Newcomer:
    """A clone, its environment, and the settings of one installation."""

    def __init__(self, folder: Path, broker: KafkaBroker, clickhouse: ClickHouseServer, name: str) -> None:
        self.daybook = folder / "venv" / "bin" / "daybook"
        self.etc = folder / name
        self.etc.mkdir()
        self.port = free_port()
        home = folder / "home"
        home.mkdir(exist_ok=True)
        (self.etc / "daybook.toml").write_text(
            f'kafka_bootstrap = "{broker.bootstrap}"\n'
            f'clickhouse_url = "{clickhouse.url}"\n'
            f'stores_file = "{self.etc}/stores.json"\n'
            f'rules_file = "{self.etc}/rules.json"\n'
            f'gateway_keys_file = "{self.etc}/keys.json"\n'
            f'shops_file = "{self.etc}/shops.json"\n'
            f"gateway_port = {self.port}\n"
            "tick_seconds = 1\nevaluation_seconds = 1\n"
        )
        self.environment = {
            "HOME": str(home),
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "DAYBOOK_SETTINGS_FILE": str(self.etc / "daybook.toml"),
        }

    def run(self, *words: str, code: int = 0) -> str:
        """A command as the page says it; it is shown, and what it says."""
        say(f"$ daybook {' '.join(words)}")
        done = subprocess.run(
            [self.daybook, *words],
            env=self.environment,
            cwd=self.etc,
            capture_output=True,
            text=True,
            check=False,
        )
        say((done.stdout + done.stderr).rstrip())
        assert done.returncode == code, done.returncode
        return done.stdout

    def document(self, *words: str) -> Any:
        """The JSON that a command gives, whatever its exit code."""
        command: list[str | Path] = [self.daybook, *words, "--json"]
        done = subprocess.run(
            command, env=self.environment, cwd=self.etc, capture_output=True, text=True, check=False
        )
        return json.loads(done.stdout) if done.stdout else {}

    @contextmanager
    def running(self, *words: str) -> Iterator[None]:
        """One of the processes, for as long as the block runs."""
        log = (self.etc / f"{words[0]}.log").open("ab")
        process = subprocess.Popen(
            [self.daybook, *words], env=self.environment, cwd=self.etc, stdout=log, stderr=log
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait(60)
            log.close()


def say(text: str) -> None:
    """To whoever watches."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def until(condition: Callable[[], Any], what: str) -> Any:
    """Wait for something; what it is."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(1)
    raise AssertionError(f"not within {PATIENCE:g} s: {what}")


def install(folder: Path) -> None:
    """Part 2: a clone, an environment of its own, and what the page installs into it."""
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder / "clone")], check=True)
    subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
    pip: list[str | Path] = [
        str(folder / "venv" / "bin" / "pip"),
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]
    subprocess.run([*pip, ".[worker,sink,gateway,notifier]"], cwd=folder / "clone", check=True)


def settled_in(here: Newcomer, clone: Path, receiver: str) -> str:
    """The files of part 2 and 3, topics, tables and keys; the till's key."""
    shutil.copy(clone / "deploy" / "config" / "stores.json", here.etc / "stores.json")
    rules = json.loads((clone / "daybook" / "defaults" / "rules.json").read_text())
    (here.etc / "hook").write_text("a made-up secret")
    (here.etc / "hook").chmod(0o600)
    rules["rules"].append(LOW)
    rules["receivers"] = [{"id": "me", "type": "webhook", "url": receiver, "secret_file": "hook"}]
    rules["routes"] = [{"name": "all", "receivers": ["me"]}]
    (here.etc / "rules.json").write_text(json.dumps(rules))
    shop = {"name": "shopify", "adapter": "shopify", "source": "shopify:example", "store_id": "quayside"}
    (here.etc / "shops.json").write_text(
        json.dumps({"shops": [shop | {"secrets": [{"file": "shopify-secret"}]}]})
    )
    (here.etc / "shopify-secret").write_text(SECRET)
    (here.etc / "shopify-secret").chmod(0o600)
    here.run("topics")
    here.run("migrate")
    here.run("shops", "check", str(here.etc / "shops.json"))
    here.run("alerts", "rules", "check", str(here.etc / "rules.json"))
    here.run("keys", "create", "the owner", "--role", "manager", "--operator")
    made = here.run("keys", "create", "the first till", "--store", "quayside", "--source", "till-1")
    return next(word for word in made.split() if word.startswith("dbk_"))


def sell(here: Newcomer, key: str) -> None:
    """One sale of a till, and one of a shop's webhook, signed."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    sale = {
        "schema_version": "1.0", "type": "sale.completed", "source": "till-1", "event_id": "1", "time": now,
        "order_id": "till-1-1", "store_id": "quayside", "channel": "pos", "currency": "GBP",
        "lines": [{"product_id": "mug", "quantity": 2, "unit_price": 1450, "amount": 2900}], "charged": 2900,
    }  # fmt: skip
    url = f"http://127.0.0.1:{here.port}"
    answer = httpx.post(
        f"{url}/v1/events", json=sale, headers={"Authorization": f"Bearer {key}"}, trust_env=False
    )
    say(f"the till: {answer.status_code} {answer.text}")
    assert answer.status_code == 202
    order = {
        "id": 1001, "created_at": now, "updated_at": now, "currency": "GBP", "financial_status": "paid",
        "source_name": "web", "taxes_included": True, "total_tax": "2.00", "total_price": "11.99",
        "line_items": [{"id": 1, "sku": "MUG", "name": "Mug", "quantity": 1, "price": "11.99",
                        "tax_lines": [{"price": "2.00"}]}],
        "shipping_lines": [], "refunds": [],
    }  # fmt: skip
    body = json.dumps(order).encode()
    signature = base64.b64encode(hmac.new(SECRET.encode(), body, hashlib.sha256).digest()).decode()
    headers = {"X-Shopify-Topic": "orders/create", "X-Shopify-Hmac-Sha256": signature}
    answer = httpx.post(f"{url}/v1/hooks/shopify", content=body, headers=headers, trust_env=False)
    say(f"the webhook: {answer.status_code} {answer.text}")
    assert answer.is_success


def main() -> None:
    """From nothing to a backup that was restored."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="newcomer-")))
        install(folder)
        servers = shared_folder() / "tools" / "clickhouse_http.py"
        places = []
        for name in ("one", "two"):
            (folder / f"servers-{name}" / "kafka").mkdir(parents=True)
            broker = KafkaBroker(folder / f"servers-{name}" / "kafka", fetch_jars())
            clickhouse = ClickHouseServer(folder / f"servers-{name}", servers)
            broker.start()
            stack.callback(broker.stop)
            clickhouse.start()
            stack.callback(clickhouse.stop)
            places.append(Newcomer(folder, broker, clickhouse, name))
        first, second = places
        receiver = stack.enter_context(Receiver())
        key = settled_in(first, folder / "clone", receiver.url)
        with ExitStack() as processes:
            for name in ("worker", "sink", "gateway", "watcher", "notifier"):
                processes.enter_context(first.running(name))
            processes.enter_context(first.running("board", "--port", str(free_port())))
            until(lambda: _answers(first), "the gateway")
            sell(first, key)
            until(lambda: len(_totals(first)) > 0, "totals")
            first.run("totals")
            first.run(
                *("targets", "set", "--store", "quayside", "--currency", "GBP", "--period", "day"),
                *("--amount", "2500.00", "--from", "2026-11-01", "--reason", "budget"),
            )
            until(lambda: first.document("doctor").get("well"), "a doctor who finds nothing wrong")
            first.run("doctor")
            alert = until(lambda: first.document("alerts", "list").get("alerts"), "an alert")[0]
            until(lambda: receiver.requests, "the alert at its receiver")
            first.run("alerts", "show", alert["dedup_key"])
            first.run("backup", str(folder / "backup-1"))
            before = _totals(first)
        for file in ("stores.json", "rules.json", "shops.json", "hook", "shopify-secret"):
            shutil.copy2(first.etc / file, second.etc / file)
        second.run("restore", str(folder / "backup-1"), "--files-to", str(folder / "files"))
        with second.running("worker"), second.running("sink"):
            until(lambda: _totals(second) == before, "the same totals")
            second.run("reconcile")
        say("Installed, sold, alerted, backed up and restored.")


def _answers(here: Newcomer) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{here.port}/readyz", timeout=5, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def _totals(here: Newcomer) -> list[dict[str, Any]]:
    keys = ("store_id", "business_date", "gross", "orders")
    return [{key: row.get(key) for key in keys} for row in here.document("totals").get("totals", [])]


if __name__ == "__main__":
    os.umask(0o077)
    main()
