"""A spool that nobody disturbs: order, limits, restarts, and who may have it."""

from __future__ import annotations

import multiprocessing
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from daybook.producers.records import Refusal
from daybook.producers.spool import Spool, SpoolFull, SpoolInUse, SpoolUnusable, look
from tests.producers.spool.keeping import (
    append_until_refused,
    deliver,
    record,
    records,
    reopened,
    segments,
    waiting,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the spool is made."""
    return tmp_path / "till" / "spool"


@pytest.fixture
def spool(folder: Path) -> Iterator[Spool]:
    """An empty spool with small segments and a limit of 20,000 bytes."""
    made = Spool(folder, max_bytes=20_000, segment_bytes=300)
    yield made
    made.close()


def test_records_come_out_in_the_order_they_went_in(spool: Spool) -> None:
    """Over many segments, and however they were grouped."""
    for first in range(0, 30, 3):
        spool.append(records(first, first + 1, first + 2))
    assert waiting(spool) == records(*range(30))


def test_delivered_records_are_gone_and_their_files_too(spool: Spool, folder: Path) -> None:
    """Of 30 delivered records no more is left than the file that is being written."""
    spool.append(records(*range(15)))
    for number in range(15, 30):
        spool.append([record(number)])
    assert len(segments(folder)) > 3
    deliver(spool, 10)
    assert waiting(spool) == records(*range(10, 30))
    deliver(spool, 20)
    assert waiting(spool) == []
    assert len(segments(folder)) <= 1
    assert spool.status().pending_bytes == 0


def test_a_new_process_goes_on_where_the_old_one_was(spool: Spool, folder: Path) -> None:
    """What was not delivered waits in the same order, and what is added comes after it."""
    spool.append(records(*range(9)))
    deliver(spool, 4)
    spool.close()
    again = Spool(folder)
    again.append(records(9))
    assert waiting(again) == records(4, 5, 6, 7, 8, 9)
    deliver(again, 6)
    again.close()
    assert reopened(folder) == []
    assert segments(folder) == []


def test_no_sequence_is_used_twice(spool: Spool, folder: Path) -> None:
    """An empty spool that is opened again counts on: a refused record's file keeps its name."""
    first = spool.append(records(1, 2))
    deliver(spool, 2)
    spool.close()
    again = Spool(folder)
    assert again.append(records(3))[0] > first[-1]
    again.close()


def test_peek_keeps_to_its_limits_and_gives_at_least_one(spool: Spool) -> None:
    """By number and by bytes; a record larger than the limit comes alone."""
    spool.append(records(*range(9)))
    assert len(spool.peek(4)) == 4
    assert len(spool.peek(100, max_bytes=200)) == 2
    assert len(spool.peek(100, max_bytes=1)) == 1


def test_a_full_spool_refuses_with_a_sentence(spool: Spool) -> None:
    """What does not fit is refused whole, what is there stays, and room made is room again."""
    with pytest.raises(SpoolFull, match=r"is full: \d+ records wait .* This sale is not kept"):
        append_until_refused(spool)
    kept = len(waiting(spool))
    with pytest.raises(SpoolFull):
        spool.append(records(*range(2000, 2300)))
    assert waiting(spool) == records(*range(kept))
    deliver(spool, 5)
    spool.append([record(kept)])
    assert waiting(spool) == records(*range(5, kept + 1))


def test_only_its_owner_can_read_it(spool: Spool, folder: Path) -> None:
    """Folders 0700 and files 0600, also where the folder was there and open to others."""
    folder.chmod(0o755)
    spool.append(records(1))
    spool.set_aside(spool.peek(1)[0], [Refusal(code="order_sum")])
    deliver(spool, 1)
    spool.close()
    Spool(folder).close()
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()}
    assert modes == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (folder, folder / "refused")} == {0o700}


def test_two_processes_cannot_share_it(spool: Spool, folder: Path) -> None:
    """The second is refused with a sentence, in this process or another, until the first has closed it."""
    program = (
        "import pathlib, sys\n"
        "from daybook.producers.spool import Spool, SpoolInUse\n"
        "try: Spool(pathlib.Path(sys.argv[1]))\n"
        "except SpoolInUse as error: print(error)\n"
        "else: print('opened')\n"
    )
    command = [sys.executable, "-c", program, str(folder)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Another process has the spool" in said
    with pytest.raises(SpoolInUse):
        Spool(folder)
    spool.close()
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "opened\n"


def test_a_fork_cannot_use_it_and_does_not_keep_it(spool: Spool, folder: Path) -> None:
    """The child is refused with a sentence, and does not keep the folder once the parent has let it go."""
    spool.append(records(1))
    fork = multiprocessing.get_context("fork")
    sentences, parent_is_done = fork.SimpleQueue(), fork.Event()

    def child() -> None:
        try:
            spool.append(records(2))
        except SpoolUnusable as error:
            sentences.put(str(error))
        parent_is_done.wait(30)

    process = fork.Process(target=child)
    process.start()
    try:
        assert "belongs to process" in sentences.get()
        spool.close()
        assert reopened(folder) == records(1)
    finally:
        parent_is_done.set()
        process.join()


def test_a_closed_spool_says_so(spool: Spool) -> None:
    """Nothing can be kept in, or read from, a spool that was closed; closing twice is fine."""
    spool.close()
    spool.close()
    for use in (lambda: spool.append(records(1)), lambda: spool.peek(1), spool.status):
        with pytest.raises(SpoolUnusable, match="was closed"):
            use()


def test_status_tells_number_bytes_and_age(folder: Path) -> None:
    """The age is that of the oldest record, and a clock that went back makes it zero."""
    now = [1_000_000.0]
    spool = Spool(folder, clock=lambda: now[0])
    assert spool.status().oldest_seconds is None
    spool.append(records(1))
    now[0] += 60
    spool.append(records(2))
    now[0] += 30
    status = spool.status()
    assert (status.pending, status.oldest_seconds, status.refused, status.damaged) == (2, 90.0, 0, 0)
    assert look(folder, now[0]) == status
    now[0] = -5.0
    assert spool.status().oldest_seconds == 0.0
    spool.append(records(3))
    assert waiting(spool) == records(1, 2, 3)
    spool.close()


def test_a_refused_record_keeps_its_text_and_reasons(spool: Spool, folder: Path) -> None:
    """It lies in refused/ as it was published, and can be put at the end of the spool again."""
    spool.append(records(1, 2))
    path = spool.set_aside(spool.peek(1)[0], [Refusal(code="order_sum", field="charged", detail="wrong")])
    deliver(spool, 1)
    document = orjson.loads(path.read_bytes())
    assert document["event"].encode() == record(1).value
    assert document["problems"] == [{"code": "order_sum", "field": "charged", "detail": "wrong"}]
    (folder / "refused" / "0notes.json").write_text("not ours")
    assert spool.status().refused == 2
    assert spool.retry_refused() == 1
    assert waiting(spool) == records(2, 1)
    assert [found.name for found in (folder / "refused").iterdir()] == ["0notes.json"]


def test_refused_records_have_a_limit_too(spool: Spool) -> None:
    """A far side that refuses everything fills no disk: at the limit the record stays where it is."""
    for number in range(4):
        spool.append([record(number, size=5000)])
        if number < 3:
            spool.set_aside(spool.peek(1)[0], [Refusal(code="order_sum")])
            deliver(spool, 1)
    with pytest.raises(SpoolFull, match="refused"):
        spool.set_aside(spool.peek(1)[0], [Refusal(code="order_sum")])
    assert waiting(spool) == [record(3, size=5000)]
