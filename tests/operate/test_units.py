"""The systemd units and Kafka's properties files, as their own programs read them."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.docs.test_pages import why_not_parsed
from tests.operate.test_compose import RUNNING
from tests.support.kafka.jars import fetch_jars, programs_missing
from tests.support.require import need, unavailable
from tests.support.tree import ROOT

UNITS = ROOT / "deploy" / "systemd"


def test_systemd_finds_nothing_wrong(tmp_path: Path) -> None:
    """Its own check reads every unit; only the programs, which are not installed here, are others."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not there: the units are not checked.")
    shutil.copytree(UNITS, tmp_path, dirs_exist_ok=True)
    for unit in (file for file in tmp_path.rglob("*") if file.is_file()):
        text = re.sub(r"^(Exec\w+=)/opt/\S+", r"\1/bin/true", unit.read_text("utf-8"), flags=re.MULTILINE)
        unit.write_text(text)
    names = ["daybook-kafka.service", "daybook@worker.service", "daybook@signals.service", "daybook.target"]
    done = subprocess.run(
        ["systemd-analyze", "verify", *(str(tmp_path / name) for name in names)],
        capture_output=True,
        text=True,
        check=False,
    )
    told = [line for line in done.stderr.splitlines() if str(tmp_path) in line or "daybook" in line]
    assert told == []


def test_the_target_starts_all_of_daybook() -> None:
    """Each unit of it is a process of ours, by its name or by a file beside it, and none is missing."""
    (wanted,) = re.findall(r"^Wants=(.+)$", (UNITS / "daybook.target").read_text("utf-8"), re.MULTILINE)
    template = (UNITS / "daybook@.service").read_text("utf-8")
    started = set()
    for name in re.findall(r"daybook@(\w+)\.service", wanted):
        files = sorted((UNITS / f"daybook@{name}.service.d").glob("*.conf"))
        texts = [template, *(file.read_text("utf-8") for file in files)]
        commands = re.findall(r"^ExecStart=(.+)$", "\n".join(texts), re.MULTILINE)
        words = commands[-1].replace("%i", name).split()
        assert words[0] == "/opt/daybook/bin/daybook"
        assert why_not_parsed(words[1:]) is None
        started.add(tuple(words[1:]))
    assert started == RUNNING


@pytest.mark.parametrize("name", ["server.properties", "server.local.properties"])
def test_kafka_takes_the_properties(name: str, tmp_path: Path) -> None:
    """Its own tool formats a folder by them; the third file, with TLS, has a broker of its own in a test."""
    need("kafka")
    if sentence := programs_missing():
        unavailable("kafka", sentence)
    text = (ROOT / "deploy" / "kafka" / name).read_text("utf-8")
    file = tmp_path / name
    file.write_text(re.sub(r"^log\.dirs=.*$", f"log.dirs={tmp_path}/data", text, flags=re.MULTILINE))
    java = ["java", "-Xmx128m", "-XX:TieredStopAtLevel=1", "-cp", f"{fetch_jars()}/*"]
    command = ["kafka.tools.StorageTool", "format", "--cluster-id=AAAAAAAAAAAAAAAAAAAAAQ"]
    done = subprocess.run(
        [*java, *command, "--config", str(file)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "data" / "meta.properties").is_file()
