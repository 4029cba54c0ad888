"""The compose files: what can be told of them without Docker."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from daybook.cli.main import main
from daybook.settings_loading import NOT_OURS, load_settings
from daybook.stores import load_stores
from tests.support.tree import ROOT

FILES = [ROOT / "docker-compose.yml", ROOT / "deploy" / "docker-compose.tls.yml"]
BASE: dict[str, Any] = yaml.safe_load(FILES[0].read_text("utf-8"))
TLS: dict[str, Any] = yaml.safe_load(FILES[1].read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = BASE["services"]
OURS = sorted(name for name, service in SERVICES.items() if service["image"].startswith("daybook:"))
ONLY_TLS = {"kafka-access": TLS["services"]["kafka-access"]}
JOBS = {"topics", "migrations", "clickhouse-users", *ONLY_TLS}
RUNNING = {
    ("worker",),
    ("worker", "--of", "signals"),
    *((name,) for name in ("sink", "watcher", "notifier", "gateway", "board")),
}
"""What has to run that all of Daybook does, wherever it is installed."""
BOARD_OPTIONS = {"--host", "0.0.0.0", "--port", "8401", "--require-key"}  # noqa: S104 - of its container


def environment(name: str, *, tls: bool) -> dict[str, str]:
    """What a service's process gets, where nothing is set for Compose itself."""
    over = TLS["services"].get(name, {}) if tls else {}
    told = {**SERVICES[name].get("environment", {}), **over.get("environment", {})}
    return {key: re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value) for key, value in told.items()}


def secrets(name: str, *, tls: bool) -> set[str]:
    """The secrets of a service, by the names of their files."""
    over = TLS["services"].get(name, {}) if tls else {}
    listed = [*SERVICES[name].get("secrets", []), *over.get("secrets", [])]
    return {secret if isinstance(secret, str) else secret["target"] for secret in listed}


@pytest.mark.parametrize("name", OURS)
def test_our_command_line_takes_each_command(name: str) -> None:
    """The command of every service of ours parses, with all its options."""
    words = [str(word) for word in SERVICES[name]["command"]]
    command = main.get_command(click.Context(main), words[0])
    assert command is not None
    rest = [str(ROOT / "deploy") if word == "/run/secrets" else word for word in words[1:]]
    command.make_context(words[0], rest).close()


@pytest.mark.parametrize("files", ["plain", "tls"])
@pytest.mark.parametrize("name", OURS)
def test_settings_are_known_and_their_secrets_given(
    name: str, files: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each variable is a setting with a value that it can have, and a password file is one of its secrets."""
    for variable in os.environ:
        if variable.startswith("DAYBOOK_") and variable not in NOT_OURS:
            monkeypatch.delenv(variable)
    given = environment(name, tls=files == "tls")
    for variable, value in given.items():
        monkeypatch.setenv(variable, value)
    load_settings()
    named = {value.removeprefix("/run/secrets/") for value in given.values() if "/run/secrets/" in value}
    assert named <= secrets(name, tls=files == "tls")


def test_only_three_doors_and_on_loopback() -> None:
    """Gateway, live page and Grafana are published, all others only speak among themselves."""
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert set(ports) == {"gateway", "board", "grafana"}
    assert all(port.startswith("127.0.0.1:") for listed in ports.values() for port in listed)


@pytest.mark.parametrize("name", sorted(SERVICES.keys() | ONLY_TLS.keys()))
def test_each_service_is_bounded(name: str) -> None:
    """Pinned image, restart policy, memory limit, a look at its health, no new privileges, logs that end."""
    service = (SERVICES | ONLY_TLS)[name]
    assert re.fullmatch(r"[a-z/-]+:[0-9][0-9.]+", service["image"])
    assert service["mem_limit"]
    assert service["restart"] == ("on-failure:5" if name in JOBS else "unless-stopped")
    assert ("healthcheck" in service) == (name not in JOBS)
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["cap_drop"] == ["ALL"]
    assert service["logging"]["options"]["max-size"]
    if name in OURS:
        assert service["read_only"]
        assert service["user"] == "10001:10001"


def test_all_of_daybook_runs() -> None:
    """Every process of it, without a profile that one has to know of; with TLS each has a login."""
    running = {name: SERVICES[name] for name in OURS if name not in JOBS}
    named = [[word for word in each["command"] if word not in BOARD_OPTIONS] for each in running.values()]
    assert {tuple(words) for words in named} == RUNNING
    assert all("profiles" not in service for service in SERVICES.values())
    assert all("DAYBOOK_KAFKA_USER" in environment(name, tls=True) for name in running)


def test_who_decides_and_who_tells_go_by_the_same_rules() -> None:
    """Watcher and notifier have the file that is mounted for them: the one that comes with Daybook."""
    for name in ("watcher", "notifier"):
        assert environment(name, tls=False)["DAYBOOK_RULES_FILE"] == "/etc/daybook/rules.json"
        assert "./deploy/config:/etc/daybook:ro" in SERVICES[name]["volumes"]
    ours = (ROOT / "daybook" / "defaults" / "rules.json").read_bytes()
    assert (ROOT / "deploy" / "config" / "rules.json").read_bytes() == ours


def test_volumes_can_be_written_by_our_user() -> None:
    """A new volume belongs to whom its folder in the image belongs to, which would be root otherwise."""
    image = (ROOT / "Dockerfile").read_text("utf-8")
    places = {
        volume.split(":")[1]
        for name in OURS
        for volume in SERVICES[name].get("volumes", [])
        if volume.split(":")[0] in BASE["volumes"]
    }
    assert places == {"/var/lib/daybook"}
    assert "install -d -o 10001 -g 10001 -m 700 /var/lib/daybook" in image


def test_no_password_stands_in_a_file() -> None:
    """Whatever is called password names a file of secrets/, which git does not take."""
    for file in FILES:
        for line in file.read_text("utf-8").splitlines():
            if "password" in line.lower() and not line.lstrip().startswith("#"):
                assert "/run/secrets/" in line or "secrets:" in line or "target:" in line, line
    ignored = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    assert {"secrets/", "/keys/", "/.env"} <= set(ignored), "what docs/containers.md has people make"


def test_secrets_are_made_once(tmp_path: Path) -> None:
    """Every secret that the files name is made, in a folder of its owner's; a second run changes nothing."""
    script = [sys.executable, str(ROOT / "deploy" / "make_secrets.py"), str(tmp_path / "secrets")]
    subprocess.run(script, check=True, capture_output=True)
    made = {path.name: path.read_bytes() for path in (tmp_path / "secrets").iterdir()}
    by_hand = {"kafka_ca", "kafka_keystore"}
    assert set(BASE["secrets"]) | set(TLS["secrets"]) - by_hand <= set(made)
    assert (tmp_path / "secrets").stat().st_mode & 0o077 == 0
    assert len({value for name, value in made.items() if name != "clickhouse_users.xml"}) == len(made) - 1
    subprocess.run(script, check=True, capture_output=True)
    assert {path.name: path.read_bytes() for path in (tmp_path / "secrets").iterdir()} == made


def test_the_example_stores_are_valid() -> None:
    """What a newcomer starts with is a stores file."""
    assert len(load_stores(ROOT / "deploy" / "config" / "stores.json")) == 2


def test_the_image_is_not_root_and_takes_no_tests() -> None:
    """A user of its own, a pinned base, and nothing in it but the wheel."""
    text = (ROOT / "Dockerfile").read_text("utf-8")
    assert "USER 10001:10001" in text
    assert all(":" in line.split()[1] for line in text.splitlines() if line.startswith("FROM"))
    assert {".git", "secrets", "keys", ".env", ".venv"} <= set(
        (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    )
