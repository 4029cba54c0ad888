"""The rewards page's own programme file."""

from __future__ import annotations

from daybook.ledger.board_measures import MEASURES
from daybook.ledger.rewards.checking import Known, problems
from daybook.schemas.rewards import RewardsFile
from tests.docs.pages import blocks
from tests.support.tree import ROOT


def test_the_pages_programmes_can_be_loaded() -> None:
    """The file on the page is valid, uses every way of giving, and fits what a watcher keeps in memory."""
    [text] = blocks(ROOT / "docs" / "rewards.md", "json")
    file = RewardsFile.model_validate_json(text)
    assert {programme.give.how for programme in file.programmes} == {
        "points",
        "ranking",
        "everyone",
        "streak",
        "best",
    }
    assert problems(file, Known(measures=MEASURES, teams=False, days=100)) == []
