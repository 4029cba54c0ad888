"""``daybook spool``, as support uses it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from daybook.cli.main import main
from daybook.producers.client import outgoing
from daybook.producers.records import Refusal
from daybook.producers.spool import Spool
from tests.producers.far_sides import gateway
from tests.producers.memory import MemoryPublisher
from tests.support.ports import free_port
from tests.support.sales import sale


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A spool with two sales that wait and one that was refused."""
    made = Spool(tmp_path / "spool")
    made.append([outgoing(sale(number)) for number in range(3)])
    first = made.peek(1)
    made.set_aside(first[0], [Refusal("key_scope")])
    made.delivered(first)
    made.close()
    return tmp_path / "spool"


def test_status_is_one_document_also_while_the_till_runs(folder: Path) -> None:
    """Number, bytes and age, and what was set aside."""
    running = Spool(folder)
    told = CliRunner().invoke(main, ["spool", "status", str(folder)])
    running.close()
    document = orjson.loads(told.output)
    assert (document["pending"], document["refused"], document["damaged"]) == (2, 1, 0)
    assert document["oldest_seconds"] >= 0


def test_retry_puts_the_refused_ones_back(folder: Path) -> None:
    """They wait again; where the till has the folder it ends in a sentence."""
    assert "1 refused sales wait again" in CliRunner().invoke(main, ["spool", "retry", str(folder)]).output
    running = Spool(folder)
    assert running.status().pending == 3
    told = CliRunner().invoke(main, ["spool", "retry", str(folder)])
    running.close()
    assert told.exit_code == 3
    assert "Another process has the spool" in told.stderr


async def test_send_drains_through_the_gateway(folder: Path, tmp_path: Path) -> None:
    """What waits is published; the key comes from a file, never from the command line."""
    published = MemoryPublisher()
    async with gateway(published) as (url, token):
        (tmp_path / "key").write_text(token + "\n")
        words = [
            "spool",
            "send",
            str(folder),
            "--gateway",
            url,
            "--key-file",
            str(tmp_path / "key"),
            "--json",
        ]
        told = await _invoke(words)
    assert told[0] == 0
    assert orjson.loads(told[1])["pending"] == 0
    assert [record.key for record in published.records] == [b"order-1", b"order-2"]


def test_what_cannot_be_sent_is_said(folder: Path) -> None:
    """Exit code 1 and the reason; the sales are still there."""
    words = ["spool", "send", str(folder), "--bootstrap", f"127.0.0.1:{free_port()}", "--seconds", "0.5"]
    told = CliRunner().invoke(main, words)
    assert told.exit_code == 1
    assert "2 sales wait" in told.output
    assert CliRunner().invoke(main, ["spool", "send", str(folder), "--gateway", "x"]).exit_code == 2


@pytest.mark.parametrize("command", ["status", "retry", "send"])
def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path, command: str) -> None:
    """A slip of the pen ends in a sentence, and not in an empty spool in which nothing waits."""
    told = CliRunner().invoke(main, ["spool", command, str(tmp_path / "sppol")])
    assert told.exit_code == 3
    assert not (tmp_path / "sppol").exists()


async def _invoke(words: list[str]) -> tuple[int, str]:
    result = await asyncio.to_thread(CliRunner().invoke, main, words)
    return result.exit_code, result.stdout
