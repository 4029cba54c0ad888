"""The repository as its readers get it: the files that git tracks."""

from __future__ import annotations

import functools
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINKED = ("schemas", "ledger", "producers", "streams", "sinks", "dashboards")
"""The top-level folders that are imported through links in ``daybook/``."""


def tracked(*suffixes: str) -> list[Path]:
    """The tracked files, relative to the root, links left out; of the given suffixes only, if any are given.

    Skips the running test where this is no git checkout.
    """
    files = [Path(name) for name in _names()]
    here = [file for file in files if (ROOT / file).is_file() and not (ROOT / file).is_symlink()]
    return [file for file in here if not suffixes or file.suffix in suffixes]


@functools.cache
def _names() -> tuple[str, ...]:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("This is no git checkout: which files belong to the project cannot be told.")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return tuple(name for name in listed.stdout.split("\0") if name)
