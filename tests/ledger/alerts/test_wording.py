"""What alerts say and where their links lead, and what of it cannot be said."""

from __future__ import annotations

from pathlib import Path

import pytest

from daybook.ledger.alerts.checking import problems
from daybook.ledger.alerts.findings import Answer, Finding
from daybook.ledger.alerts.inhibiting import explains, inhibitor
from daybook.ledger.alerts.wording import links, summary, title
from daybook.ledger.expressions import parse_all
from daybook.schemas.alerts import Measured, Scope
from daybook.schemas.rules import LinkTemplates, RulesFile
from tests.ledger.alerts.world import ALL, NORTH, QUAYSIDE, TILL, TODAY, file_of, firing, rule

DEFAULTS = Path(__file__).parents[3] / "daybook" / "defaults" / "rules.json"


def test_an_alert_says_what_where_and_by_how_much() -> None:
    """Amounts are told exactly in their currency, with what is usual and where the rule fires."""
    measured = Measured(
        name="net", unit="minor units", value=-1_234_005, usual=7, level=600_000, clears_at=1, minutes=60
    )
    finding = Finding(Answer.FOUND, "below_usual", measured)
    assert title(rule("recent"), NORTH, finding) == "Region North (GBP) sells less than usual"
    assert title(rule("recent", title="Slow"), NORTH, finding) == "Slow: region North (GBP)"
    told = "Net in the last 60 minutes: GBP -12,340.05; usual: GBP 0.07; fires at GBP 6,000.00."
    assert summary(NORTH, finding) == told


def test_links_are_quoted_and_runbooks_of_rules_win() -> None:
    """Whatever a region is called, the address stays one; a template that gives none is left out."""
    odd = Scope(dimension=NORTH.dimension, key="N/&?", region="N/&?")
    templates = LinkTemplates(board="https://shop.example/?r={region}", acknowledge="{key}")
    with_runbook = rule("recent", runbook="https://shop.example/{what}")
    made = links(templates, "0" * 32, with_runbook, odd, TODAY)
    assert made.board == "https://shop.example/?r=N%2F%26%3F"
    assert made.acknowledge is None
    assert made.runbook == "https://shop.example/{what}"


@pytest.mark.parametrize(
    "file, words",
    [
        (
            file_of(rule("threshold", measure="kept / 2", below=1)),
            "rules.0 (threshold).measure: column 1: kept",
        ),
        (file_of(links=LinkTemplates(board="http://x/{shop}")), "links.board: {shop} is not known"),
        (file_of(links=LinkTemplates(board="http://x/{shop")), "links.board: "),
    ],
)
def test_what_cannot_be_made_is_told_with_its_place(file: RulesFile, words: str) -> None:
    """Expressions and links are checked when the file is read, not when an alert is due."""
    [problem] = problems(file, {})
    assert problem.startswith(words)


def test_custom_measures_are_known_to_rules() -> None:
    """A measure of one's own is a measure like any other."""
    assert problems(file_of(rule("threshold", measure="kept / 2", below=1)), parse_all({"kept": "net"})) == []


def test_the_rules_that_come_with_daybook_can_be_used() -> None:
    """They have the right form, and hold one rule at least of each kind but the fixed threshold."""
    file = RulesFile.model_validate_json(DEFAULTS.read_bytes())
    assert problems(file, {}) == []
    assert {each.kind for each in file.rules} == {
        "target", "recent", "silent", "spike", "feed", "data_missing", "receiver",
    }  # fmt: skip


@pytest.mark.parametrize(
    "source, scope, target, other, explained",
    [
        ("data_missing", ALL, "silent", QUAYSIDE, True),
        ("data_missing", NORTH, "recent", ALL, True),
        ("data_missing", NORTH, "silent", TILL, True),
        ("silent", QUAYSIDE, "recent", QUAYSIDE, True),
        ("silent", QUAYSIDE, "recent", NORTH, False),
        ("recent", NORTH, "recent", QUAYSIDE, True),
        ("target", NORTH, "recent", QUAYSIDE, True),
        ("recent", NORTH, "target", NORTH, True),
        ("recent", QUAYSIDE, "recent", NORTH, False),
        ("recent", NORTH, "silent", QUAYSIDE, False),
        ("recent", NORTH, "spike", QUAYSIDE, False),
        ("spike", NORTH, "recent", QUAYSIDE, False),
    ],
)
def test_who_explains_whom(source: str, scope: Scope, target: str, other: Scope, explained: bool) -> None:  # noqa: FBT001 - a table
    """Missing data before silence before shortfalls, a wider place before a narrower one."""
    assert explains(firing(of=rule(source), scope=scope), rule(target), other) is explained


@pytest.mark.parametrize(
    "value, usual, minutes, explained",
    [
        (
            4_000,
            8_000,
            60,
            False,
        ),
        (5_000, 10_000, 60, False),
        (7_000, 10_000, 60, True),
        (6_000, 19_000, 60, True),
        (4_000, 8_000, 30, True),
    ],
)
def test_a_shortfall_that_is_one_places_own_is_told_of_it(
    value: int,
    usual: int,
    minutes: int,
    explained: bool,  # noqa: FBT001 - a table
) -> None:
    """All are short below eight tenths; North is not explained by that where the rest is not short."""
    whole = Measured(name="orders", unit="count", value=14_000, usual=20_000, level=16_000, minutes=60)
    wide = firing(of=rule("recent"), scope=ALL).model_copy(update={"measured": whole})
    own = Measured(name="orders", unit="count", value=value, usual=usual, minutes=minutes)
    assert (inhibitor(rule("recent"), NORTH, [wide], (), own) is wide) is explained
