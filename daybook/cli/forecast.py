"""``daybook forecast``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

import click

from daybook.cli.plan_files import MOMENT, adjustments_in, plan_files, targets_in
from daybook.cli.store_options import do, print_json, print_table, store_options
from daybook.cli.totals import amount
from daybook.operations.base import Document
from daybook.operations.forecast import ForecastArgs
from daybook.settings import Settings

_WINDOWS: Final = {"next 7 days": "next_7_days", "next 28 days": "next_28_days", "month's end": "month"}


@click.command()
@click.option("--at", type=MOMENT, help="A moment in UTC, such as 2026-11-24T12:00; now, if left out.")
@click.option("--store", "store_id", help="One store; all, if left out.")
@click.option("--measure", type=click.Choice(["net", "gross"]), default="net", show_default=True)
@plan_files
@store_options
def forecast(
    *,
    settings: Settings,
    as_json: bool,
    at: datetime | None,
    store_id: str | None,
    measure: Literal["net", "gross"],
    targets_path: Path | None,
    adjustments_path: Path | None,
) -> None:
    """Show what the next 7 and 28 days and the month will bring, per store and in all, with a band.

    The band is made of what such looks ahead would have missed in the last weeks.
    """
    args = ForecastArgs(
        at=at.replace(tzinfo=UTC) if at else None,
        store_id=store_id,
        measure=measure,
        targets=targets_in(targets_path, settings),
        adjustments=adjustments_in(adjustments_path, settings),
    )
    document = do(settings, "forecast", args)
    if as_json:
        print_json(document)
        return
    rows = [row for group in document["groups"] for row in _rows("all stores", group)]
    rows += [row for store in document["stores"] for row in _rows(store["store_id"], store)]
    columns = ["store", "currency", "over", "until", "expected", "band from", "to", "without adjustments"]
    print_table(columns, rows, left=4)


def _rows(name: str, row: Document) -> list[list[str]]:
    return [
        [
            name,
            row["currency"],
            title,
            row[window]["to"],
            *(_amount(row[window][figure], row["currency"]) for figure in ("expected", "low", "high")),
            _amount(row[window]["expected_unadjusted"], row["currency"]),
        ]
        for title, window in _WINDOWS.items()
    ]


def _amount(minor: int | None, currency: str) -> str:
    return "-" if minor is None else amount(minor, currency)
