"""``daybook topics``."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import click
from aiokafka.errors import KafkaError

from daybook.brokers import client_security
from daybook.cli.kafka_options import REFUSED, give_up, kafka_options, print_json
from daybook.operations.base import CannotAct
from daybook.producers.records import KafkaUnavailable
from daybook.readiness import plans_of
from daybook.settings import Settings
from daybook.topics import TopicsReport, create_topics


@click.command()
@click.option("--partitions", type=click.IntRange(1, 1024), help="Of every topic alike.")
@click.option("--replication-factor", type=click.IntRange(1, 10))
@click.option(
    "--retention-days", type=click.IntRange(4, 3650), default=14, show_default=True, help="Of the events."
)
@kafka_options
def topics(
    *,
    settings: Settings,
    as_json: bool,
    partitions: int | None,
    replication_factor: int | None,
    retention_days: int,
) -> None:
    """Create Daybook's topics in Kafka, or hold those that are there against what they have to be.

    Exit code 1 if one is not as it has to be: nothing that exists is changed.
    """
    if partitions is not None:
        settings.partitions = partitions
    settings.replication_factor = replication_factor or settings.replication_factor
    try:
        report = asyncio.run(_created(settings, timedelta(days=retention_days)))
    except CannotAct as error:
        give_up(str(error))
    except (KafkaUnavailable, KafkaError) as error:
        give_up(str(error) or f"Kafka does not answer at {settings.kafka_bootstrap}.")
    if as_json:
        document = {"created": report.created, "existing": report.existing, "wrong": report.wrong}
        print_json({**document, "epoch": report.epoch})
    else:
        for name in report.created:
            click.echo(f"created  {name}")
        for name in report.existing:
            click.echo(f"existing {name}")
        for sentence in report.wrong:
            click.echo(sentence, err=True)
    if report.wrong:
        raise SystemExit(REFUSED)


async def _created(settings: Settings, retention: timedelta) -> TopicsReport:
    plans = await plans_of(settings, retention)
    return await create_topics(settings.kafka_bootstrap, plans, client_security(settings))
