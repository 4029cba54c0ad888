from __future__ import annotations

import contextlib
import functools
import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.support.tree import LINKED, ROOT, tracked

SAMPLE = (
    "dashboards/board/page.html",
    "dashboards/board/page.js",
    "dashboards/queries/today.sql",
    "schemas/json/sale.completed.json",
    "sinks/migrations/0001_events.sql",
)
COMMANDS = {
    "": ("publish", "import", "mapping", "check", "spool", "simulate", "topics", "stop", "resume"),
    "worker": ("worker", "watcher"),
    "gateway": ("gateway", "keys", "shops", "shopify"),
}
"""Those that an extra alone has to be enough for."""
HEAVY = {"chdb", "clickhouse-connect", "confluent-kafka", "fastapi", "faust-streaming", "mode-streaming"}


def build(kind: str, tree: Path, target: Path) -> Path:
    """The wheel or the sdist of a tree, built as pip would build it."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(target)]
    subprocess.run(command, cwd=tree, check=True, capture_output=True, text=True)
    (built,) = target.iterdir()
    return built


def names(wheel: Path) -> set[str]:
    """What is in a wheel, without its own metadata; nothing may be in it twice."""
    with zipfile.ZipFile(wheel) as archive:
        listed = archive.namelist()
    assert len(listed) == len(set(listed))
    return {name for name in listed if not name.split("/")[0].endswith(".dist-info")}


def in_package(file: Path) -> str:
    """Where a file of the tree is found in the installed package."""
    return file.as_posix() if file.parts[0] == "daybook" else f"daybook/{file.as_posix()}"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this tree."""
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture
def sample_tree(tmp_path: Path) -> Path:
    """A tree with this project's frame, whose folders hold one file each of what is not Python."""
    tree = tmp_path / "tree"
    (tree / "daybook").mkdir(parents=True)
    for name in ("pyproject.toml", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, tree)
    (tree / "README.md").touch()
    (tree / "daybook" / "__init__.py").touch()
    for folder in LINKED:
        (tree / folder).mkdir()
        (tree / folder / "__init__.py").touch()
        (tree / "daybook" / folder).symlink_to(Path("..") / folder)
    for name in SAMPLE:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).touch()
    return tree


def test_daybook_is_the_only_name_that_is_installed(wheel: Path) -> None:
    """A shop may have a `schemas` of its own: the wheel brings one top-level name."""
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
    version = importlib.metadata.version("daybook")
    assert tops == {"daybook", f"daybook-{version}.dist-info"}


def test_all_that_is_tracked_in_the_folders_is_in_the_wheel(wheel: Path) -> None:
    """Every tracked file of daybook/ and of the linked folders is installed, data files too."""
    wanted = {in_package(file) for file in tracked() if file.parts[0] in {"daybook", *LINKED}}
    assert wanted - names(wheel) == set()


def test_data_files_travel_under_the_name_they_are_read_by(sample_tree: Path, tmp_path: Path) -> None:
    """SQL, HTML, JavaScript and JSON of the linked folders lie inside daybook/, each once."""
    code = {"daybook/__init__.py", *(f"daybook/{folder}/__init__.py" for folder in LINKED)}
    data = {f"daybook/{name}" for name in SAMPLE}
    assert names(build("wheel", sample_tree, tmp_path / "out")) == code | data


def test_a_wheel_made_from_the_sdist_is_the_same(wheel: Path, tmp_path: Path) -> None:
    """Who builds from the source archive, where no links are, installs the same files."""
    sdist = build("sdist", ROOT, tmp_path / "sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    (unpacked,) = (tmp_path / "unpacked").iterdir()
    assert names(build("wheel", unpacked, tmp_path / "wheel")) == names(wheel)


def test_the_installed_wheel_is_imported_under_its_one_name(wheel: Path, tmp_path: Path) -> None:
    """From the unpacked wheel every folder is importable as daybook.<folder>, and by no other name."""
    target = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    program = (
        "import importlib, importlib.util, sys\n"
        "folders = sys.argv[1:]\n"
        "print(*[importlib.import_module(f'daybook.{name}').__file__ for name in folders], sep='\\n')\n"
        "print([name for name in folders if importlib.util.find_spec(name)])\n"
    )
    lines = run_elsewhere(program, tmp_path, {"PYTHONPATH": str(target)})
    assert lines == [*(str(target / "daybook" / folder / "__init__.py") for folder in LINKED), "[]"]


def test_the_editable_install_brings_one_name_too(tmp_path: Path) -> None:
    """Here as well, `import ledger` fails and `import daybook.ledger` reads the file in the tree."""
    origin = json.loads(importlib.metadata.distribution("daybook").read_text("direct_url.json") or "{}")
    if not origin.get("dir_info", {}).get("editable"):
        pytest.skip("Daybook is not installed here from its tree (make setup does that).")
    program = (
        "import importlib.util, daybook.ledger, pathlib, sys\n"
        "print(pathlib.Path(daybook.ledger.__file__).resolve())\n"
        "print([name for name in (*sys.argv[1:], 'tests') if importlib.util.find_spec(name)])\n"
    )
    assert run_elsewhere(program, tmp_path, {}) == [str(ROOT / "ledger" / "__init__.py"), "[]"]


def test_publishing_needs_no_engine_and_no_faust() -> None:
    """The install without extras names neither Faust nor an engine nor what comes with them."""
    requirements = importlib.metadata.requires("daybook") or []
    base = {re.split(r"[^A-Za-z0-9._-]", line)[0] for line in requirements if "extra ==" not in line}
    assert {"aiokafka", "pydantic"} <= base
    assert base & HEAVY == set()


@functools.cache
def installed() -> dict[str, list[str]]:
    """What is installed, by top-level module."""
    return {name: list(owners) for name, owners in importlib.metadata.packages_distributions().items()}


def modules(extras: set[str]) -> set[str]:
    """Top-level modules of all that comes along without an extra, and with each of some."""
    needed: set[str] = set()
    wanted = [("daybook", extras)]
    while wanted:
        name, of = wanted.pop()
        for line in importlib.metadata.requires(name) or []:
            marker = re.search(r"extra == ['\"](\w+)", line)
            required = re.split(r"[^A-Za-z0-9._-]", line)[0].lower()
            if (marker is None or marker.group(1) in of) and required not in needed | {"daybook"}:
                needed.add(required)
                with contextlib.suppress(importlib.metadata.PackageNotFoundError):
                    importlib.metadata.requires(required)
                    wanted.append((required, set()))
    return {name for name, owners in installed().items() if needed & {owner.lower() for owner in owners}}


@pytest.mark.parametrize("extra", COMMANDS)
def test_a_command_needs_no_more_than_its_extra(extra: str, tmp_path: Path) -> None:
    """Where only that is installed, its commands are loaded; a till that publishes needs no engine."""
    every = set(importlib.metadata.metadata("daybook").get_all("Provides-Extra") or [])
    missing = modules(every) - modules({extra})
    assert "chdb" in missing
    program = (
        f"import sys; sys.modules.update(dict.fromkeys({sorted(missing)!r}))\n"
        "import click\nfrom daybook.cli.main import main\n"
        f"for name in {COMMANDS[extra]!r}:\n"
        "    print(main.get_command(click.Context(main), name).short_help or '')\n"
    )
    assert run_elsewhere(program, tmp_path, {}) == [""] * len(COMMANDS[extra])


def test_every_requirement_is_pinned_by_version() -> None:
    """Each requirement states the versions it is known to work with, and none comes from an address."""
    requirements = [line.split(";")[0].strip() for line in importlib.metadata.requires("daybook") or []]
    ours = [line for line in requirements if not line.startswith("daybook[")]
    assert [line for line in ours if not re.search(r"[<>=~]=?\s*\d", line) or "@" in line] == []


def run_elsewhere(program: str, folder: Path, environment: dict[str, str]) -> list[str]:
    """What a program prints when it runs in this environment, but with nothing of the tree on its path."""
    command = [sys.executable, "-P", "-c", program, *LINKED]
    environment = {"PATH": "/usr/bin:/bin", **environment}
    done = subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True)
    return done.stdout.splitlines()
