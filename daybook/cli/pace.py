"""``daybook pace``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

import click

from daybook.cli.plan_files import MOMENT, adjustments_in, plan_files, targets_in
from daybook.cli.store_options import do, print_json, print_table, store_options
from daybook.cli.totals import amount
from daybook.operations.accuracy import AccuracyArgs
from daybook.operations.base import Document
from daybook.operations.pace import PaceArgs
from daybook.settings import Settings

_AMOUNTS: Final = (
    "actual", "expected", "projected_close", "low", "high", "projected_close_unadjusted", "target",
    "target_by_now",
)  # fmt: skip


@click.command()
@click.option("--at", type=MOMENT, help="A moment in UTC, such as 2026-11-24T12:00; now, if left out.")
@click.option("--measure", type=click.Choice(["net", "gross"]), default="net", show_default=True)
@click.option("--accuracy", is_flag=True, help="How right the projections of past days were, by the hour.")
@click.option("--days", type=click.IntRange(1, 3650), default=56, show_default=True, help="For --accuracy.")
@plan_files
@store_options
def pace(
    *,
    settings: Settings,
    as_json: bool,
    at: datetime | None,
    measure: Literal["net", "gross"],
    accuracy: bool,
    days: int,
    targets_path: Path | None,
    adjustments_path: Path | None,
) -> None:
    """Show sales so far against what is usual by now, where the day will close, and what it is meant to."""
    moment = at.replace(tzinfo=UTC) if at else None
    if accuracy:
        _show_accuracy(do(settings, "pace-accuracy", AccuracyArgs(at=moment, days=days)), as_json=as_json)
        return
    args = PaceArgs(
        at=moment,
        measure=measure,
        targets=targets_in(targets_path, settings),
        adjustments=adjustments_in(adjustments_path, settings),
    )
    document = do(settings, "pace", args)
    if as_json:
        print_json(document)
    else:
        _show(document)


def _show(document: Document) -> None:
    rows = [["all stores", group["currency"], *_figures(group)] for group in document["groups"]]
    rows += [[store["store_id"], store["currency"], *_figures(store)] for store in document["stores"]]
    titles = ["so far", "expected by now", "projected close", "band from", "to", "unadjusted", "target"]
    print_table(["store", "currency", *titles, "target by now", "chance"], rows, left=2)
    for store in document["stores"]:
        if store["closed"]:
            click.echo(f"{store['store_id']} does not open today.")
        for each in store["adjustments"]:
            why = f"{each['reason']} ({each['source']})"
            click.echo(f"{store['store_id']}: {each['factor']} times the usual, for {why}.")
    for group in document["groups"]:
        if group["left_out"]:
            click.echo(
                f"{group['left_out']:,} stores in {group['currency']} have no like day to compare with."
            )


def _show_accuracy(document: Document, *, as_json: bool) -> None:
    if as_json:
        print_json(document)
        return
    rows = [
        [row["scope"], f"{row['hour']}:00", f"{row['days']:,}"]
        + [
            "-" if row[name] is None else f"{row[name] / 10_000:.1f} %"
            for name in ("error_ppm", "bias_ppm", "inside_ppm")
        ]
        for row in document["hours"]
    ]
    print_table(["of", "hours since cutoff", "days", "median error", "median bias", "within the band"], rows)
    if not rows:
        click.echo("No projection of a finished day is stored yet: `daybook watcher` makes them.")


def _figures(row: Document) -> list[str]:
    chance = row["chance_ppm"]
    return [
        *("-" if row[name] is None else amount(row[name], row["currency"]) for name in _AMOUNTS),
        "-" if chance is None else f"{chance / 10_000:.0f} %",
    ]
