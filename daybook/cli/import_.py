"""``daybook import``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import click

from daybook.cli.file_sending import Sending, send_file, sending_options
from daybook.cli.kafka_options import give_up, kafka_options, print_json, progress
from daybook.producers.importers import online_retail
from daybook.producers.resume import Resume, digest_of
from daybook.settings import Settings

_EVERY: Final = 1000


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--format", "file_format", type=click.Choice(["online-retail"]), required=True)
@click.option("--dry-run", is_flag=True, help="Read and convert, but publish nothing.")
@click.option(
    "--stores-out", type=click.Path(path_type=Path, dir_okay=False), help="Write the stores file here."
)
@sending_options
@kafka_options
def import_(
    *,
    settings: Settings,
    as_json: bool,
    file: Path,
    file_format: str,
    dry_run: bool,
    stores_out: Path | None,
    rejects: Path | None,
    from_start: bool,
) -> None:
    """Publish the sales of another system's FILE to Kafka.

    A run that was cut off goes on where it stopped, and a file may be imported again: a repeat counts once.
    """
    try:
        with progress("Read", None, quiet=as_json) as told:
            converted = online_retail.convert(_counted(online_retail.read_rows(file), told))
        if stores_out is not None:
            stores_out.write_text(online_retail.stores().model_dump_json(indent=2) + "\n", encoding="utf-8")
        published = 0
        if not dry_run:
            resume = Resume(settings.state_dir, digest_of(file, "import", file_format))
            if from_start:
                resume.start_over()
            sending = Sending(converted.events, len(converted.events), resume, rejects, as_json)
            published = send_file(settings, sending).published
    except online_retail.FormatError as error:
        give_up(str(error))
    except OSError as error:
        give_up(f"{error.filename or file} cannot be used: {error.strerror}.")
    document = {
        "format": file_format,
        "lines": converted.lines,
        "events": len(converted.events),
        "published": published,
        "skipped": dict(sorted(converted.skipped.items())),
    }
    if as_json:
        print_json(document)
        return
    for reason, lines in sorted(converted.skipped.items()):
        click.echo(f"{lines:,} lines skipped: {reason.replace('_', ' ')}.")
    click.echo(f"{converted.lines:,} lines make {len(converted.events):,} events; {published:,} published.")


def _counted(rows: Iterable[Mapping[str, str]], told: Callable[[int], None]) -> Iterator[Mapping[str, str]]:
    for number, row in enumerate(rows, start=1):
        yield row
        if number % _EVERY == 0:
            told(_EVERY)
