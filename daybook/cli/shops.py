"""``daybook shops``."""

from __future__ import annotations

import os
from pathlib import Path

import click

from daybook.cli.kafka_options import give_up, print_json
from daybook.producers.hooks import ShopsFileError, load_shops


@click.group()
def shops() -> None:
    """Connections to other systems, whose webhooks the gateway takes."""


@shops.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout, nothing else there.")
def check(*, file: Path, as_json: bool) -> None:
    """Check a shops FILE with all that it names: secrets, mapping documents. Shows no secret."""
    try:
        found = load_shops(file, os.environ)
    except ShopsFileError as error:
        give_up(str(error))
    rows = [
        {
            "name": name,
            "adapter": connection.shop.adapter,
            "source": connection.shop.source,
            "store_id": connection.shop.store_id,
            "route": f"/v1/hooks/{name}",
            "secrets": len(connection.secrets),
            "fetches": connection.shop.api_url is not None,
        }
        for name, connection in found.items()
    ]
    if as_json:
        print_json({"shops": rows})
        return
    for row in rows:
        click.echo(
            f"{row['name']}: {row['adapter']}, POST {row['route']}, source {row['source']}, "
            f"store {row['store_id']}, {row['secrets']} secrets in force."
        )
