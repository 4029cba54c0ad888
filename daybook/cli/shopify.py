"""``daybook shopify``."""

from __future__ import annotations

import asyncio
import os
from datetime import datetime
from pathlib import Path
from typing import Final

import click
import httpx

from daybook.brokers import client_security
from daybook.cli.kafka_options import REFUSED, SHOWN, give_up, kafka_options, print_json, progress
from daybook.producers.catch_up import CaughtUp, ShopUnavailable, catch_up, orders_changed
from daybook.producers.client import SalesPublisher
from daybook.producers.hooks import Connection, ShopsFileError, load_shops
from daybook.producers.records import KafkaUnavailable
from daybook.settings import Settings

_SECONDS: Final = 30.0
_TOPIC: Final = "orders/updated"


class _Instant(click.ParamType):
    """A time with its offset."""

    name = "time"

    def convert(
        self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no time, such as 2026-11-24T00:00Z.", param, ctx)
        if instant.tzinfo is None:
            self.fail(f"{value!r} has no offset: write {value}Z for UTC.", param, ctx)
        return instant


@click.group()
def shopify() -> None:
    """Shops on Shopify, apart from their webhooks."""


@shopify.command("catch-up")
@click.option("--shop", "name", required=True, help="Its name in the shops file.")
@click.option("--from", "start", type=_Instant(), required=True, help="Such as 2026-11-24T00:00Z.")
@click.option("--to", "end", type=_Instant(), required=True, help="The same; both are included.")
@click.option(
    "--shops", "shops_path", type=click.Path(path_type=Path, dir_okay=False), help="The shops file."
)
@kafka_options
def catch_up_command(
    *, settings: Settings, as_json: bool, name: str, start: datetime, end: datetime, shops_path: Path | None
) -> None:
    """Publish the orders that changed between two times, for webhooks that were missed.

    Safe to run again and beside the webhooks: an order's state counts once. Exit code 1 if an order could not
    be published; the others are. Shopify gives orders of the last 60 days unless the token may read all.
    """
    if start > end:
        raise click.UsageError("--from lies after --to.")
    connection = _connection(shops_path or settings.shops_file, name)
    try:
        done = asyncio.run(_run(settings, connection, start, end, quiet=as_json))
    except (KafkaUnavailable, ShopUnavailable) as error:
        give_up(f"{error} Give the same command again: what was published counts once.")
    refused = [missed.document() for missed in done.refused]
    if as_json:
        print_json({"orders": done.orders, "published": done.published, "refused": refused})
    else:
        for missed in refused[:SHOWN]:
            problem = missed["problems"][0]
            where = f"{problem['field']}: " if problem["field"] else ""
            click.echo(
                f"Order {missed['order_id']}: {where}{problem['detail']} ({problem['code']})", err=True
            )
        click.echo(f"{done.orders:,} orders changed; {done.published:,} published, {len(refused):,} refused.")
    if refused:
        raise SystemExit(REFUSED)


def _connection(path: Path | None, name: str) -> Connection:
    if path is None:
        raise click.UsageError("Name the shops file with --shops or DAYBOOK_SHOPS_FILE.")
    try:
        connections = load_shops(path, os.environ)
    except ShopsFileError as error:
        give_up(str(error))
    connection = connections.get(name)
    if connection is None:
        give_up(f"{path} has no shop {name}; it has: {', '.join(sorted(connections)) or 'none'}.")
    if connection.shop.adapter != "shopify":
        give_up(f"{name} is no shop of Shopify, but of {connection.shop.adapter}.")
    if connection.shop.api_url is None or connection.api_token is None:
        give_up(f"{name} needs api_url and api_token in {path}.")
    return connection


async def _run(
    settings: Settings, connection: Connection, start: datetime, end: datetime, *, quiet: bool
) -> CaughtUp:
    # No redirects: the token goes to the address that the shops file names.
    async with (
        httpx.AsyncClient(timeout=_SECONDS, follow_redirects=False, trust_env=False) as client,
        SalesPublisher(settings.kafka_bootstrap, **client_security(settings)) as publisher,
    ):
        with progress("Orders", None, quiet=quiet) as told:
            pages = orders_changed(client, connection, start, end)
            return await catch_up(pages, connection, publisher, _TOPIC, told)
