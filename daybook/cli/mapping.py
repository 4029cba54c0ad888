"""``daybook mapping``."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any, Final

import click
import orjson

from daybook.cli.kafka_options import REFUSED, give_up, print_json
from daybook.cli.mapping_options import opened_records, origin_options, read_mapping
from daybook.json_files import FileError
from daybook.producers.adapters.documents import UnreadableError
from daybook.producers.adapters.mapping.document import AnyMapping, mapping_schema
from daybook.producers.client import encoded
from daybook.producers.importers.mapped import FileOrigin, Tally, mapped_events
from daybook.producers.importers.rows import FileFormatError

_FILE: Final = click.Path(path_type=Path, dir_okay=False, exists=True)
_MOST: Final = 20


@click.group()
def mapping() -> None:
    """Mapping documents: which fields of another system are which of ours."""


@mapping.command()
@click.argument("document", type=_FILE)
@click.option("--sample", type=_FILE, help="A file of the other system: .csv, .ndjson, or one JSON document.")
@origin_options
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout, nothing else there.")
def check(*, document: Path, sample: Path | None, origin: Callable[[], FileOrigin], as_json: bool) -> None:
    """Check a mapping DOCUMENT, and show what it makes of the first records of a sample.

    Nothing is published. Exit code 1 if a record could not become an event.
    """
    try:
        made = read_mapping(document)
        told = (
            {"events": [], "refused": [], "skipped": {}} if sample is None else _tried(made, sample, origin())
        )
    except (FileError, FileFormatError, UnreadableError) as error:
        give_up(str(error))
    if as_json:
        print_json(told)
    else:
        _print(told, sample)
    if told["refused"]:
        raise SystemExit(REFUSED)


@mapping.command()
def schema() -> None:
    """Print the JSON Schema of mapping documents, for editors and other checkers."""
    print_json(mapping_schema())


def _tried(made: AnyMapping, sample: Path, origin: FileOrigin) -> dict[str, Any]:
    tally = Tally()
    with opened_records(sample, _format(sample), made) as records:
        events = [
            orjson.loads(encoded(event))
            for event in mapped_events(islice(records, _MOST), made, origin, tally)
        ]
    return {
        "events": events,
        "refused": [bad.document() for bad in tally.bad],
        "skipped": dict(tally.ignored),
    }


def _format(sample: Path) -> str:
    suffix = Path(sample.name.removesuffix(".gz")).suffix
    return {".csv": "csv", ".tsv": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson"}.get(suffix, "json")


def _print(told: dict[str, Any], sample: Path | None) -> None:
    for event in told["events"]:
        click.echo(orjson.dumps(event, option=orjson.OPT_INDENT_2).decode())
    for reason, count in told["skipped"].items():
        click.echo(f"{count:,} records left out: {reason.replace('_', ' ')}.")
    for entry in told["refused"]:
        for problem in entry["problems"]:
            click.echo(
                f"Line {entry['line']}: {problem['field']}: {problem['detail']} ({problem['code']})", err=True
            )
    if sample is None:
        click.echo(
            "The mapping is valid. Name a file of the other system by --sample to see what becomes of it."
        )
    else:
        click.echo(f"{len(told['events']):,} events, {len(told['refused']):,} refused.")
