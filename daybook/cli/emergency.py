"""``daybook stop`` and ``daybook resume``."""

from __future__ import annotations

import asyncio
import getpass
from datetime import UTC, datetime

import click

from daybook.cli.ending import told_in_a_sentence
from daybook.cli.kafka_options import kafka_options, print_json
from daybook.emergency import Stop, read_stop, say_stop
from daybook.settings import Settings


@click.command()
@click.option("--reason", required=True, help="Why; everybody who looks is told.")
@click.option("--by", help="Who says so; your login's name if not said.")
@kafka_options
def stop(*, settings: Settings, as_json: bool, reason: str, by: str | None) -> None:
    """Have everything stand still: nothing is taken, counted, written or told until `daybook resume`.

    Workers, sinks, watchers and notifiers end after a last checkpoint and wait; gateways answer 503. Nothing
    is lost: senders and tills keep what they have, and Kafka what it has acknowledged.
    """
    told = Stop(reason, datetime.now(UTC).isoformat(timespec="seconds"), by or getpass.getuser())
    with told_in_a_sentence(settings):
        asyncio.run(say_stop(settings, told))
    if as_json:
        print_json({"stopped": True, **told._asdict()})
    else:
        click.echo("Everything stands still within seconds, until `daybook resume`.")


@click.command()
@kafka_options
def resume(*, settings: Settings, as_json: bool) -> None:
    """Lift an emergency stop: every process goes on exactly where it stood."""
    with told_in_a_sentence(settings):
        held = asyncio.run(_lift(settings))
    if as_json:
        print_json({"stopped": False, "held": None if held is None else held._asdict()})
    elif held is None:
        click.echo("No emergency stop held.")
    else:
        click.echo(f"Lifted: everything goes on. It stood still since {held.since}: {held.reason}")


async def _lift(settings: Settings) -> Stop | None:
    held = await read_stop(settings)
    if held is not None:
        await say_stop(settings, None)
    return held
