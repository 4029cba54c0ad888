"""``daybook pace``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, Literal

import click

from daybook.cli.store_options import do, print_json, print_table, store_options
from daybook.cli.totals import amount
from daybook.operations.base import Document
from daybook.operations.pace import PaceArgs
from daybook.settings import Settings

_MOMENT: Final = click.DateTime(["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"])
_AMOUNTS: Final = ("actual", "expected", "projected_close", "low", "high")


@click.command()
@click.option("--at", type=_MOMENT, help="A moment in UTC, such as 2026-11-24T12:00; now, if left out.")
@click.option("--measure", type=click.Choice(["net", "gross"]), default="net", show_default=True)
@store_options
def pace(*, settings: Settings, as_json: bool, at: datetime | None, measure: Literal["net", "gross"]) -> None:
    """Show sales so far against what is usual by now, and where the day will close."""
    args = PaceArgs(at=at.replace(tzinfo=UTC) if at else None, measure=measure)
    document = do(settings, "pace", args)
    if as_json:
        print_json(document)
        return
    rows = [["all stores", group["currency"], *_amounts(group)] for group in document["groups"]]
    rows += [[store["store_id"], store["currency"], *_amounts(store)] for store in document["stores"]]
    titles = ["so far", "expected by now", "projected close", "band from", "to"]
    print_table(["store", "currency", *titles], rows, left=2)
    for group in document["groups"]:
        if group["left_out"]:
            click.echo(
                f"{group['left_out']:,} stores in {group['currency']} have no like day to compare with."
            )


def _amounts(row: Document) -> list[str]:
    return ["-" if row[name] is None else amount(row[name], row["currency"]) for name in _AMOUNTS]
