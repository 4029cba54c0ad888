"""Installs and uses Daybook by pasting docs/install.md into a shell, from a fresh clone with an empty home.

``make newcomer``; not part of the tests, for it installs packages and takes minutes. The page's last part
says what it stands in for. All that the page shows is run, in order; the first command that fails ends it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from tests.docs.pages import blocks
from tests.support.clickhouse import ClickHouseServer, shared_folder
from tests.support.kafka.jars import fetch_jars
from tests.support.ports import free_port
from tests.support.tree import ROOT

PAGE: Final = ROOT / "docs" / "install.md"
PATIENCE: Final = 400.0
"""Seconds that anything may take which the page says comes after a while."""
_PORTS: Final = ("9092", "9093", "19092", "19093", "8123", "8400", "8401")
_PLACES: Final = re.compile(r"(?<![\w./-])(/etc|/opt|/var/lib|/var/log)(?=/)")
_SHOWN_AGAIN: Final = ("daybook doctor", "daybook totals", "daybook alerts list")
"""Blocks that the page says to look at until what they show has come."""
_STAND_INS: Final = {
    "sudo": 'while [ "${1#-}" != "$1" ]; do [ "$1" = -u ] && shift; shift; done; exec "$@"',
    "apt-get": "true",
    "useradd": 'for last; do :; done; mkdir -p "$NEWCOMER/var/lib/$last"',
    "tar": "true",
    "install": """kept=()
while [ $# -gt 0 ]; do if [ "$1" = -o ]; then shift; else kept+=("$1"); fi; shift; done
exec /usr/bin/install "${kept[@]}\"""",
    "systemctl": 'echo "$@" >>"$NEWCOMER/units"',
}
_KAFKA: Final = {
    "kafka-storage.sh": "kafka.tools.StorageTool",
    "kafka-server-start.sh": "kafka.Kafka",
}


class Machine:
    """A folder that stands for a machine: its places, its shell and its units."""

    def __init__(self, folder: Path, clickhouse: ClickHouseServer) -> None:
        self.folder = folder
        self.ports = {port: str(free_port()) for port in _PORTS} | {"8123": str(clickhouse.port)}
        self.clickhouse = clickhouse
        self._units: list[subprocess.Popen[bytes]] = []
        self._looked = 0
        for place in ("etc/systemd/system", "opt/kafka/bin", "var/lib", "var/log", "bin", "home"):
            (folder / place).mkdir(parents=True)
        for name, body in _STAND_INS.items():
            self._program(folder / "bin" / name, body)
        for name, main in _KAFKA.items():
            java = f'exec java $KAFKA_HEAP_OPTS -cp "{fetch_jars()}/*" {main} "$@"'
            self._program(folder / "opt" / "kafka" / "bin" / name, java)
        self.environment = {
            "NEWCOMER": str(folder),
            "HOME": str(folder / "home"),
            "PATH": f"{folder}/bin:{Path(sys.base_prefix) / 'bin'}:/usr/bin:/bin",
            "LANG": "C.UTF-8",
        }
        self._shell = subprocess.Popen(
            ["bash"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self.environment,
            cwd=folder,
            text=True,
        )

    def placed(self, text: str) -> str:
        """A text of the page or of a file, with the places and ports of this machine."""
        moved = _PLACES.sub(lambda found: f"{self.folder}{found.group(1)}", text)
        return re.sub(rf"\b({'|'.join(_PORTS)})\b", lambda found: self.ports[found.group(1)], moved)

    @property
    def elsewhere(self) -> str:
        """What the settings file says besides, for other ports than those that need not be said."""
        bootstrap = f'kafka_bootstrap = "127.0.0.1:{self.ports["9092"]}"'
        return f"{bootstrap}\ngateway_port = {self.ports['8400']}\nclickhouse_url = "

    def paste(self, block: str) -> tuple[bool, str]:
        """Whether every command of a block was done and well, and what it showed; then units are started."""
        assert self._shell.stdin is not None
        assert self._shell.stdout is not None
        say("\n".join(f"    $ {line}" for line in block.splitlines()))
        begin, end = "trap 'FAILED=1' ERR; FAILED=0", "printf '\\n@@%s\\n' \"$FAILED\""
        self._shell.stdin.write(f"{begin}\n{self.placed(block)}\n{end}\n")
        self._shell.stdin.flush()
        shown = []
        for line in self._shell.stdout:
            if line.startswith("@@"):
                break
            shown.append(line)
        told = "".join(shown).rstrip()
        say(told)
        self._start_units()
        return line == "@@0\n", told

    def end(self) -> None:
        """End all that was started here."""
        self._shell.terminate()
        for unit in reversed(self._units):
            unit.terminate()
        for unit in self._units:
            unit.wait(60)

    def _program(self, path: Path, body: str) -> None:
        path.write_text(f"#!/bin/bash\n{body}\n")
        path.chmod(0o755)

    def _start_units(self) -> None:
        log = self.folder / "units"
        lines = log.read_text().splitlines() if log.exists() else []
        for line in lines[self._looked :]:
            for name in line.split()[2:]:
                self._start(name.removesuffix(".service"))
        self._looked = len(lines)

    def _start(self, name: str) -> None:
        if name == "clickhouse-server":
            self.clickhouse.start()
            return
        units = self.folder / "etc" / "systemd" / "system"
        if name.endswith(".target"):
            for wanted in _entries(units / name, "Wants"):
                for each in wanted.split():
                    self._start(each.removesuffix(".service"))
            return
        template, _, instance = name.partition("@")
        unit = units / (f"{template}@.service" if instance else f"{template}.service")
        commands = _entries(unit, "ExecStart")
        for file in sorted((units / f"{name}.service.d").glob("*.conf")):
            commands += _entries(file, "ExecStart")
        command = self.placed(commands[-1]).replace("%i", instance)
        given = " ".join(_entries(unit, "Environment")).replace('"', "'")
        extra = f" --port {self.ports['8401']}" if instance == "board" else ""
        with (self.folder / f"{name}.log").open("ab") as out:
            self._units.append(
                subprocess.Popen(
                    ["bash", "-c", f"{_exported(self.placed(given))} exec {command}{extra}"],
                    env=self.environment,
                    stdout=out,
                    stderr=out,
                )
            )


def _exported(given: str) -> str:
    """``Environment=`` of a unit as a shell says it."""
    pairs = re.findall(r"'([^']+)'|(\S+)", given)
    texts = [quoted or plain for quoted, plain in pairs]
    return " ".join(f"{name}='{value}'" for name, _, value in (text.partition("=") for text in texts))


def _entries(unit: Path, key: str) -> list[str]:
    return re.findall(rf"^{key}=(.+)$", unit.read_text("utf-8"), re.MULTILINE)


def say(text: str) -> None:
    """To whoever watches."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def clone(machine: Machine) -> Path:
    """A fresh clone, in which the files that are installed name this machine's places and ports."""
    made = machine.folder / "source"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(made)], check=True)
    shutil.copy2(PAGE, made / "docs" / "install.md")
    for name in (
        "kafka/server.local.properties",
        "systemd/daybook-kafka.service",
        "systemd/daybook@.service",
        "systemd/daybook@signals.service.d/worker.conf",
    ):
        file = made / "deploy" / name
        file.write_text(machine.placed(file.read_text("utf-8")))
    return made


def until(look: Callable[[], tuple[bool, str]], what: str) -> str:
    """Look until it is so; what was shown then."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        done, shown = look()
        if done:
            return shown
        time.sleep(5)
    raise SystemExit(f"Not within {PATIENCE:g} s: {what}")


def expected(block: str, machine: Machine) -> Callable[[], tuple[bool, str]]:
    """A look at a block; of those that the page shows for a while, whether what is to come has come."""

    def look() -> tuple[bool, str]:
        done, shown = machine.paste(block)
        if block.startswith("daybook totals"):
            return done and "40.99" in shown, shown
        if block.startswith("daybook alerts list"):
            return done and "firing" in shown, shown
        return done, shown

    return look


def main() -> None:
    """From nothing to a backup that was restored."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="newcomer-")))
        clickhouse = ClickHouseServer(folder / "clickhouse", shared_folder() / "tools" / "clickhouse_http.py")
        stack.callback(clickhouse.stop)
        machine = Machine(folder, clickhouse)
        stack.callback(machine.end)
        machine.paste(f"cd {clone(machine)}")
        key, last = "", ""
        for block in blocks(PAGE, "sh"):
            if block.strip() == "sudo -u daybook -i":
                continue  # it is one user here
            pasted = block.replace("KEY=dbk_...", f"KEY={key}").replace(
                "clickhouse_url = ", machine.elsewhere
            )
            if block.startswith(_SHOWN_AGAIN):
                last = until(expected(pasted, machine), block)
                continue
            done, last = machine.paste(pasted)
            if not done:
                raise SystemExit(f"This does not work as docs/install.md says:\n{block}\n{logs(machine)}")
            key = next(iter(re.findall(r"dbk_[\w-]+", last)), key)
        assert "40.99" in last, "the restored totals are those of before"
        say("Installed, sold by till and webhook, alerted, looked into, backed up and restored.")


def logs(machine: Machine) -> str:
    """The ends of what the units have said."""
    return "\n".join(f"--- {log.name}\n{log.read_text()[-1500:]}" for log in machine.folder.glob("*.log"))


if __name__ == "__main__":
    os.umask(0o022)
    main()
