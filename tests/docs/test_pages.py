from __future__ import annotations

import re
import subprocess
from pathlib import Path

import click
import orjson
import pytest

from daybook.cli.main import main
from daybook.schemas.codec import REPLAYABLE, Reason
from daybook.schemas.stores import StoresFile
from daybook.settings import Settings
from daybook.settings_loading import NOT_OURS
from tests.docs.pages import anchors, blocks, copied_commands, links, named_commands, pages
from tests.support.tree import ROOT

DOCS = ROOT / "docs"


def problem_with(words: list[str]) -> str | None:
    """Why the words are no command of ours, or None."""
    command: click.Command = main
    context = click.Context(main)
    rest = list(words)
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        found = command.get_command(context, rest[0])
        if found is None:
            return f"no command {rest[0]}"
        command, rest = found, rest[1:]
    known = {name for option in command.params for name in (*option.opts, *option.secondary_opts)}
    unknown = [word for word in rest if word.startswith("--") and word.partition("=")[0] not in known]
    return f"{' '.join(words)}: no option {unknown[0]}" if unknown else None


def why_not_parsed(words: list[str]) -> str | None:
    """What click says to the whole command line, values included; nothing is run."""
    command: click.Command = main
    context = click.Context(main)
    rest = list(words)
    while isinstance(command, click.Group):
        found = command.get_command(context, rest[0])
        assert found is not None
        command, rest = found, rest[1:]
    try:
        command.make_context(words[0], rest, resilient_parsing=False).close()
    except click.ClickException as error:
        return f"{' '.join(words)}: {error.format_message()}"
    return None


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_command_on_a_page_exists(page: Path) -> None:
    """Each ``daybook ...`` names a command that there is, with options that it takes."""
    found = [*copied_commands(page), *named_commands(page)]
    assert [problem for words in found if (problem := problem_with(words))] == []


def test_command_lines_to_copy_are_complete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Command lines in shell blocks parse with all their values and arguments."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secrets").mkdir()  # what `make secrets` leaves
    copied = [words for page in pages() for words in copied_commands(page)]
    assert len(copied) > 12
    assert [problem for words in copied if (problem := why_not_parsed(words))] == []


@pytest.mark.parametrize("words", [["demo", "--no-such-option"], ["leaderboards"], ["keys", "forge"]])
def test_a_command_that_is_not_there_would_be_found(words: list[str]) -> None:
    """The check above can fail."""
    assert problem_with(words) is not None


def test_links_lead_somewhere() -> None:
    """Every link within the repository leads to a file or folder, and to a heading in it if it names one."""
    broken = []
    for link in (link for page in pages() for link in links(page)):
        target = (link.page.parent / link.target).resolve() if link.target else link.page
        missing = link.anchor and link.anchor not in anchors(target)
        if not target.exists() or missing:
            broken.append(f"{link.page.relative_to(ROOT)}: {link.target}#{link.anchor}")
    assert broken == []


def test_pictures_are_pictures() -> None:
    """Every picture on a page is a PNG file."""
    shown = [
        (link.page.parent / link.target).resolve() for page in pages() for link in links(page) if link.picture
    ]
    assert len(shown) >= 2
    assert [path.name for path in shown if path.read_bytes()[:8] != b"\x89PNG\r\n\x1a\n"] == []


def test_every_page_can_be_reached() -> None:
    """From the README one comes by links to every page of docs/."""
    reached, waiting = set[Path](), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        found = {(page.parent / link.target).resolve() for link in links(page) if link.target.endswith(".md")}
        waiting += found - reached
    assert set(pages()) - reached == set()


def test_the_stores_file_shown_is_valid() -> None:
    """The JSON documents of the runbook are stores files as the worker reads them."""
    shown = blocks(DOCS / "runbook.md", "json")
    assert len(shown) == 1
    StoresFile.model_validate_json(shown[0])


def test_all_reasons_of_dead_letters_are_listed() -> None:
    """The definitions list every reason code, and which can be replayed."""
    section = (DOCS / "definitions.md").read_text("utf-8").partition("## What an event can become")[2]
    section = section.partition("\n## ")[0]
    told, _, replayed = section.partition("Five may pass with time")
    assert set(re.findall(r"`(\w+)`", told)) == {reason.value for reason in Reason}
    assert set(re.findall(r"`(\w+)`", replayed)) == {reason.value for reason in REPLAYABLE}


def test_settings_that_pages_name_exist() -> None:
    """Each DAYBOOK_ variable on a page is a setting, or the tests' own."""
    known = {f"DAYBOOK_{name.upper()}" for name in Settings.model_fields} | NOT_OURS
    named = {
        name for page in pages() for name in re.findall(r"DAYBOOK_[A-Z_]*[A-Z]", page.read_text("utf-8"))
    }
    assert named - known == set()


def test_folders_that_pages_name_exist() -> None:
    """Each folder of the project between backticks is there."""
    named = {name for page in pages() for name in re.findall(r"`((?:[a-z]+/)+)`", page.read_text("utf-8"))}
    assert len(named) > 8
    assert [name for name in sorted(named) if not (ROOT / name).is_dir()] == []


def test_make_targets_that_pages_name_exist() -> None:
    """Each ``make ...`` on a page is a target of the Makefile."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    named = {
        name
        for page in pages()
        for name in re.findall(r"(?:`|^)make ([\w-]+)", page.read_text("utf-8"), re.MULTILINE)
    }
    assert {"demo", "test"} <= named
    assert [name for name in sorted(named) if f"\n{name}:" not in makefile] == []


def test_json_in_the_readme_is_json() -> None:
    """What the first sale's command sends is one JSON object once the shell has put the time in."""
    body = first_sale("2026-11-24T10:00:00Z")
    assert orjson.loads(body)["type"] == "sale.completed"


def first_sale(time: str) -> bytes:
    """The body that the README's curl command sends at a time."""
    (block,) = [body for body in blocks(ROOT / "README.md", "sh") if "curl" in body]
    body = block.partition("-d '")[2].rpartition("'")[0]
    return re.sub(r"'\$\(date [^)]*\)'", time, body).encode()


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_shell_blocks_are_read_by_a_shell(page: Path) -> None:
    """Quotes, here-documents and brackets are whole in everything that is there to be pasted."""
    for block in blocks(page, "sh"):
        done = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), block
