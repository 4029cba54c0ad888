"""The rewards page's own programme file."""

from __future__ import annotations

from daybook.ledger.board_measures import MEASURES
from daybook.ledger.rewards.checking import Known, problems
from daybook.ledger.signals.boards import SIGNAL_BOARDS, is_of_signals
from daybook.schemas.rewards import RewardsFile, Who
from tests.docs.pages import blocks
from tests.support.tree import ROOT


def test_the_pages_programmes_can_be_loaded() -> None:
    """The file is valid, goes by all there is to go by, and fits what a watcher keeps in memory."""
    [text] = blocks(ROOT / "docs" / "rewards.md", "json")
    file = RewardsFile.model_validate_json(text)
    assert {programme.give.how for programme in file.programmes} == {
        "points",
        "ranking",
        "everyone",
        "streak",
        "best",
    }
    by_signals = [each for each in file.programmes if is_of_signals(each.measure, MEASURES)]
    assert {each.who for each in by_signals} == set(Who)
    assert [each for each in by_signals if SIGNAL_BOARDS[each.measure].least_first]
    assert problems(file, Known(measures=MEASURES, teams=True, days=100)) == []
