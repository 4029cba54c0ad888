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
JOBS = {"topics", "migrations", "clickhouse-users"}


def environment(name: str, *, tls: bool) -> dict[str, str]:
    """What a service's process gets."""
    over = TLS["services"].get(name, {}) if tls else {}
    return {**SERVICES[name].get("environment", {}), **over.get("environment", {})}


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


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_each_service_is_bounded(name: str) -> None:
    """Pinned image, restart policy, memory limit, a look at its health, no new privileges, logs that end."""
    service = SERVICES[name]
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


def test_no_password_stands_in_a_file() -> None:
    """Whatever is called password names a file of secrets/, which git does not take."""
    for file in FILES:
        for line in file.read_text("utf-8").splitlines():
            if "password" in line.lower() and not line.lstrip().startswith("#"):
                assert "/run/secrets/" in line or "secrets:" in line or "target:" in line, line
    assert "secrets/" in (ROOT / ".gitignore").read_text("utf-8").splitlines()


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
    assert {".git", "secrets", ".venv"} <= set((ROOT / ".dockerignore").read_text("utf-8").splitlines())
