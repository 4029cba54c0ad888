from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.tree import ROOT


def make(*arguments: str, folder: Path, path: str | None = None) -> subprocess.CompletedProcess[str]:
    """Runs make in a folder as a person would, not as a part of the make that may run these tests."""
    own = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYTHON", "ARGS"}
    environment = {name: value for name, value in os.environ.items() if name not in own}
    if path is not None:
        environment["PATH"] = path
    command = [shutil.which("make") or "make", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the Makefile and a project file, and no environment yet."""
    if shutil.which("make") is None:
        pytest.skip("There is no make.")
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "pyproject.toml").touch()
    return tmp_path


def program(folder: Path, name: str, script: str) -> Path:
    """A program in a folder of its own, written as a shell script."""
    made = folder / "bin" / name
    made.parent.mkdir(exist_ok=True)
    made.write_text(f"#!/bin/sh\n{script}\n")
    made.chmod(0o755)
    return made


def test_a_python_that_will_not_do_is_answered_in_one_sentence(folder: Path) -> None:
    """Without a Python of the right version and its venv module, make setup says so, and makes nothing."""
    program(folder, "python3", "exit 1")
    done = make("setup", folder=folder, path=str(folder / "bin"))
    assert done.returncode != 0
    said = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    assert len(said) == 1
    assert said[0].startswith("Daybook needs Python 3.11, 3.12 or 3.13")
    assert not (folder / ".venv").exists()


@pytest.mark.parametrize(("refused", "installer"), [("nothing", "uv"), ("uv", "pip")])
def test_setup_runs_once_and_again_when_the_project_file_changes(
    folder: Path, refused: str, installer: str
) -> None:
    """A second make setup does nothing; a changed pyproject.toml installs again; without uv, pip does."""
    calls = folder / "calls"
    stand_in = program(folder, "env-python", f'[ "$2" != {refused} ] || exit 1; echo "$@" >> {calls}')
    make_environment = f'mkdir -p "$3/bin"; cp {stand_in} "$3/bin/python"'
    python = program(folder, "fitting", f'case "$1" in -c) exit 0;; -m) {make_environment};; esac')

    def installs() -> list[str]:
        return [
            call.split()[1] for call in calls.read_text().splitlines() if "--editable .[demo,dev]" in call
        ]

    for _ in range(2):
        done = make("setup", f"PYTHON={python}", folder=folder)
        assert done.returncode == 0, done.stderr
        assert installs() == [installer]
    changed = (folder / ".venv" / ".installed").stat().st_mtime + 1
    os.utime(folder / "pyproject.toml", (changed, changed))
    make("setup", f"PYTHON={python}", folder=folder)
    assert installs() == [installer, installer]


@pytest.mark.parametrize("code", [1, 5])
def test_a_run_without_tests_is_a_failure(folder: Path, code: int) -> None:
    """Pytest's exit code 5, nothing collected, fails make test as a failed test does."""
    (folder / ".venv" / "bin").mkdir(parents=True)
    pytest_stand_in = folder / ".venv" / "bin" / "python"
    pytest_stand_in.write_text(f"#!/bin/sh\nexit {code}\n")
    pytest_stand_in.chmod(0o755)
    (folder / ".venv" / ".installed").touch()
    os.utime(folder / "pyproject.toml", (0, 0))
    assert make("test", folder=folder).returncode != 0
