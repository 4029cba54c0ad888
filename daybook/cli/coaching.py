"""``daybook coaching``."""

from __future__ import annotations

import getpass
from typing import Any

import click

from daybook.cli.rewards import bootstrap_option, by_option
from daybook.cli.store_options import do, print_json, print_table, store_options
from daybook.cli.totals import amount, signed
from daybook.operations import coaching as operations
from daybook.operations.base import Document
from daybook.settings import Settings


@click.group()
def coaching() -> None:
    """For managers only: who is behind their own past or target, in what, and what was noted."""


def _about(command: Any) -> Any:
    command = click.option("--currency", required=True, help="ISO 4217 code, such as GBP.")(command)
    command = click.option("--store", "is_store", is_flag=True, help="A store, not a member of staff.")(
        command
    )
    return click.argument("key")(command)


@coaching.command("list")
@click.option("--of", "key", default="", help="One member of staff or store, with all notes.")
@store_options
def list_(*, settings: Settings, as_json: bool, key: str) -> None:
    """List who is behind or on the coaching list, longest first."""
    document = do(settings, "coaching-list", operations.ListArgs(key=key))
    if as_json:
        print_json(document)
    elif not document["coaching"]:
        click.echo("Nobody is behind, and nobody is on the coaching list.")
    else:
        columns = ["who", "weeks behind", "net of the week", "usual", "target", "orders", "basket"]
        rows = [_row(each) for each in document["coaching"]]
        print_table([*columns, "discounts", "returns", "on the list", "notes"], rows, left=1)
        for each in document["coaching"] if key else ():
            for note in each["notes"]:
                click.echo(f"{note['at'][:16].replace('T', ' ')} {note['by']}: {note['text']}")


def _row(each: Document) -> list[str]:
    behind, currency = each.get("behind"), each["currency"]
    notes = [str(len(each["notes"])) if each["notes"] else "-"]
    who = f"{each['who']} {each['key']} ({currency})"
    if behind is None:
        return [who, "0", *["-"] * 7, "yes" if each["listed"] else "no", *notes]
    amounts = [
        amount(behind[name], currency) if name in behind else "-" for name in ("actual", "usual", "target")
    ]
    parts = [signed(behind[name], currency) for name in ("orders", "basket", "discounts", "returns")]
    return [who, str(behind["weeks"]), *amounts, *parts, "yes" if each["listed"] else "no", *notes]


@coaching.command("note")
@_about
@click.argument("text")
@by_option
@bootstrap_option
@store_options
def note(*, settings: Settings, as_json: bool, by: str | None, bootstrap: str | None, **given: Any) -> None:
    """Note something about somebody, which puts them on the coaching list."""
    settings.kafka_bootstrap = bootstrap or settings.kafka_bootstrap
    document = do(
        settings, "coaching-note", operations.NoteArgs(**_subject(given), by=by or getpass.getuser())
    )
    if as_json:
        print_json(document)
    else:
        click.echo(f"Noted; {document['key']} is on the coaching list.")


@coaching.command("end")
@_about
@by_option
@bootstrap_option
@store_options
def end(*, settings: Settings, as_json: bool, by: str | None, bootstrap: str | None, **given: Any) -> None:
    """Take somebody off the coaching list; notes stay."""
    settings.kafka_bootstrap = bootstrap or settings.kafka_bootstrap
    args = operations.SubjectArgs(**_subject(given), by=by or getpass.getuser())
    document = do(settings, "coaching-end", args)
    if as_json:
        print_json(document)
    else:
        click.echo(f"{document['ended']} is off the coaching list.")


def _subject(given: dict[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in given.items() if name != "is_store"}
    return rest | {"who": "store" if given["is_store"] else "staff"}
