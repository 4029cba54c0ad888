"""``daybook forget``."""

from __future__ import annotations

import click
from pydantic import ValidationError

from daybook.cli.store_options import do, print_json, store_options
from daybook.operations.forgetting import ForgetArgs
from daybook.settings import Settings


@click.command()
@click.option("--customer", required=True, help="The reference, as producers send it.")
@store_options
def forget(*, settings: Settings, as_json: bool, customer: str) -> None:
    """Remove a customer's reference from the raw events and dead letters that ClickHouse keeps.

    Figures stay as they are. What Kafka and older backups hold is not reached: docs/runbook.md says when
    that is gone.
    """
    try:
        args = ForgetArgs(customer=customer)
    except ValidationError as error:
        told = "A reference is 32 to 128 lower-case hexadecimal digits."
        raise click.BadParameter(told, param_hint="--customer") from error
    made = do(settings, "forget", args)
    if as_json:
        print_json(made)
        return
    told = ", ".join(f"{count:,} of {table}" for table, count in made["changed"].items() if count)
    click.echo(f"Removed from {told}." if told else "No row holds it.")
    click.echo("Kafka and older backups may still hold it: see docs/runbook.md, Forget a customer.", err=True)
