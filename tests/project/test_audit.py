"""What CI makes of a dependency audit."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.tree import ROOT

CLEAN = {"name": "click", "version": "8.3.3", "vulns": []}
HOLE = {"name": "old", "version": "1.0", "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["1.1"]}]}
SKIPPED = {"name": "click", "skip_reason": "not found"}


@pytest.mark.parametrize(
    "dependencies, code, told",
    [
        ([CLEAN], 0, "1 packages held against known holes: 0 found"),
        ([CLEAN, HOLE], 1, "old 1.0: PYSEC-2026-1, mended in 1.1"),
        ([SKIPPED], 0, "skipped"),
        (None, 0, "skipped"),
    ],
)
def test_a_known_hole_ends_ci_and_silence_is_said(
    tmp_path: Path, dependencies: list[dict[str, Any]] | None, code: int, told: str
) -> None:
    """One with a hole by name; where nothing could be looked at, a sentence instead of a green nothing."""
    report = tmp_path / "audit.json"
    if dependencies is not None:
        report.write_text(json.dumps({"dependencies": dependencies}))
    command = [sys.executable, str(ROOT / ".ci" / "audited.py"), str(report)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert told in done.stdout
