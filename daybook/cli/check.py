"""``daybook check``."""

from __future__ import annotations

from typing import Any, BinaryIO

import click

from daybook.cli.kafka_options import REFUSED, events_of, give_up, print_json, print_refused
from daybook.producers.sending import Refused
from daybook.schemas.codec import EventRefused, decode_event
from daybook.schemas.signals.any import decode_signal


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option("--signals", is_flag=True, help="FILE holds signals: what is said and done beside sales.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout, nothing else there.")
def check(*, file: BinaryIO, signals: bool, as_json: bool) -> None:
    """Hold the events of FILE (- for stdin) against the schemas; nothing is published.

    FILE holds NDJSON, a JSON array, or one event. Exit code 1 if an event would be refused.
    """
    refused: list[dict[str, Any]] = []
    count = 0
    try:
        for position, value in enumerate(events_of(file)):
            count += 1
            try:
                decode_signal(value) if signals else decode_event(value)
            except EventRefused as error:
                refused.append(Refused(position, error.problems).document())
    except OSError as error:
        give_up(f"{file.name} cannot be read: {error.strerror}.")
    if as_json:
        print_json({"events": count, "valid": count - len(refused), "refused": refused})
    else:
        print_refused(refused)
        click.echo(f"{count - len(refused):,} of {count:,} events are valid.")
    if refused:
        raise SystemExit(REFUSED)
