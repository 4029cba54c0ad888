"""What commands on Kafka have in common. None needs the engine, which a mere publisher has not.

Exit codes: 0 done and well, 1 something was refused or differs, 2 wrong usage, 3 cannot be reached or done.
"""

from __future__ import annotations

import functools
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final, NoReturn

import click
import orjson

from daybook.cli.starting import settings_or_end
from daybook.logs import begin_logging
from daybook.producers.files import events_in_file, unpacked
from daybook.settings import Settings

REFUSED: Final = 1
CANNOT: Final = 3
SHOWN: Final = 20
"""Refused events that are told one by one where a person reads."""

_LINES: Final = frozenset({".ndjson", ".jsonl"})


def kafka_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that say where Kafka is and how to answer; the command gets ``settings`` and ``as_json``."""

    @click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout, nothing else there.")
    @click.option("--bootstrap", help="Brokers, host:port, comma-separated.")
    @functools.wraps(command)
    def wrapped(*, bootstrap: str | None, **others: Any) -> Any:
        settings = settings_or_end()
        quiet_logging(settings)
        if bootstrap is not None:
            settings.kafka_bootstrap = bootstrap
        return command(settings=settings, **others)

    return wrapped


def quiet_logging(settings: Settings) -> None:
    """Logs go to stderr; what aiokafka says about a broker that is away is told in one sentence instead."""
    begin_logging(settings)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    logging.getLogger("daybook.producers.connection").setLevel(logging.ERROR)


def give_up(sentence: str) -> NoReturn:
    """One plain sentence on stderr, and the exit code for what cannot be done."""
    click.echo(sentence, err=True)
    raise SystemExit(CANNOT)


def print_json(document: dict[str, Any]) -> None:
    """The document, readable and ending in a line feed."""
    click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())


def print_refused(refused: list[dict[str, Any]]) -> None:
    """Tell the first refused events and what is wrong with each."""
    for entry in refused[:SHOWN]:
        first = entry["problems"][0]
        where = f"{first['field']}: " if first["field"] else ""
        click.echo(f"Event {entry['position']}: {where}{first['detail']} ({first['code']})", err=True)
    if len(refused) > SHOWN:
        click.echo(f"... and {len(refused) - SHOWN} more; --json names them all.", err=True)


def events_of(file: BinaryIO) -> Iterator[bytes]:
    """The events of an opened file; one named .ndjson or .jsonl is read line by line."""
    name = Path(str(getattr(file, "name", "") or "").removesuffix(".gz"))
    return events_in_file(unpacked(file), lines=name.suffix in _LINES)


@contextmanager
def progress(label: str, total: int | None, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A bar on stderr where somebody watches; it is told how many more are done."""
    if quiet or not sys.stderr.isatty():
        yield lambda _more: None
        return
    stream = click.get_text_stream("stderr")
    if total is not None:
        with click.progressbar(length=total, label=label, file=stream) as bar:
            yield bar.update
        return
    done = 0

    def count(more: int) -> None:
        nonlocal done
        done += more
        click.echo(f"\r{label} {done:,}", nl=False, file=stream)

    yield count
    click.echo(file=stream)
