"""``daybook report``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click

from daybook.board_files import load_measures, load_targets
from daybook.cli.store_options import do, give_up, print_json, store_options
from daybook.json_files import FileError
from daybook.operations.base import Document
from daybook.operations.report import ReportArgs
from daybook.schemas.measures import CustomMeasure
from daybook.schemas.targets import Target
from daybook.settings import Settings

FORMATS: Final = ("md", "html", "csv")


@click.command()
@click.option("--day", "kind", flag_value="day", default="day", help="Of one business date (the default).")
@click.option("--week", "kind", flag_value="week", help="Of an ISO week.")
@click.option("--month", "kind", flag_value="month", help="Of a calendar month.")
@click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="A day of the period; without one, the last period that is over.",
)
@click.option("--format", "form", type=click.Choice(FORMATS), default="md", show_default=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="File to write; stdout without.")
@click.option("--targets", type=click.Path(path_type=Path, dir_okay=False), help="Targets file (JSON).")
@store_options
def report(
    *,
    settings: Settings,
    as_json: bool,
    kind: Any,
    day: datetime | None,
    form: str,
    out: Path | None,
    targets: Path | None,
) -> None:
    """The written report of a day, a week or a month: figures, charts, and what stands out."""
    asked = ReportArgs(
        kind=kind,
        day=day.date() if day else None,
        grace_hours=settings.day_grace_hours,
        targets=_targets(targets or settings.targets_file),
        custom=_measures(settings.measures_file),
    )
    document = do(settings, "report", asked)
    if as_json:
        print_json(document)
        return
    text = written(document, form)
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        give_up(f"{out} cannot be written: {error.strerror}.")
    click.echo(f"Written to {out}.", err=True)


def _targets(path: Path | None) -> list[Target]:
    try:
        return load_targets(path)
    except FileError as error:
        give_up(str(error))


def _measures(path: Path | None) -> list[CustomMeasure]:
    try:
        return load_measures(path)
    except FileError as error:
        give_up(str(error))


def written(document: Document, form: str) -> str:
    """A report in one of the formats."""
    if form == "html":
        from daybook.reporting.html import as_html  # noqa: PLC0415 - the other formats draw nothing

        return as_html(document)
    from daybook.reporting.tables import as_csv, as_markdown  # noqa: PLC0415

    return as_csv(document) if form == "csv" else as_markdown(document)
