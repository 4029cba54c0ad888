"""``daybook keys``."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError

from daybook.cli.kafka_options import REFUSED, give_up, print_json
from daybook.producers.gateway.keys import ANY, Key
from daybook.producers.gateway.keys_file import KeysFile, KeysFileError
from daybook.settings import Settings


def _keys_options(command: Callable[..., Any]) -> Callable[..., Any]:
    @click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout, nothing else there.")
    @click.option(
        "--keys",
        "path",
        type=click.Path(path_type=Path, dir_okay=False),
        help="The file of the keys' hashes.",
    )
    @functools.wraps(command)
    def wrapped(*, path: Path | None, **others: Any) -> Any:
        path = path or Settings().gateway_keys_file
        if path is None:
            raise click.UsageError("Name the keys file with --keys or DAYBOOK_GATEWAY_KEYS_FILE.")
        try:
            return command(file=KeysFile(path), **others)
        except KeysFileError as error:
            give_up(str(error))

    return wrapped


@click.group()
def keys() -> None:
    """API keys of the HTTP gateway. A running gateway sees every change at once."""


@keys.command()
@click.argument("label")
@click.option(
    "--store", "stores", multiple=True, help="Store it may publish for; repeat. All stores without."
)
@click.option("--source", "sources", multiple=True, help="Source it may publish as; repeat. All without.")
@_keys_options
def create(
    *, file: KeysFile, as_json: bool, label: str, stores: tuple[str, ...], sources: tuple[str, ...]
) -> None:
    """Make a key; LABEL says who has it. The key is shown this once and stored nowhere."""
    scope = {"stores": list(stores) or [ANY], "sources": list(sources) or [ANY]}
    try:
        made = file.create(label, **scope, now=datetime.now(UTC))
    except ValidationError:
        raise click.UsageError("LABEL is 1 to 200 characters of plain text without personal data.") from None
    if as_json:
        print_json({"key_id": made.key.key_id, "key": made.token, **scope})
    else:
        click.echo(made.token)


@keys.command("list")
@_keys_options
def list_(*, file: KeysFile, as_json: bool) -> None:
    """List all keys, revoked ones included; never the keys themselves."""
    found = file.load()
    if as_json:
        print_json({"keys": [key.model_dump(mode="json", exclude={"sha256"}) for key in found]})
        return
    for key in found:
        click.echo(f"{key.key_id}  {_state(key)}  {key.label}  ({_scope(key)})")
    if not found:
        click.echo("There are no keys.")


@keys.command()
@click.argument("key_id")
@_keys_options
def revoke(*, file: KeysFile, as_json: bool, key_id: str) -> None:
    """Put a key out of force. Exit code 1 if there is none of that id in force."""
    revoked = file.revoke(key_id, datetime.now(UTC))
    if as_json:
        print_json({"revoked": [key_id] if revoked else []})
    elif revoked:
        click.echo(f"{key_id} is revoked.")
    if not revoked:
        click.echo(f"There is no key {key_id} in force; `daybook keys list` names them.", err=True)
        raise SystemExit(REFUSED)


def _state(key: Key) -> str:
    return "in force" if key.revoked_at is None else f"revoked {key.revoked_at:%Y-%m-%d}"


def _scope(key: Key) -> str:
    stores = "all stores" if ANY in key.stores else "stores " + ", ".join(key.stores)
    sources = "all sources" if ANY in key.sources else "sources " + ", ".join(key.sources)
    return f"{stores}; {sources}"
