from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.tree import LINKED, ROOT

LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_logo=True))"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with this project's contracts and empty folders."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "tests" / "support", tmp_path / "tests" / "support")
    (tmp_path / "tests" / "__init__.py").touch()
    for folder in LINKED:
        (tmp_path / "daybook" / folder).mkdir(parents=True)
        (tmp_path / "daybook" / folder / "__init__.py").touch()
    for module in ("__init__", "settings", "schemas/export"):
        (tmp_path / "daybook" / f"{module}.py").touch()
    (tmp_path / "daybook" / "schemas" / "export.py").write_text("import pathlib\n")
    return tmp_path


def lint(tree: Path) -> tuple[int, str]:
    """Import-linter's exit code and what it says about a tree."""
    command = [sys.executable, "-c", LINT]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_what_the_design_allows_is_kept(tree: Path) -> None:
    """The composition root may import every folder, and dashboards may import sinks."""
    (tree / "daybook" / "settings.py").write_text("".join(f"import daybook.{name}\n" for name in LINKED))
    (tree / "daybook" / "dashboards" / "page.py").write_text("import daybook.sinks\nimport daybook.ledger\n")
    code, said = lint(tree)
    assert (code, "0 broken" in said) == (0, True), said


@pytest.mark.parametrize(
    "module, statement",
    [
        ("schemas/a.py", "from daybook.ledger import x"),
        ("ledger/a.py", "import daybook.streams"),
        ("producers/a.py", "from daybook import ledger"),
        ("streams/a.py", "import daybook.sinks"),
        ("sinks/a.py", "import daybook.producers"),
        ("dashboards/a.py", "import daybook.streams"),
        ("ledger/a.py", "import daybook.settings"),
        ("sinks/a.py", "from daybook import settings"),
        ("ledger/a.py", "import asyncio"),
        ("ledger/a.py", "from time import time"),
        ("ledger/a.py", "import faust"),
        ("schemas/a.py", "import socket"),
        ("producers/a.py", "import faust"),
        ("producers/a.py", "import clickhouse_connect"),
    ],
)
def test_what_the_design_forbids_is_found(tree: Path, module: str, statement: str) -> None:
    """One forbidden import anywhere breaks a contract, and the report names the module that has it."""
    (tree / "daybook" / module).write_text(f"{statement}\n")
    code, said = lint(tree)
    assert code == 1, said
    assert f"daybook.{module.removesuffix('.py').replace('/', '.')}" in said
