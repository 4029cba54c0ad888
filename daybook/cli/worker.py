"""``daybook worker``."""

from __future__ import annotations

import asyncio
import functools
import logging
import sys
from typing import Final, Literal

import click

from daybook.cli.ending import told_in_a_sentence
from daybook.cli.store_options import store_options
from daybook.emergency import obeying
from daybook.faust_running import ProcessFailed
from daybook.logs import talk
from daybook.readiness import until_told
from daybook.schemas import topics
from daybook.settings import Settings
from daybook.worker import run_worker

FAILED: Final = 4
"""Exit code of a worker that ended itself: start it again, it goes on where its last checkpoint stands."""


@click.command()
@click.option("--bootstrap", help="Brokers, host:port, comma-separated.")
@click.option("--epoch", type=click.IntRange(0), help="Minutes from 2020 to the source topic's creation.")
@click.option(
    "--of", type=click.Choice(["sales", "signals"]), default="sales", show_default=True, help="What to count."
)
@store_options
def worker(
    *,
    settings: Settings,
    as_json: bool,
    bootstrap: str | None,
    epoch: int | None,
    of: Literal["sales", "signals"],
) -> None:
    """Count sales, or signals, into totals until it is told to end (Ctrl-C, SIGTERM).

    Exit code 4 means that it ended itself; whoever runs it starts it again, and no event counts twice.
    """
    del as_json  # there is no document: it runs until it is told to end
    talk(settings)
    settings.kafka_bootstrap = bootstrap or settings.kafka_bootstrap
    settings.epoch = epoch if epoch is not None else settings.epoch
    click.echo("Counting; Ctrl-C ends it.", file=sys.stderr)
    try:
        with told_in_a_sentence(settings):
            counted = topics.SALES if of == "sales" else topics.SIGNS
            run = functools.partial(run_worker, counted=counted)
            asyncio.run(until_told(functools.partial(obeying, run, settings)))
    except ProcessFailed as error:
        logging.getLogger(__name__).debug("the worker failed", exc_info=True)
        click.echo(f"{error} Start it again: it goes on where its last checkpoint stands.", err=True)
        raise SystemExit(FAILED) from None
