from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from daybook.dashboards.grafana.build import FOLDER, documents

VERSIONS = ("@grafana/schema@~12.2.0", "typescript@~5.8.0")
KEPT = Path(__file__).parents[2] / "test-results" / "grafana-schema"
"""Packages stay here from run to run; nothing of it is committed."""
# Grafana's types name strings by enums; a JSON file has the strings themselves.
LOOSE = """
import type { Dashboard } from '@grafana/schema';
type Loose<T> = T extends string ? `${T}`
  : T extends number | boolean | null | undefined | Function ? T
  : T extends Array<infer E> ? Array<Loose<E>>
  : T extends object ? { [K in keyof T]: Loose<T[K]> } : T;
"""


@pytest.fixture(scope="module")
def compiler() -> Path:
    """TypeScript's compiler beside Grafana's types; skips where there is no node, npm or package."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("Grafana's types are for TypeScript: node and npm are not installed.")
    found = KEPT / "node_modules" / ".bin" / "tsc"
    if not found.exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        (KEPT / "package.json").write_text("{}")
        command = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--silent", *VERSIONS]
        done = subprocess.run(command, cwd=KEPT, capture_output=True, timeout=100, check=False)
        if done.returncode or not found.exists():
            pytest.skip("npm could not install @grafana/schema and typescript.")
    return found


@pytest.mark.timeout(600)
def test_boards_are_what_grafanas_own_types_say(compiler: Path) -> None:
    """Every board is a Dashboard of @grafana/schema, and one with a slip in it is not."""
    boards = documents()
    slip = json.loads(json.dumps(boards["today"]))
    slip["panels"][0]["gridPos"]["w"] = "wide"
    lines = [
        f"export const {name}: Loose<Dashboard> = {json.dumps(board)};" for name, board in boards.items()
    ]
    # The compiler fails where what it is told to expect, an error in the next line, is not there.
    lines += ["// @ts-expect-error", f"export const slip: Loose<Dashboard> = {json.dumps(slip)};"]
    file = KEPT / "boards.ts"
    file.write_text(LOOSE + "\n".join(lines))
    options = ["--noEmit", "--strict", "--skipLibCheck", "--moduleResolution", "bundler"]
    command = [str(compiler), *options, "--module", "esnext", "--target", "es2022", str(file)]
    done = subprocess.run(command, cwd=KEPT, capture_output=True, text=True, timeout=550, check=False)
    assert done.returncode == 0, done.stdout[:4000]
    assert len(boards) == len(list(FOLDER.glob("*.json")))
