from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.tree import LINKED, ROOT, tracked

# Written so that this file does not match itself; the namespace of a pom.xml is a name, not an address.
MACHINE_PATH = re.compile(r"(^|[^A-Za-z0-9._~-])/(work|farm|root|home/[a-z]+|Users/[A-Za-z]+|opt/wheels)/")
REGISTRY = re.compile(
    r"(pypi|pythonhosted|npmjs|yarnpkg|repo1?[.]maven|maven[.]apache)[.](org|com)/(?!POM)"
    r"|[i]ndex-url|[f]ind-links|[\"']?registry[\"']?\s*[=:]\s*[\"']?https?:|https?://\S+[.]whl"
)
MAX_LINES = 300
MAX_FUNCTION_LINES = 60
# Clocks that come with datetime, and I/O that needs no import: import-linter cannot see these.
IMPURE = {"now", "today", "utcnow", "open", "read_text", "read_bytes", "write_text", "write_bytes", "input"}


def lines_matching(pattern: re.Pattern[str]) -> list[str]:
    """The tracked lines in which the pattern is found, with file and number."""
    return [
        f"{file}:{number}: {line.strip()[:120]}"
        for file in tracked()
        for number, line in enumerate((ROOT / file).read_text(errors="replace").splitlines(), 1)
        if pattern.search(line)
    ]


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """All functions and methods of a file."""
    for node in ast.walk(ast.parse((ROOT / file).read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def is_test(file: Path, name: str) -> bool:
    """Whether pytest takes the function for a test."""
    return file.parts[0] == "tests" and file.name.startswith("test_") and name.startswith("test")


def test_no_file_carries_a_path_of_one_machine() -> None:
    """What works on one machine only because of where its files lie is nowhere in the tree."""
    assert lines_matching(MACHINE_PATH) == []


def test_no_file_carries_a_registry_address() -> None:
    """Packages are pinned by version; where they come from is each machine's own affair."""
    assert lines_matching(REGISTRY) == []


@pytest.mark.parametrize(
    "line",
    [
        f"cd /{'work'}/daybook",
        f'"{"resolved"}": "https://registry.{"npmjs"}.org/left-pad"',
        f"--{'index'}-url https://example.test/simple",
        f"https://files.{'pythonhosted'}.org/packages/x",
    ],
)
def test_the_patterns_find_what_they_are_for(line: str) -> None:
    """A machine's path and a registry's address would be found if they were there."""
    assert MACHINE_PATH.search(line) or REGISTRY.search(line)


def test_every_test_says_in_one_sentence_what_it_shows() -> None:
    """Each test function has a docstring of one sentence."""
    silent = [
        f"{file}:{function.lineno} {function.name}"
        for file in tracked(".py")
        for function in functions(file)
        if is_test(file, function.name) and not (ast.get_docstring(function) or "").rstrip().endswith(".")
    ]
    assert silent == []


def test_no_module_is_too_long_to_read() -> None:
    """A module of more than 300 lines is two things that share a room."""
    lengths = {str(file): len((ROOT / file).read_text().splitlines()) for file in tracked(".py")}
    assert {file: length for file, length in lengths.items() if length > MAX_LINES} == {}


def test_no_function_is_too_long_for_the_eye() -> None:
    """A function of more than 60 lines does more than one thing."""
    lengths = {
        f"{file} {function.name}": (function.end_lineno or 0) - function.lineno + 1
        for file in tracked(".py")
        for function in functions(file)
    }
    assert {name: length for name, length in lengths.items() if length > MAX_FUNCTION_LINES} == {}


def test_the_rules_ask_no_clock_and_touch_no_file() -> None:
    """Nothing in ledger/ asks what time it is or reads a file: time and data are handed in."""
    calls = [
        f"{file}:{node.lineno} {name}"
        for file in tracked(".py")
        if file.parts[0] == "ledger"
        for node in ast.walk(ast.parse((ROOT / file).read_text()))
        if isinstance(node, ast.Call) and (name := ast.unparse(node.func)).split(".")[-1] in IMPURE
    ]
    assert calls == []


@pytest.mark.parametrize("folder", LINKED)
def test_each_folder_is_a_link_and_a_package(folder: str) -> None:
    """The link is relative, so that it holds in every clone, and the folder says in one line what it is."""
    link = ROOT / "daybook" / folder
    assert link.readlink() == Path("..") / folder
    docstring = ast.get_docstring(ast.parse((ROOT / folder / "__init__.py").read_text()))
    assert docstring is not None
    assert "\n" not in docstring
