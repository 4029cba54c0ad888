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
from daybook.cli.starting import settings_or_end
from daybook.producers.gateway import KeysFile, KeysFileError, LastUses, SigningKeysFile
from daybook.producers.gateway.keys import ANY, KeyScope


def _keys_options(command: Callable[..., Any]) -> Callable[..., Any]:
    @click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout, nothing else there.")
    @click.option(
        "--keys",
        "path",
        type=click.Path(path_type=Path, dir_okay=False),
        help="The file of the keys' hashes; signing keys are in one beside it.",
    )
    @functools.wraps(command)
    def wrapped(*, path: Path | None, **others: Any) -> Any:
        path = path or settings_or_end().gateway_keys_file
        if path is None:
            raise click.UsageError("Name the keys file with --keys or DAYBOOK_GATEWAY_KEYS_FILE.")
        try:
            return command(path=path, **others)
        except KeysFileError as error:
            give_up(str(error))

    return wrapped


@click.group()
def keys() -> None:
    """Keys of the HTTP gateway. A running gateway sees every change at once."""


@keys.command()
@click.argument("label")
@click.option(
    "--store", "stores", multiple=True, help="Store it may publish for; repeat. All stores without."
)
@click.option("--source", "sources", multiple=True, help="Source it may publish as; repeat. All without.")
@click.option("--signing", is_flag=True, help="A secret to sign requests with, instead of an API key.")
@_keys_options
def create(
    *, path: Path, as_json: bool, label: str, stores: tuple[str, ...], sources: tuple[str, ...], signing: bool
) -> None:
    """Make a key; LABEL says who has it. The key is shown this once."""
    scope = {"stores": list(stores) or [ANY], "sources": list(sources) or [ANY]}
    now = datetime.now(UTC)
    try:
        if signing:
            secret = SigningKeysFile(path).create(label, **scope, now=now)
            key_id, shown = secret.key_id, secret.secret
        else:
            made = KeysFile(path).create(label, **scope, now=now)
            key_id, shown = made.key.key_id, made.token
    except ValidationError:
        raise click.UsageError("LABEL is 1 to 200 characters of plain text without personal data.") from None
    if as_json:
        print_json({"key_id": key_id, "key": shown, **scope})
        return
    click.echo(shown)
    if signing:
        click.echo(f"Its id is {key_id}: send to /v1/events?key={key_id}.", err=True)


@keys.command("list")
@_keys_options
def list_(*, path: Path, as_json: bool) -> None:
    """List all keys, revoked ones included; never the keys themselves."""
    used = LastUses(path).load()
    kinds: list[tuple[str, KeyScope]] = [("API key", key) for key in KeysFile(path).load()]
    kinds += [("signing", key) for key in SigningKeysFile(path).load()]
    if as_json:
        print_json({"keys": [_as_json(kind, key, used.get(key.key_id)) for kind, key in kinds]})
        return
    for kind, key in kinds:
        last = used.get(key.key_id)
        told = f"last used {last:%Y-%m-%d %H:%M} UTC" if last is not None else "never used"
        click.echo(f"{key.key_id}  {kind}  {_state(key)}  {told}  {key.label}  ({_scope(key)})")
    if not kinds:
        click.echo("There are no keys.")


@keys.command()
@click.argument("key_id")
@_keys_options
def revoke(*, path: Path, as_json: bool, key_id: str) -> None:
    """Put a key out of force. Exit code 1 if there is none of that id in force."""
    now = datetime.now(UTC)
    revoked = KeysFile(path).revoke(key_id, now) or SigningKeysFile(path).revoke(key_id, now)
    if as_json:
        print_json({"revoked": [key_id] if revoked else []})
    elif revoked:
        click.echo(f"{key_id} is revoked.")
    if not revoked:
        click.echo(f"There is no key {key_id} in force; `daybook keys list` names them.", err=True)
        raise SystemExit(REFUSED)


def _as_json(kind: str, key: KeyScope, last: datetime | None) -> dict[str, Any]:
    shown = key.model_dump(mode="json", exclude={"sha256", "secret"})
    return {**shown, "kind": kind, "last_used_at": last.isoformat() if last is not None else None}


def _state(key: KeyScope) -> str:
    return "in force" if key.revoked_at is None else f"revoked {key.revoked_at:%Y-%m-%d}"


def _scope(key: KeyScope) -> str:
    stores = "all stores" if ANY in key.stores else "stores " + ", ".join(key.stores)
    sources = "all sources" if ANY in key.sources else "sources " + ", ".join(key.sources)
    return f"{stores}; {sources}"
