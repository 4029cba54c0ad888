"""The blocking till: the same answers without asyncio, from any thread, and never from a fork."""

from __future__ import annotations

import multiprocessing
import threading
from pathlib import Path

import pytest

from daybook.producers.spool import SpoolInUse, SpoolUnusable, look
from daybook.producers.till import BlockingTill, Retry, State
from daybook.schemas.codec import EventRefused
from tests.producers.far_sides import FarSide
from tests.support.sales import sale

QUICK = Retry(first_seconds=0.01, most_seconds=0.02)


def test_it_publishes_and_answers_like_the_other(tmp_path: Path) -> None:
    """Receipts, refusals, status and drain come back as plain values and exceptions."""
    far = FarSide()
    with BlockingTill(tmp_path, far, retry=QUICK) as till:
        assert till.publish(sale(1)).state is State.KEPT
        assert till.publish(sale(2), wait=30).state is State.ACKNOWLEDGED
        with pytest.raises(EventRefused):
            till.publish(sale(3, charged=1))
        assert till.drain(30)
        assert till.status().spool.pending == 0
    assert len(far.taken) == 2
    assert far.stopped


def test_many_threads_may_publish_at_once(tmp_path: Path) -> None:
    """Four threads with 50 sales each: every sale arrives, each once."""
    far = FarSide()
    with BlockingTill(tmp_path, far, retry=QUICK) as till:

        def sell(first: int) -> None:
            for number in range(first, first + 50):
                till.publish(sale(number))

        threads = [threading.Thread(target=sell, args=(100 * n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(far.taken) == len({record.key for record in far.taken}) == 200


def test_a_fork_is_refused_with_a_sentence(tmp_path: Path) -> None:
    """The child is told to make a till of its own; ending there takes nothing from the parent."""
    fork = multiprocessing.get_context("fork")
    sentences = fork.SimpleQueue()
    far = FarSide()
    with BlockingTill(tmp_path, far, retry=QUICK) as till:

        def child() -> None:
            try:
                till.publish(sale(2))
            except SpoolUnusable as error:
                sentences.put(str(error))
            till.close()

        process = fork.Process(target=child)
        process.start()
        assert "a fork has no part in its thread" in sentences.get()
        process.join()
        assert till.publish(sale(1), wait=30).state is State.ACKNOWLEDGED


def test_what_cannot_be_opened_leaves_no_thread(tmp_path: Path) -> None:
    """A folder in use ends in the error, and no thread of the till goes on."""
    with BlockingTill(tmp_path, FarSide()):
        with pytest.raises(SpoolInUse):
            BlockingTill(tmp_path, FarSide()).start()
        assert [thread.name for thread in threading.enumerate()].count("daybook-till") == 1
    assert "daybook-till" not in [thread.name for thread in threading.enumerate()]


def test_a_closed_till_says_so_and_closes_twice(tmp_path: Path) -> None:
    """After close, and before start, there is a sentence; what waits stays in the folder."""
    far = FarSide()
    far.away = True
    till = BlockingTill(tmp_path, far)
    till.close()
    with pytest.raises(SpoolUnusable, match="not open"):
        till.publish(sale(1))
    till.start()
    till.start()
    till.publish(sale(1))
    till.close(drain_seconds=0.05)
    till.close()
    with pytest.raises(SpoolUnusable, match="not open"):
        till.publish(sale(2))
    assert look(tmp_path, 0.0).pending == 1
