"""What commands on a store have in common: their options, how they print, and how they end.

Exit codes: 0 done and well, 1 differences found, 2 wrong usage, 3 cannot be reached or done.
"""

from __future__ import annotations

import functools
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NoReturn

import click
import orjson

from daybook.cli.starting import settings_or_end
from daybook.logs import begin_logging
from daybook.operations.access import perform
from daybook.operations.base import Args, CannotAct, Document
from daybook.settings import Settings

DIFFERENT: Final = 1
CANNOT: Final = 3
_TALKATIVE: Final = ("urllib3", "clickhouse_connect")
"""They warn of every try that failed; what it comes to is said once, in a sentence."""


def store_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that say where the data is; the command gets ``settings`` and ``as_json``."""

    @click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout, nothing else there.")
    @click.option("--stores", type=click.Path(path_type=Path, dir_okay=False), help="Stores file (JSON).")
    @click.option("--clickhouse-url", help="A ClickHouse server, such as http://127.0.0.1:8123.")
    @click.option(
        "--data-dir",
        type=click.Path(path_type=Path, file_okay=False),
        help="Data folder of a demo, running or not.",
    )
    @functools.wraps(command)
    def wrapped(
        *, data_dir: Path | None, clickhouse_url: str | None, stores: Path | None, **others: Any
    ) -> Any:
        settings = settings_or_end()
        begin_logging(settings)
        for library in _TALKATIVE:
            logging.getLogger(library).setLevel(logging.ERROR)
        given = {"data_dir": data_dir, "clickhouse_url": clickhouse_url, "stores_file": stores}
        settings = settings.model_copy(update={k: v for k, v in given.items() if v is not None})
        if data_dir is not None and clickhouse_url is None:
            settings.clickhouse_url = None
        return command(settings=settings, **others)

    return wrapped


def do(settings: Settings, name: str, args: Args, progress: Callable[[int], None] | None = None) -> Document:
    """Do an operation; where it cannot be done, say so and end with 3."""
    try:
        return perform(settings, name, args, progress)
    except CannotAct as error:
        give_up(str(error))


def give_up(sentence: str) -> NoReturn:
    """One plain sentence on stderr, and the exit code for what cannot be done."""
    click.echo(sentence, err=True)
    raise SystemExit(CANNOT)


def print_json(document: Document) -> None:
    """The document, readable and ending in a line feed."""
    click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, left: int = 1) -> None:
    """Rows under their columns' names, of which the first ``left`` are text and the others figures."""
    from rich.console import Console  # noqa: PLC0415 - commands without a table start sooner
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=None, pad_edge=False)
    for place, name in enumerate(columns):
        table.add_column(name, justify="left" if place < left else "right", overflow="fold")
    for row in rows:
        table.add_row(*row)
    # A pipe has no width of its own: let no figure be cut there.
    Console(width=None if sys.stdout.isatty() else 200).print(table, highlight=False)


def print_differences(differences: Sequence[Document], names: tuple[str, str]) -> None:
    """Differences as a table; amounts in minor units."""
    columns = ["book", "business date", "currency", "dimension", "key", "measure", *names]
    rows = [
        [str(d[name]) for name in ("book", "business_date", "currency", "dimension", "key", "measure")]
        + [f"{d['lines']:,}", f"{d['totals']:,}"]
        for d in differences
    ]
    print_table(columns, rows, left=6)
