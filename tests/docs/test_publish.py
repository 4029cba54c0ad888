"""The page on publishing: every block is run as it stands, against a running demo and a real Kafka."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Final

import orjson
import pytest

from daybook.topics import create_topics, planned_topics
from tests.demo.running import demo, write_stores
from tests.docs.pages import blocks
from tests.support.tree import ROOT

PAGE: Final = ROOT / "docs" / "publish.md"
STORE: Final = "page-store"
COUNTED: Final = {"curl": 2900, "python": 2398, "shopify": 1199, "woo": 1200, "square": 1199, "stripe": 4550}


def shell(block: str, folder: Path, **environment: str) -> str:
    """What a block prints; the first command that fails is an error."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block],
        cwd=folder, env={**os.environ, "PATH": path, **environment}, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def section(name: str, language: str = "sh") -> str:
    """The only block of a section."""
    text = PAGE.read_text("utf-8").partition(f"\n## {name}\n")[2].partition("\n## ")[0]
    (found,) = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
    return str(found)


@pytest.mark.long
def test_every_sale_on_the_page_is_counted(tmp_path: Path) -> None:
    """A newcomer who copies block after block sees all six sales counted, to the penny."""
    data = tmp_path / "daybook-data"
    write_stores(data, STORE)
    shell(section("Shops whose webhooks are to be taken"), tmp_path)
    (shops,) = blocks(PAGE, "json")
    (data / "shops.json").write_text(shops.replace("quayside", STORE))
    with demo(data, "--rate", "0.01") as running:
        for name in ("curl", "Shopify", "WooCommerce", "Square", "Stripe", "Signals"):
            block = section(name).replace("http://127.0.0.1:8400", running.url).replace("quayside", STORE)
            answer = orjson.loads(shell(block, tmp_path, KEY=running.key))
            assert (answer.get("accepted") or answer.get("events")) == 1, (name, answer)
        code = section("Python", "python").replace("http://127.0.0.1:8400", running.url)
        (tmp_path / "till.py").write_text(code.replace("quayside", STORE))
        shell(f"{sys.executable} till.py", tmp_path, KEY=running.key)
        running.until(STORE, charged=sum(COUNTED.values()), orders=len(COUNTED))
        assert STORE in shell(section("See them counted"), tmp_path)


def test_the_csv_file_on_the_page_is_published(tmp_path: Path, kafka: str) -> None:
    """Both commands run, and Kafka acknowledges the two orders that the three rows are."""
    plans = planned_topics(
        partitions=4, replication_factor=1, application="daybook", retention=timedelta(days=14)
    )
    asyncio.run(create_topics(kafka, plans))
    (tmp_path / "sales.csv").write_text(section("CSV", "csv"))
    source = f"csv:{tmp_path.name}"
    block = section("CSV").replace("127.0.0.1:9092", kafka).replace("csv:old-till", source)
    told = shell(block, tmp_path, XDG_STATE_HOME=str(tmp_path)).splitlines()
    assert [line.split("; ")[1] for line in told] == [
        "0 published, 0 refused.",
        "2 published, 0 refused.",
    ]
