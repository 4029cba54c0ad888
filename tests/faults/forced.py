"""Faults that come from within a process, at a moment that is told to it."""

from __future__ import annotations

import itertools
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

from daybook.schemas import topics
from daybook.sinks.notifiers.sending import Sending
from daybook.streams.faust_process import FaustSource
from daybook.streams.totals import TotalsProcessor
from daybook.streams.transport import BatchScheduler
from daybook.streams.writer import TransactionalWriter
from tests.faults.patching import wrap

STEPS: Final = ("begin", "changelog", "sent", "committed", "offsets")
"""The steps of a checkpoint; after the last of them the source offsets are committed."""
_TELLS: Final = {
    "firing": b'"state":"firing"',
    "resolved": b'"state":"resolved"',
    "award": b'"type":"award"',
    "case": b'"case_id":',
}
"""What stands in a record by which others are told of it."""
NOTIFYING_STEPS: Final = ("begin", "changelog", "sent", "committed", "send", "delivered")
"""The steps of a decision's transaction, and of telling a receiver what was decided."""


def force(kind: str, rest: str) -> None:
    """Put a fault in place: ``kill:STEP:N``, ``freeze:STEP:N``, ``firing:STEP:N``, ``award:STEP:N`` ..."""
    if kind in ("kill", "freeze"):
        step, _, number = rest.partition(":")
        at_step(step, int(number), signal.SIGKILL if kind == "kill" else signal.SIGSTOP)
    elif kind in _TELLS:
        step, _, number = rest.partition(":")
        at_tick(step, int(number), _TELLS[kind])
    elif kind == "drop":
        drop_batches(int(rest))
    elif kind == "crash":
        crash_agent(int(rest))
    elif kind == "clock":
        say(f"clock {time.time():.0f}")
    else:
        raise ValueError(kind)


def say(text: str) -> None:
    """Tell the log what was done."""
    sys.stderr.write(f"forced: {text}\n")
    sys.stderr.flush()


def at_step(step: str, number: int, sent: signal.Signals) -> None:
    """Send this process a signal at the n-th time that a transaction, or a try to tell, comes to a step."""
    times = itertools.count(1)

    def reached(name: str) -> None:
        if name == step and next(times) == number:
            say(f"{sent.name} at {step}")
            os.kill(os.getpid(), sent)

    def stepping(original: Callable[..., None]) -> Callable[..., None]:
        def stepped(self: Any, name: str) -> None:
            original(self, name)
            reached(name)

        return stepped

    def committing(original: Callable[..., Any]) -> Callable[..., Any]:
        async def committed(self: Any, partition: int, offset: int) -> None:
            await original(self, partition, offset)
            reached("offsets")

        return committed

    wrap(TransactionalWriter, "_step", stepping)
    wrap(Sending, "_step", stepping)
    wrap(FaustSource, "commit", committing)


def at_tick(step: str, number: int, what: bytes) -> None:
    """Kill this process at the n-th time that a transaction which tells of something comes to a step."""
    times = itertools.count(1)
    telling: set[int] = set()

    def transacting(original: Callable[..., Any]) -> Callable[..., Any]:
        async def transact(self: TransactionalWriter, partition: int, entries: Any, records: Any) -> None:
            told = any(what in (record.value or b"") for record in records)
            (telling.add if told else telling.discard)(id(self))
            await original(self, partition, entries, records)

        return transact

    def stepping(original: Callable[..., None]) -> Callable[..., None]:
        def stepped(self: TransactionalWriter, name: str) -> None:
            original(self, name)
            if name == step and id(self) in telling and next(times) == number:
                kill_here(step)

        return stepped

    wrap(TransactionalWriter, "transact", transacting)
    wrap(TransactionalWriter, "_step", stepping)


def kill_here(step: str) -> None:
    """End as a power cut would."""
    say(f"SIGKILL at {step}")
    os.kill(os.getpid(), signal.SIGKILL)


def drop_batches(every: int) -> None:
    """Lose each n-th batch between the fetch and the agent, as Faust may at the end of a recovery."""
    times = itertools.count(1)

    def iterating(original: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
        def iterate(self: BatchScheduler, records: Any) -> Iterator[Any]:
            for tp, item in original(self, records):
                if tp.topic == topics.EVENTS and next(times) % every == 0:
                    say(f"dropped {len(item.value)} records of partition {tp.partition}")
                else:
                    yield tp, item

        return iterate

    wrap(BatchScheduler, "iterate", iterating)


def crash_agent(every: int) -> None:
    """Fail in the agent with each n-th batch in its hands, which Faust acknowledges all the same."""
    times = itertools.count(1)

    def processing(original: Callable[..., Any]) -> Callable[..., Any]:
        async def process(self: TotalsProcessor, partition: int, records: Any) -> None:
            if next(times) % every == 0:
                say(f"crashed with {len(records)} records of partition {partition}")
                raise RuntimeError("the agent crashes with a batch in its hands")
            await original(self, partition, records)

        return process

    wrap(TotalsProcessor, "process", processing)
