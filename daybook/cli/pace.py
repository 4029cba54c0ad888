"""``daybook pace``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

import click

from daybook.cli.store_options import do, give_up, print_json, print_table, store_options
from daybook.cli.totals import amount
from daybook.json_files import FileError, read_document
from daybook.operations.base import Document
from daybook.operations.pace import PaceArgs
from daybook.schemas.targets import Target, TargetsFile
from daybook.settings import Settings

_MOMENT: Final = click.DateTime(["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"])
_FILE: Final = click.Path(path_type=Path, dir_okay=False)
_AMOUNTS: Final = ("actual", "expected", "projected_close", "low", "high", "target")


@click.command()
@click.option("--at", type=_MOMENT, help="A moment in UTC, such as 2026-11-24T12:00; now, if left out.")
@click.option("--measure", type=click.Choice(["net", "gross"]), default="net", show_default=True)
@click.option(
    "--targets", "targets_path", type=click.Path(path_type=Path, dir_okay=False), help="Targets file (JSON)."
)
@store_options
def pace(
    *,
    settings: Settings,
    as_json: bool,
    at: datetime | None,
    measure: Literal["net", "gross"],
    targets_path: Path | None,
) -> None:
    """Show sales so far against what is usual by now, where the day will close, and what it is meant to."""
    targets = _targets(targets_path or settings.targets_file)
    args = PaceArgs(at=at.replace(tzinfo=UTC) if at else None, measure=measure, targets=targets)
    document = do(settings, "pace", args)
    if as_json:
        print_json(document)
        return
    rows = [["all stores", group["currency"], *_figures(group)] for group in document["groups"]]
    rows += [[store["store_id"], store["currency"], *_figures(store)] for store in document["stores"]]
    titles = ["so far", "expected by now", "projected close", "band from", "to", "target", "chance"]
    print_table(["store", "currency", *titles], rows, left=2)
    for group in document["groups"]:
        if group["left_out"]:
            click.echo(
                f"{group['left_out']:,} stores in {group['currency']} have no like day to compare with."
            )


def _targets(path: Path | None) -> list[Target]:
    if path is None:
        return []
    try:
        return read_document(path, TargetsFile, "targets file").targets
    except FileError as error:
        give_up(str(error))


def _figures(row: Document) -> list[str]:
    chance = row["chance_ppm"]
    return [
        *("-" if row[name] is None else amount(row[name], row["currency"]) for name in _AMOUNTS),
        "-" if chance is None else f"{chance / 10_000:.0f} %",
    ]
