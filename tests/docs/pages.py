"""The pages people read, taken apart: code blocks, links, headings."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Final, NamedTuple

from tests.support.tree import ROOT

_BLOCK: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SHELLS: Final = re.compile(r"\d?>|[&|]|\|\|")
"""What the shell takes for itself: a redirection, a pipe, the background."""
_INLINE: Final = re.compile(r"`(daybook [^`]+)`")
_LINK: Final = re.compile(r"(!?)\[[^\]]*\]\(([^)\s]+)\)")
_HEADING: Final = re.compile(r"^#+ (.+)$", re.MULTILINE)


class Link(NamedTuple):
    """A link or a picture on a page; ``anchor`` is empty without one."""

    page: Path
    picture: bool
    target: str
    anchor: str


def pages() -> list[Path]:
    """README, changelog, and all of docs/."""
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(page: Path, language: str) -> list[str]:
    """The page's code blocks in a language."""
    return [body for found, body in _BLOCK.findall(page.read_text("utf-8")) if found == language]


def copied_commands(page: Path) -> Iterator[list[str]]:
    """The words of every ``daybook`` command line in the page's shell blocks."""
    for body in blocks(page, "sh"):
        for line in body.replace("\\\n", " ").splitlines():
            if line.startswith("daybook "):
                words = shlex.split(line, comments=True)[1:]
                yield [*takewhile(lambda word: not _SHELLS.match(word), words)]


def named_commands(page: Path) -> Iterator[list[str]]:
    """The words of every ``daybook`` command that the page's text names between backticks."""
    for text in _INLINE.findall(_prose(page)):
        yield shlex.split(text)[1:]


def links(page: Path) -> Iterator[Link]:
    """The page's links into this repository; those to the web are left out."""
    for mark, where in _LINK.findall(_prose(page)):
        if "://" not in where:
            target, _, anchor = where.partition("#")
            yield Link(page, mark == "!", target, anchor)


def anchors(page: Path) -> set[str]:
    """The anchors of the page's headings, as they are made by those who show it."""
    kept = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(_prose(page)))
    return {heading.strip().replace(" ", "-") for heading in kept}


def _prose(page: Path) -> str:
    return _BLOCK.sub("", page.read_text("utf-8"))
