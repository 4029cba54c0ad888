"""``daybook backtest``."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import click

from daybook.cli.store_options import do, print_json, print_table, store_options
from daybook.operations.backtest import BacktestArgs
from daybook.settings import Settings

_DAY: Final = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.option("--from", "first", type=_DAY, help="First business date.")
@click.option("--to", "last", type=_DAY, help="Last business date.")
@click.option("--store", "store_id", help="One store; all, if left out.")
@click.option("--measure", type=click.Choice(["gross", "net"]), default="gross", show_default=True)
@store_options
def backtest(
    *,
    settings: Settings,
    as_json: bool,
    first: datetime | None,
    last: datetime | None,
    **chosen: Any,
) -> None:
    """Show how right the projected close would have been, beside naive ways to guess it.

    The figures are median absolute percentage errors at each hour after the store's cutoff.
    """
    args = BacktestArgs(first=first.date() if first else None, last=last.date() if last else None, **chosen)
    document = do(settings, "backtest", args)
    if as_json:
        print_json(document)
        return
    methods = list(document["hours"][0]["median_error_ppm"])
    rows = [
        [f"{hour['hours_since_cutoff']}:00"]
        + [f"{hour['median_error_ppm'][method] / 10_000:.1f} %" for method in methods]
        for hour in document["hours"]
    ]
    print_table(["hours since cutoff", *(method.replace("_", " ") for method in methods)], rows)
    click.echo(f"Days with eight like days before them: {document['days']:,}.")
