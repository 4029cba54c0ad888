"""``daybook publish``."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import click

from daybook.cli.file_sending import Sending, send_file, sending_options
from daybook.cli.kafka_options import (
    REFUSED,
    events_of,
    give_up,
    kafka_options,
    print_json,
    print_refused,
)
from daybook.producers.resume import Resume, digest_of
from daybook.settings import Settings


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option("--signals", is_flag=True, help="FILE holds signals: what is said and done beside sales.")
@sending_options
@kafka_options
def publish(
    *,
    settings: Settings,
    as_json: bool,
    file: BinaryIO,
    signals: bool,
    rejects: Path | None,
    from_start: bool,
) -> None:
    """Publish the events of FILE (- for stdin) to Kafka.

    FILE holds NDJSON, a JSON array, or one event, gzipped or not. Exit code 1 if an event was refused; the
    others are published all the same. A run that was cut off goes on where it stopped, and publishing a file
    again is safe: a repeat counts once.
    """
    try:
        resume = _resume(settings, file, from_start=from_start)
        sent = send_file(settings, Sending(events_of(file), None, resume, rejects, as_json, signals))
    except OSError as error:
        give_up(f"{error.filename or file.name} cannot be used: {error.strerror or error}.")
    refused = [entry.document() for entry in sent.refused]
    if as_json:
        print_json({"published": sent.published, "skipped": sent.skipped, "refused": refused})
    else:
        print_refused(refused)
        before = f" {sent.skipped:,} were published before." if sent.skipped else ""
        click.echo(f"{sent.published:,} events published, {len(refused):,} refused.{before}")
    if refused:
        raise SystemExit(REFUSED)


def _resume(settings: Settings, file: BinaryIO, *, from_start: bool) -> Resume | None:
    """How far this file was published before; None for stdin, which nobody can read again."""
    path = Path(file.name)
    if not path.is_file():
        return None
    resume = Resume(settings.state_dir, digest_of(path, "publish"))
    if from_start:
        resume.start_over()
    return resume
