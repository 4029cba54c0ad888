"""What commands that publish a file have in common: progress, resuming, rejects, and how they are cut off."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from daybook.brokers import client_security
from daybook.cli.kafka_options import give_up, progress
from daybook.producers.client import EventLike, SalesPublisher, SignalsPublisher
from daybook.producers.records import KafkaUnavailable
from daybook.producers.resume import Resume
from daybook.producers.sending import Sent, send_events
from daybook.settings import Settings

CUT_OFF: Final = 130
"""Exit code after Ctrl-C, as shells have it."""


class Sending(NamedTuple):
    """How a file is sent: which events, how many there are if that is known, and what is kept of it."""

    events: Iterable[EventLike]
    total: int | None
    resume: Resume | None
    rejects: Path | None
    quiet: bool
    signals: bool = False
    """Whether they are signals and not sales."""


def sending_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options of every command that publishes a file; the command gets ``rejects`` and ``from_start``."""

    @click.option(
        "--rejects",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Write each refused event here, with its place and reasons (NDJSON).",
    )
    @click.option("--from-start", is_flag=True, help="Send all again, though a run before was cut off.")
    @functools.wraps(command)
    def wrapped(**given: Any) -> Any:
        return command(**given)

    return wrapped


def send_file(settings: Settings, sending: Sending) -> Sent:
    """Send the events; where that cannot be done, say so in a sentence and end.

    A run that is cut off, by Ctrl-C or because Kafka is away, goes on where it stopped when the same
    command is given again.
    """
    try:
        with ExitStack() as stack:
            told = stack.enter_context(progress("Published", sending.total, quiet=sending.quiet))
            rejects = stack.enter_context(sending.rejects.open("ab")) if sending.rejects else None
            reject = rejects.write if rejects else None
            sent = asyncio.run(_send(settings, sending, told, reject))
    except KafkaUnavailable as error:
        give_up(f"{error}{_again(sending.resume)}")
    except KeyboardInterrupt:
        click.echo(f"Stopped.{_again(sending.resume)}", err=True)
        raise SystemExit(CUT_OFF) from None
    if sending.resume is not None:
        sending.resume.finish()
    return sent


async def _send(
    settings: Settings, sending: Sending, told: Callable[[int], None], reject: Callable[[bytes], Any] | None
) -> Sent:
    resume = sending.resume
    shown = 0

    def acknowledged(done: int) -> None:
        nonlocal shown
        told(done - shown)
        shown = done
        if resume is not None:
            resume.note(done)

    skip = resume.done if resume is not None else 0
    kind = SignalsPublisher if sending.signals else SalesPublisher
    async with kind(settings.kafka_bootstrap, **client_security(settings)) as publisher:
        return await send_events(
            publisher, sending.events, skip=skip, acknowledged=acknowledged, reject=reject
        )


def _again(resume: Resume | None) -> str:
    if resume is None:
        return ""
    return f" {resume.done:,} events are done; the same command goes on from there."
