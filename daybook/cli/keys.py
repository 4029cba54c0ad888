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
from daybook.dashboards.board.access import Role, ViewKey
from daybook.producers.gateway import KeysFile, KeysFileError, LastUses, SigningKeysFile
from daybook.producers.gateway.keys import KeyScope
from daybook.schemas.keys import ANY
from daybook.view_keys import ViewKeysFile

_AnyKey = KeyScope | ViewKey


def _keys_options(command: Callable[..., Any]) -> Callable[..., Any]:
    @click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout, nothing else there.")
    @click.option(
        "--keys",
        "path",
        type=click.Path(path_type=Path, dir_okay=False),
        help="The file of the keys' hashes; signing and view keys are in files beside it.",
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
    """Keys of the HTTP gateway and of the live page. What runs sees every change at once."""


@keys.command()
@click.argument("label")
@click.option("--store", "stores", multiple=True, help="Store it is for; repeat. All stores without.")
@click.option("--source", "sources", multiple=True, help="Source it may publish as; repeat. All without.")
@click.option("--signing", is_flag=True, help="A secret to sign requests with, instead of an API key.")
@click.option("--role", type=click.Choice([role.value for role in Role]), help="A key for the live page.")
@click.option("--staff", "staff_id", help="Whose line the role `own` shows.")
@click.option("--operator", is_flag=True, help="It may acknowledge and silence alerts, too.")
@_keys_options
def create(*, path: Path, as_json: bool, label: str, stores: tuple[str, ...], **kind: Any) -> None:
    """Make a key; LABEL says who has it. The key is shown this once."""
    _check_kind(**kind)
    scope = {"stores": list(stores) or [ANY]}
    make = _view_key if kind["role"] else _publishing_key
    try:
        key_id, shown, told = make(path, label, scope["stores"], datetime.now(UTC), **kind)
    except ValidationError:
        raise click.UsageError("LABEL is 1 to 200 characters of plain text without personal data.") from None
    if as_json:
        print_json({"key_id": key_id, "key": shown, **scope, **told})
        return
    click.echo(shown)
    if kind["signing"]:
        click.echo(f"Its id is {key_id}: send to /v1/events?key={key_id}.", err=True)


def _check_kind(
    *, sources: tuple[str, ...], signing: bool, role: str | None, staff_id: str | None, operator: bool
) -> None:
    if role is not None and (sources or signing):
        raise click.UsageError("--role makes a key for the live page: it has no --source and does not sign.")
    if role is None and (staff_id is not None or operator):
        raise click.UsageError("--staff and --operator belong to a key for the live page: give it a --role.")
    if (role == Role.OWN) != (staff_id is not None):
        raise click.UsageError("--role own, and no other, needs --staff: whose line it shows.")
    if role == Role.OWN and operator:
        raise click.UsageError("--operator does not go with --role own.")


def _publishing_key(
    path: Path, label: str, stores: list[str], now: datetime, **kind: Any
) -> tuple[str, str, dict[str, Any]]:
    sources = list(kind["sources"]) or [ANY]
    told = {"sources": sources}
    if kind["signing"]:
        secret = SigningKeysFile(path).create(label, stores=stores, sources=sources, now=now)
        return secret.key_id, secret.secret, told
    made = KeysFile(path).create(label, stores=stores, sources=sources, now=now)
    return made.key.key_id, made.token, told


def _view_key(
    path: Path, label: str, stores: list[str], now: datetime, **kind: Any
) -> tuple[str, str, dict[str, Any]]:
    role, staff_id, operator = Role(kind["role"]), kind["staff_id"], kind["operator"]
    made = ViewKeysFile(path).create(
        label, role=role, stores=stores, staff_id=staff_id, operator=operator, now=now
    )
    return made.key.key_id, made.token, {"role": role.value, "staff_id": staff_id, "operator": operator}


@keys.command("list")
@_keys_options
def list_(*, path: Path, as_json: bool) -> None:
    """List all keys, revoked ones included; never the keys themselves."""
    used = LastUses(path).load()
    kinds: list[tuple[str, _AnyKey]] = [("API key", key) for key in KeysFile(path).load()]
    kinds += [("signing", key) for key in SigningKeysFile(path).load()]
    kinds += [("view key", key) for key in ViewKeysFile(path).load()]
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
    files = (KeysFile, SigningKeysFile, ViewKeysFile)
    revoked = any(file(path).revoke(key_id, now) for file in files)
    if as_json:
        print_json({"revoked": [key_id] if revoked else []})
    elif revoked:
        click.echo(f"{key_id} is revoked.")
    if not revoked:
        click.echo(f"There is no key {key_id} in force; `daybook keys list` names them.", err=True)
        raise SystemExit(REFUSED)


def _as_json(kind: str, key: _AnyKey, last: datetime | None) -> dict[str, Any]:
    shown = key.model_dump(mode="json", exclude={"sha256", "secret"})
    return {**shown, "kind": kind, "last_used_at": last.isoformat() if last is not None else None}


def _state(key: _AnyKey) -> str:
    return "in force" if key.revoked_at is None else f"revoked {key.revoked_at:%Y-%m-%d}"


def _scope(key: _AnyKey) -> str:
    stores = "all stores" if ANY in key.stores else "stores " + ", ".join(key.stores)
    if isinstance(key, ViewKey):
        whose = f" {key.staff_id}" if key.staff_id else ""
        return f"{key.role.value}{whose}; {stores}{'; operator' if key.operator else ''}"
    sources = "all sources" if ANY in key.sources else "sources " + ", ".join(key.sources)
    return f"{stores}; {sources}"
