"""``daybook recount``."""

from __future__ import annotations

import asyncio
import sys

import click

from daybook.cli.ending import told_in_a_sentence
from daybook.cli.store_options import print_json, store_options
from daybook.operations.access import opened
from daybook.readiness import needed_calendar
from daybook.recounting import recount as recount_all
from daybook.settings import Settings


@click.command()
@click.option("--bootstrap", help="Brokers, host:port, comma-separated.")
@store_options
def recount(*, settings: Settings, as_json: bool, bootstrap: str | None) -> None:
    """Count everything anew by today's stores file: lines, totals, and the workers' own state.

    For a zone or cutoff that changed for days gone by. Stop every worker and sink first, and start them again
    afterwards; gateways and tills go on publishing. If it is cut off, run it again.
    """
    settings.kafka_bootstrap = bootstrap or settings.kafka_bootstrap
    with told_in_a_sentence(settings), opened(settings) as store:
        made = asyncio.run(recount_all(settings, store, needed_calendar(settings), _say))
    if as_json:
        print_json(
            {
                "epoch": made.epoch,
                "events": made.rebuilt.events,
                "replaced_lines": made.rebuilt.replaced_lines,
                "differences": len(made.rebuilt.differences),
                "buckets": made.buckets,
            }
        )
    else:
        click.echo(
            f"{made.rebuilt.events:,} events counted anew: {made.rebuilt.replaced_lines:,} lines and"
            f" {len(made.rebuilt.differences):,} figures had been elsewhere. Start workers and sinks again."
        )


def _say(sentence: str) -> None:
    click.echo(sentence, file=sys.stderr)
