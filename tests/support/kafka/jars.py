"""Kafka's jars: fetched once with Maven into the user's cache, outside the tree."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

_POM = Path(__file__).with_name("pom.xml")
_MINUTES = 10


def programs_missing() -> str | None:
    """What this machine lacks for a broker of its own, as a sentence, or ``None``."""
    if shutil.which("java") is None:
        return "Kafka needs Java 17 or newer (on Debian: apt install default-jre-headless maven)."
    if cached_jars() is None and shutil.which("mvn") is None:
        return "Kafka is fetched with Maven, and mvn is not there (on Debian: apt install maven)."
    return None


def cached_jars() -> Path | None:
    """The folder of jars, if they were fetched before."""
    folder = _folder()
    return folder if folder.is_dir() else None


def fetch_jars() -> Path:
    """The folder of jars, fetched now if need be.

    Raises:
        RuntimeError: If Maven fails; the message carries what it said.
    """
    if found := cached_jars():
        return found
    folder = _folder()
    folder.parent.mkdir(parents=True, exist_ok=True)
    fetched = Path(tempfile.mkdtemp(prefix="fetching-", dir=folder.parent))
    try:
        _copy_dependencies(fetched)
        # Complete or not there: whoever sees the folder may use it. Another run may have been quicker.
        if not folder.is_dir():
            fetched.rename(folder)
    finally:
        shutil.rmtree(fetched, ignore_errors=True)
    return folder


def _folder() -> Path:
    """Named after the pom's content, so that another version is another folder."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    digest = hashlib.sha256(_POM.read_bytes()).hexdigest()[:12]
    return cache / "daybook" / f"kafka-{digest}"


def _copy_dependencies(target: Path) -> None:
    command = ["mvn", "--quiet", "--batch-mode", "--file", str(_POM), "dependency:copy-dependencies"]
    options = [f"-DoutputDirectory={target}", "-DincludeScope=runtime"]
    try:
        done = subprocess.run(
            [*command, *options], capture_output=True, text=True, timeout=_MINUTES * 60, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        msg = f"Maven could not fetch Kafka: {error}"
        raise RuntimeError(msg) from error
    if done.returncode != 0:
        said = "\n".join((done.stdout + done.stderr).splitlines()[-15:])
        msg = f"Maven could not fetch Kafka:\n{said}"
        raise RuntimeError(msg)
