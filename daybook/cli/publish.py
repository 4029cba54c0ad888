"""``daybook publish``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any, BinaryIO, Final

import click

from daybook.cli.kafka_options import (
    REFUSED,
    events_of,
    give_up,
    kafka_options,
    print_json,
    print_refused,
    problems_of,
    progress,
)
from daybook.producers.client import EventLike, SalesPublisher
from daybook.producers.records import KafkaUnavailable
from daybook.settings import Settings

_BATCH: Final = 500


@click.command()
@click.argument("file", type=click.File("rb"))
@kafka_options
def publish(*, settings: Settings, as_json: bool, file: BinaryIO) -> None:
    """Publish the events of FILE (- for stdin) to Kafka.

    FILE holds NDJSON, a JSON array, or one event. Exit code 1 if an event was refused; the others are
    published all the same. Publishing a file again is safe: a repeat counts once.
    """
    try:
        with progress("Published", None, quiet=as_json) as told:
            published, refused = asyncio.run(publish_all(settings, events_of(file), told))
    except KafkaUnavailable as error:
        give_up(str(error))
    except OSError as error:
        give_up(f"{file.name} cannot be read: {error.strerror}.")
    if as_json:
        print_json({"published": published, "refused": refused})
    else:
        print_refused(refused)
        click.echo(f"{published:,} events published, {len(refused):,} refused.")
    if refused:
        raise SystemExit(REFUSED)


async def publish_all(
    settings: Settings, events: Iterable[EventLike], told: Callable[[int], None]
) -> tuple[int, list[dict[str, Any]]]:
    """Publish in batches; how many Kafka has acknowledged, and the refused ones with their problems.

    Raises:
        KafkaUnavailable: a batch was not acknowledged in time.
    """
    waiting = iter(events)
    published, position, refused = 0, 0, list[dict[str, Any]]()
    async with SalesPublisher(settings.kafka_bootstrap) as publisher:
        while batch := list(islice(waiting, _BATCH)):
            for result in await publisher.publish_many(batch):
                if result.accepted:
                    published += 1
                else:
                    refused.append(problems_of(position + result.position, result.problems))
            position += len(batch)
            told(len(batch))
    return published, refused
