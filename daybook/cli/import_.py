"""``daybook import``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import click
import orjson

from daybook.cli.file_sending import Sending, send_file, sending_options
from daybook.cli.kafka_options import REFUSED, SHOWN, give_up, kafka_options, print_json, progress
from daybook.cli.mapping_options import opened_records, origin_options, read_mapping
from daybook.json_files import FileError
from daybook.producers.adapters.documents import UnreadableError
from daybook.producers.adapters.mapping.document import SignalMapping
from daybook.producers.client import EventLike
from daybook.producers.importers import online_retail
from daybook.producers.importers.mapped import FileOrigin, Tally, mapped_events
from daybook.producers.importers.rows import FileFormatError
from daybook.producers.resume import Resume, digest_of
from daybook.producers.sending import Refused
from daybook.settings import Settings

_FILE: Final = click.Path(path_type=Path, dir_okay=False)
_EVERY: Final = 1000


class _Way(NamedTuple):
    """How this run goes."""

    settings: Settings
    quiet: bool
    dry_run: bool
    rejects: Path | None
    from_start: bool


@click.command("import")
@click.argument("file", type=_FILE)
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["online-retail", "csv", "ndjson", "json"]),
    required=True,
    help="csv: columns with our fields' names, or any with --mapping. ndjson: a JSON object on each line.",
)
@click.option("--mapping", type=_FILE, help="Mapping document (JSON): which of its fields are which of ours.")
@origin_options
@click.option("--dry-run", is_flag=True, help="Read and convert, but publish nothing.")
@click.option("--stores-out", type=_FILE, help="Write the stores of an online-retail file here.")
@sending_options
@kafka_options
def import_(
    *,
    settings: Settings,
    as_json: bool,
    file: Path,
    file_format: str,
    mapping: Path | None,
    origin: Callable[[], FileOrigin],
    stores_out: Path | None,
    **chosen: Any,
) -> None:
    """Publish the sales or signals of another system's FILE, gzipped or not, to Kafka.

    A bad record is told and holds up no good one; exit code 1 if there was any. A run that was cut off goes
    on where it stopped, and a file may be imported again: a repeat counts once.
    """
    way = _Way(settings, as_json, **chosen)
    try:
        if file_format == "online-retail":
            document = _online_retail(file, stores_out, way)
        elif mapping is None and file_format != "csv":
            raise click.UsageError("Name a --mapping; for a file of our own events: `daybook publish`.")
        else:
            document = _mapped(file, file_format, mapping, origin(), way)
    except (online_retail.FormatError, FileFormatError, FileError, UnreadableError) as error:
        give_up(str(error))
    except OSError as error:
        give_up(f"{error.filename or file} cannot be used: {error.strerror or error}.")
    if as_json:
        print_json({"format": file_format, **document})
    else:
        _print(document)
    if document["refused"]:
        raise SystemExit(REFUSED)


def _online_retail(file: Path, stores_out: Path | None, way: _Way) -> dict[str, Any]:
    with progress("Read", None, quiet=way.quiet) as told:
        converted = online_retail.convert(_counted(online_retail.read_rows(file), told))
    if stores_out is not None:
        stores_out.write_text(online_retail.stores().model_dump_json(indent=2) + "\n", encoding="utf-8")
    published, refused = 0, list[Refused]()
    if not way.dry_run:
        published, refused = _publish(file, "online-retail", converted.events, len(converted.events), way)
    return {
        "lines": converted.lines,
        "events": len(converted.events),
        "published": published,
        "skipped": dict(sorted(converted.skipped.items())),
        "refused": [each.document() for each in refused],
    }


def _mapped(
    file: Path, file_format: str, mapping_path: Path | None, origin: FileOrigin, way: _Way
) -> dict[str, Any]:
    mapping, tally = read_mapping(mapping_path), Tally()
    published, refused = 0, list[Refused]()
    with opened_records(file, file_format, mapping) as records:
        events = mapped_events(records, mapping, origin, tally)
        if way.dry_run:
            count = sum(1 for _ in events)
        else:
            how = f"{file_format} {mapping.model_dump_json()} {origin}"
            signals = isinstance(mapping, SignalMapping)
            published, refused = _publish(file, how, events, None, way, signals=signals)
            count = published + len(refused)
    bad = [bad.document() for bad in tally.bad]
    if way.rejects is not None:
        # At the end: a run that goes on after a cut reads the file anew and finds them again.
        with way.rejects.open("ab") as rejects:
            rejects.writelines(orjson.dumps(each, option=orjson.OPT_APPEND_NEWLINE) for each in bad)
    return {
        "lines": tally.records,
        "events": count,
        "published": published,
        "skipped": dict(sorted(tally.ignored.items())),
        "refused": [*bad, *(each.document() for each in refused)],
    }


def _publish(
    file: Path, how: str, events: Iterable[EventLike], total: int | None, way: _Way, *, signals: bool = False
) -> tuple[int, list[Refused]]:
    resume = Resume(way.settings.state_dir, digest_of(file, "import", how))
    if way.from_start:
        resume.start_over()
    sent = send_file(way.settings, Sending(events, total, resume, way.rejects, way.quiet, signals))
    return sent.published + sent.skipped, sent.refused


def _print(document: dict[str, Any]) -> None:
    for reason, lines in document["skipped"].items():
        click.echo(f"{lines:,} lines skipped: {reason.replace('_', ' ')}.")
    for entry in document["refused"][:SHOWN]:
        first = entry["problems"][0]
        where = f"Line {entry['line']}" if "line" in entry else f"Event {entry['position']}"
        field = f" {first['field']}:" if first["field"] else ""
        click.echo(f"{where}:{field} {first['detail']} ({first['code']})", err=True)
    click.echo(
        f"{document['lines']:,} lines make {document['events']:,} events; "
        f"{document['published']:,} published, {len(document['refused']):,} refused."
    )


def _counted(rows: Iterable[Mapping[str, str]], told: Callable[[int], None]) -> Iterator[Mapping[str, str]]:
    for number, row in enumerate(rows, start=1):
        yield row
        if number % _EVERY == 0:
            told(_EVERY)
