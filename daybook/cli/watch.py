"""``daybook watch``."""

from __future__ import annotations

import sys
import time

import click
from rich.console import Console
from rich.live import Live

from daybook.cli.store_options import do, print_json, store_options
from daybook.cli.watching import picture
from daybook.operations.today import TodayArgs
from daybook.settings import Settings


@click.command()
@click.option("--every", type=click.FloatRange(0.5, 3600), default=5.0, show_default=True, help="Seconds.")
@click.option("--once", is_flag=True, help="Show it once and end, as when the output is no terminal.")
@store_options
def watch(*, settings: Settings, as_json: bool, every: float, once: bool) -> None:
    """Today in the terminal, until told to end (Ctrl-C): the live page's figures, store by store."""
    document = do(settings, "today", TodayArgs())
    if as_json:
        print_json(document)
        return
    console = Console(width=None if sys.stdout.isatty() else 160)
    if once or not sys.stdout.isatty():
        console.print(picture(document), highlight=False)
        return
    with Live(picture(document), console=console, screen=True, auto_refresh=False) as live:
        try:
            while True:
                time.sleep(every)
                live.update(picture(do(settings, "today", TodayArgs())), refresh=True)
        except KeyboardInterrupt:
            return
