from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

import daybook.producers.client
from daybook.producers.spool import look
from tests.docs.pages import blocks
from tests.producers.far_sides import FarSide
from tests.support.tree import ROOT


def test_the_code_on_the_page_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The blocks of docs/sdk.md, one after the other, in a folder of their own: the sale is kept and sent."""
    far = FarSide()
    monkeypatch.setattr(daybook.producers.client, "SalesPublisher", lambda _bootstrap: far)
    names: dict[str, object] = {}
    with contextlib.chdir(tmp_path):
        for block in blocks(ROOT / "docs" / "sdk.md", "python"):
            exec(block, names)  # noqa: S102 - our own page
    assert capsys.readouterr().out == "kept\n"
    assert [record.key for record in far.taken] == [b"1041"]
    assert look(tmp_path / "spool", 0.0).pending == 0
    assert [getattr(names[name], "refunded", None) for name in ("one_mug", "the_other")] == [1002, 1002]
