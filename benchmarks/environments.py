"""Environments of the peers, each its own: made under .bench/ at the first run, anew when pins change."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
FOLDER: Final = ROOT / ".bench"
PEERS: Final = ROOT / "benchmarks" / "peers"
_MINUTES: Final = 10


class MissingToolError(Exception):
    """A peer cannot be built here; the message says what is missing."""


def peer_python(name: str) -> Path:
    """The interpreter of a peer's own environment, Python 3.11: bytewax has no wheels for the newest.

    Raises:
        MissingToolError: there is no Python 3.11, or its packages could not be installed.
    """
    requirements = PEERS / f"requirements-{name}.txt"
    folder = FOLDER / f"{name}-{_digest(requirements)}"
    python = folder / "bin" / "python"
    if not folder.is_dir():
        draft = folder.with_name(f"{folder.name}.draft")
        shutil.rmtree(draft, ignore_errors=True)
        _run([_python311(), "-m", "venv", str(draft)])
        # A module and not a script, whose first line would name the draft's folder.
        pip = [
            str(draft / "bin" / "python"),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ]
        _run([*pip, "--requirement", str(requirements)])
        draft.rename(folder)
    return python


def streams_classpath() -> str:
    """The Java class path of the Kafka Streams peer, compiled if need be.

    Raises:
        MissingToolError: Java or Maven is missing, or the build failed.
    """
    project = PEERS / "kafka_streams"
    sources = sorted(project.rglob("*.java"))
    folder = FOLDER / f"kafka_streams-{_digest(project / 'pom.xml', *sources)}"
    if not folder.is_dir():
        draft = folder.with_name(f"{folder.name}.draft")
        shutil.rmtree(draft, ignore_errors=True)
        pom = str(project / "pom.xml")
        _run(["mvn", "--quiet", "--batch-mode", f"--file={pom}", f"-Dfolder={draft}", "package"])
        draft.rename(folder)
    return f"{folder}/*:{folder}/jars/*"


def _python311() -> str:
    running = "{}.{}".format(*sys.version_info)
    found = sys.executable if running == "3.11" else shutil.which("python3.11")
    if found is None:
        raise MissingToolError("the peers need python3.11")
    return found


def _digest(*files: Path) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_MINUTES * 60, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MissingToolError(f"{command[0]}: {error}") from error
    if done.returncode:
        raise MissingToolError(f"{' '.join(command)} failed:\n{(done.stdout + done.stderr)[-2000:]}")
