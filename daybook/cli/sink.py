"""``daybook sink``."""

from __future__ import annotations

import asyncio
import functools
import sys

import click

from daybook.brokers import client_security
from daybook.cli.ending import told_in_a_sentence
from daybook.cli.store_options import store_options
from daybook.emergency import obeying
from daybook.logs import talk
from daybook.metrics.endpoint import told
from daybook.metrics.sink import readings
from daybook.operations.access import opened
from daybook.operations.base import CannotAct
from daybook.readiness import epoch_of, needed_calendar, ready_topics, until_told
from daybook.reloading import reloading
from daybook.schemas import topics
from daybook.settings import Settings
from daybook.sinks.migrate import missing_migrations
from daybook.sinks.state_tables import STATE_TOPICS
from daybook.sinks.store import Store
from daybook.sinks.writer import ClickHouseSink
from daybook.watched_stores import watched_stores


@click.command()
@click.option("--bootstrap", help="Brokers, host:port, comma-separated.")
@click.option("--epoch", type=click.IntRange(0), help="Minutes from 2020 to the source topic's creation.")
@store_options
def sink(*, settings: Settings, as_json: bool, bootstrap: str | None, epoch: int | None) -> None:
    """Write what stands in Kafka to ClickHouse until it is told to end (Ctrl-C, SIGTERM).

    Its tables are made beforehand, by `daybook migrate`: a sink need not have the right to make any.
    """
    del as_json  # there is no document: it runs until it is told to end
    talk(settings)
    settings.kafka_bootstrap = bootstrap or settings.kafka_bootstrap
    settings.epoch = epoch if epoch is not None else settings.epoch
    with told_in_a_sentence(settings):
        asyncio.run(until_told(functools.partial(obeying, _run, settings)))


async def _run(settings: Settings, stopping: asyncio.Event) -> None:
    calendar = needed_calendar(settings)
    await ready_topics(settings)
    epoch = await epoch_of(settings)
    signals = await epoch_of(settings, topics.SIGNALS)
    with opened(settings) as store:
        await asyncio.to_thread(_check_tables, store)
        stores = watched_stores(settings, calendar)
        sink = ClickHouseSink(
            settings.kafka_bootstrap,
            store,
            epoch,
            calendar,
            states=STATE_TOPICS,
            epochs=dict.fromkeys(topics.ALL_SIGNALS, signals),
            group_id=settings.sink_group,
            flush_seconds=settings.sink_flush_seconds,
            consumer_options=client_security(settings),
            before_flush=stores.look,
        )
        click.echo("Writing to ClickHouse; Ctrl-C ends it.", file=sys.stderr)
        running = asyncio.create_task(sink.run())
        tell = readings(sink, asyncio.get_running_loop())
        async with reloading(stores):
            with told(settings, tell):
                ending = asyncio.create_task(stopping.wait())
                await asyncio.wait((running, ending), return_when=asyncio.FIRST_COMPLETED)
                ending.cancel()
                await sink.stop()
                await running


def _check_tables(store: Store) -> None:
    if missing := missing_migrations(store):
        raise CannotAct(
            f"The database {store.database} lacks {missing[0]}; `daybook migrate` applies what is missing."
        )
