"""Whatever the OpenAPI document allows is answered as it says, and never with an error of ours.

``DAYBOOK_FUZZ_EXAMPLES=5000`` makes the run as long as one likes.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.tree import ROOT


@pytest.mark.timeout(300)
@pytest.mark.parametrize("part", ["gateway", "hooks"])
def test_generated_requests_are_answered_as_the_document_says(part: str) -> None:
    """Valid and damaged ones, of every operation, in a pytest of their own."""
    file = ROOT / "tests" / "producers" / part / "generated.py"
    # Without the options of the project, which keep the generator out.
    command = [sys.executable, "-m", "pytest", "-q", "-o", "addopts=--import-mode=importlib", "--timeout=280"]
    done = subprocess.run([*command, str(file)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
