"""The rewards file as the watcher reads it, and as a newcomer has it checked."""

from __future__ import annotations

import os
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from daybook.cli.main import main
from daybook.operations.base import CannotAct
from daybook.rewards_file import NO_PROGRAMMES, needed_rewards
from daybook.settings import Settings
from tests.rewards.month import programmes


def written(folder: Path, *, measure: str = "net", time: int = 1) -> Path:
    """A file of one programme, last changed at a second."""
    path = folder / "rewards.json"
    path.write_bytes(orjson.dumps({"programmes": [programmes()[0] | {"measure": measure}]}))
    os.utime(path, (time, time))
    return path


def test_it_is_read_anew_and_a_broken_one_changes_nothing(tmp_path: Path) -> None:
    """What is wrong is kept for whoever asks, until the file is right again."""
    settings = Settings(rewards_file=written(tmp_path))
    held = needed_rewards(settings)
    assert held.look().programmes[0].measure == "net"
    written(tmp_path, measure="smiles", time=2)
    assert held.look().programmes[0].measure == "net"
    assert held.problem is not None
    assert "there is no measure smiles" in held.problem
    written(tmp_path, measure="gross", time=3)
    assert held.look().programmes[0].measure == "gross"
    assert held.problem is None


def test_a_broken_file_at_the_start_is_said_in_a_sentence(tmp_path: Path) -> None:
    """The watcher does not start with it; without any file there are no programmes."""
    settings = Settings(rewards_file=written(tmp_path, measure="smiles"))
    with pytest.raises(CannotAct, match="there is no measure smiles"):
        needed_rewards(settings)
    assert needed_rewards(Settings()).look() == NO_PROGRAMMES


def test_the_check_says_everything_that_is_wrong(tmp_path: Path) -> None:
    """Exit code 1 and a sentence for each problem; the words of the form come with their place."""
    path = written(tmp_path, measure="smiles")
    told = CliRunner().invoke(main, ["rewards", "check", str(path)])
    assert told.exit_code == 1
    assert "programme points: there is no measure smiles, of sales or of signals." in told.output
    path.write_text('{"programmes": [{"title": "x"}]}')
    told = CliRunner().invoke(main, ["rewards", "check", str(path), "--json"])
    assert told.exit_code == 1
    document = orjson.loads(told.stdout)
    assert not document["valid"]
    assert "programmes.0" in document["problems"][0]
    path = written(tmp_path, measure="stock_outs")
    told = CliRunner().invoke(main, ["rewards", "check", str(path)])
    assert "stock_outs is counted of stores and of no person: who has to be store." in told.output
    right = CliRunner().invoke(main, ["rewards", "check", str(written(tmp_path))])
    assert right.exit_code == 0
    assert "is well: 1 programme." in right.output
