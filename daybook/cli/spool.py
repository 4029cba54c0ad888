"""``daybook spool``: a till's spool, for support; it needs no till."""

from __future__ import annotations

import asyncio
import time
from dataclasses import asdict
from pathlib import Path

import click

from daybook.brokers import client_security
from daybook.cli.kafka_options import REFUSED, give_up, kafka_options, print_json
from daybook.producers.client import SalesPublisher
from daybook.producers.http import HttpPublisher
from daybook.producers.records import Transport
from daybook.producers.spool import Spool, SpoolError, look
from daybook.producers.till import Till, TillStatus
from daybook.settings import Settings

_FOLDER = click.argument("folder", type=click.Path(path_type=Path, file_okay=False))


@click.group()
def spool() -> None:
    """What waits on a till's disk."""


@spool.command()
@_FOLDER
def status(*, folder: Path) -> None:
    """How the spool in FOLDER stands, as JSON. The till may be running."""
    try:
        print_json(asdict(look(folder, time.time())))
    except SpoolError as error:
        give_up(str(error))


@spool.command()
@_FOLDER
def retry(*, folder: Path) -> None:
    """Put the refused sales of FOLDER back into its spool. The till must not be running."""
    _check_there(folder)
    try:
        opened = Spool(folder)
        try:
            count = opened.retry_refused()
        finally:
            opened.close()
    except SpoolError as error:
        give_up(str(error))
    click.echo(f"{count:,} refused sales wait again.")


@spool.command()
@_FOLDER
@click.option("--gateway", "url", help="Send through the gateway with this address, instead of Kafka.")
@click.option(
    "--key-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="File that holds the gateway's key.",
)
@click.option("--seconds", type=click.FloatRange(0.1), default=60.0, show_default=True, help="Time limit.")
@kafka_options
def send(
    *, settings: Settings, as_json: bool, folder: Path, url: str | None, key_file: Path | None, seconds: float
) -> None:
    """Send what waits in FOLDER. The till must not be running. Exit code 1 if something is left."""
    if (url is None) != (key_file is None):
        raise click.UsageError("--gateway and --key-file belong together.")
    _check_there(folder)
    try:
        drained, after = asyncio.run(_send(folder, _transport(settings, url, key_file), seconds))
    except (SpoolError, ValueError, OSError) as error:
        give_up(str(error))
    if as_json:
        print_json(asdict(after.spool) | {"last_error": after.last_error})
    else:
        click.echo(f"{after.spool.pending:,} sales wait, {after.spool.refused:,} were refused.")
        if not drained:
            click.echo(after.last_error or "Not all could be sent in that time.", err=True)
    if not drained:
        raise SystemExit(REFUSED)


def _check_there(folder: Path) -> None:
    """A slip of the pen must not make an empty spool and say that nothing waits."""
    if not folder.is_dir():
        give_up(f"There is no folder {folder}.")


def _transport(settings: Settings, url: str | None, key_file: Path | None) -> Transport:
    if url is None or key_file is None:
        return SalesPublisher(settings.kafka_bootstrap, **client_security(settings))
    return HttpPublisher(url, key_file.read_text("utf-8").strip())


async def _send(folder: Path, transport: Transport, seconds: float) -> tuple[bool, TillStatus]:
    till = Till(folder, transport)
    await till.start()
    try:
        return await till.drain(seconds), await till.status()
    finally:
        await till.close(drain_seconds=0)
