from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest

from tests.support.kafka.broker import Node, server_properties
from tests.support.kafka.jars import cached_jars, fetch_jars
from tests.support.ports import free_port
from tests.support.process import ServerProcess

SLEEPER = "import time; print('serving', flush=True); time.sleep(60)"


def server(folder: Path, program: str) -> ServerProcess:
    """A server that is a line of Python."""
    return ServerProcess("Sleeper", [sys.executable, "-c", program], log=folder / "log")


def test_a_server_that_ends_by_itself_shows_its_log(tmp_path: Path) -> None:
    """Whoever waits for a server that died reads why, and no process stays behind."""
    process = server(tmp_path, "raise SystemExit('the port is taken')")
    with pytest.raises(RuntimeError, match=r"(?s)ended by itself.*the port is taken"):
        process.start(lambda: False, seconds=60)
    assert not process.running


def test_a_server_that_never_answers_is_ended(tmp_path: Path) -> None:
    """A server that does not get ready in time is an error with its log, and does not run on."""
    process = server(tmp_path, SLEEPER)
    with pytest.raises(RuntimeError, match="not ready"):
        process.start(lambda: False, seconds=0)
    assert not process.running


def test_a_server_is_not_started_twice(tmp_path: Path) -> None:
    """A second start of a running server is an error, and the first goes on."""
    process = server(tmp_path, SLEEPER)
    process.start(lambda: True, seconds=60)
    try:
        pid = process.pid
        with pytest.raises(RuntimeError, match="runs already"):
            process.start(lambda: True, seconds=60)
        assert process.pid == pid
    finally:
        process.kill()
    with pytest.raises(RuntimeError, match="does not run"):
        _ = process.pid


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_a_stopped_server_is_gone(tmp_path: Path, end: str) -> None:
    """After stop and after kill the process is gone from the system, and a second call does nothing."""
    process = server(tmp_path, SLEEPER)
    process.start(lambda: "serving" in process.log.read_text(), seconds=60)
    pid = process.pid
    getattr(process, end)()
    getattr(process, end)()
    assert not process.running
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_ports_stay_out_of_the_way_of_outgoing_connections() -> None:
    """The port is free and lies below the range that the system takes for connections to others."""
    port = free_port()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", port))
    limits = Path("/proc/sys/net/ipv4/ip_local_port_range")
    lowest = int(limits.read_text().split()[0]) if limits.exists() else 32_768
    assert port < lowest


def test_a_fetch_that_fails_leaves_no_half_a_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Maven says when it fails is passed on, and the jars that came do not count as Kafka."""
    maven = tmp_path / "mvn"
    maven.write_text(
        "#!/bin/sh\n"
        'for option; do case "$option" in -DoutputDirectory=*) : > "${option#*=}/half.jar";; esac; done\n'
        "echo 'no route to host'; exit 1\n"
    )
    maven.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with pytest.raises(RuntimeError, match="no route to host"):
        fetch_jars()
    assert cached_jars() is None
    assert list((tmp_path / "cache" / "daybook").iterdir()) == []


def test_the_nodes_of_a_cluster_know_each_other() -> None:
    """Each of several nodes lists all controllers, and listens on its own ports, on loopback alone."""
    nodes = (Node(1, 20_001, 20_002), Node(2, 20_003, 20_004))
    first, second = (server_properties(node, nodes, Path("data")) for node in nodes)
    voters = "1@127.0.0.1:20002,2@127.0.0.1:20004"
    assert first["controller.quorum.voters"] == second["controller.quorum.voters"] == voters
    assert second["listeners"] == "PLAINTEXT://127.0.0.1:20003,CONTROLLER://127.0.0.1:20004"
