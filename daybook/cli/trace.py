"""``daybook trace``."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from daybook.brokers import secret
from daybook.cli.ending import told_in_a_sentence
from daybook.cli.store_options import print_json, store_options
from daybook.operations.access import opened
from daybook.settings import Settings
from daybook.tracing import Trace, Way, follow_sale


@click.command()
@click.option("--store", "store_id", required=True, help="The store that the test sale is of.")
@click.option("--currency", default="EUR", show_default=True, help="And its currency.")
@click.option("--gateway-url", help="The gateway; by the settings if not said.")
@click.option(
    "--key-file",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="A file with an API key for the store and the source `daybook-trace`.",
)
@click.option("--bootstrap", help="Brokers, host:port, comma-separated.")
@store_options
def trace(
    *,
    settings: Settings,
    as_json: bool,
    store_id: str,
    currency: str,
    gateway_url: str | None,
    key_file: Path,
    bootstrap: str | None,
) -> None:
    """Send a test sale through the gateway; say how long each stage takes until it is shown.

    It counts among test sales alone. With DAYBOOK_TRACES_URL the stages go to an OpenTelemetry collector.
    """
    settings.kafka_bootstrap = bootstrap or settings.kafka_bootstrap
    with told_in_a_sentence(settings), opened(settings) as store:
        way = Way(gateway_url or settings.gateway_url, secret(key_file), store_id, currency)
        made = asyncio.run(follow_sale(settings, store, way))
    if settings.traces_url is not None:
        _export(made, settings.traces_url)
    if as_json:
        print_json({**made._asdict(), "steps": [step._asdict() for step in made.steps]})
        return
    first = made.steps[0].began
    for step in made.steps:
        click.echo(f"{step.name:8} {step.ended - step.began:8,.0f} ms   until {step.ended - first:8,.0f} ms")
    click.echo(f"Trace {made.trace_id}")


def _export(made: Trace, url: str) -> None:
    try:
        from daybook.trace_export import export  # noqa: PLC0415 - an extra of its own
    except ModuleNotFoundError as error:
        raise click.UsageError("DAYBOOK_TRACES_URL needs more: pip install 'daybook[traces]'.") from error
    export(made, url)
