"""``daybook dashboards``: Grafana's boards as code."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from daybook.cli.store_options import CANNOT, DIFFERENT, give_up
from daybook.dashboards.grafana import alerting
from daybook.dashboards.grafana import build as boards
from daybook.dashboards.grafana.comparing import board_lines
from daybook.dashboards.grafana.deploy import Change, Grafana, GrafanaRefused
from daybook.dashboards.grafana.frame import PAGE
from daybook.dashboards.grafana.wanted import Source, Wanted

_FILE = click.Path(path_type=Path, dir_okay=False)
_DONE = {"create": "created", "update": "updated", "keep": "unchanged"}
_TO_DO = {"create": "would be created", "update": "would be updated", "keep": "unchanged"}
_SHOWN = 20
"""Lines of a difference that are shown without ``--all``."""


@click.group()
def dashboards() -> None:
    """Grafana's boards: build them from code, deploy them, compare and export them."""


@dashboards.command("build")
@click.option("--check", is_flag=True, help="Write nothing; exit code 1 if the files differ from the code.")
@click.option("--to", "folder", type=click.Path(path_type=Path, file_okay=False), help="Another folder.")
def build(*, check: bool, folder: Path | None) -> None:
    """Build the boards' JSON from the code."""
    place = folder or boards.FOLDER
    changed = boards.drifted(place) if check else boards.write(place)
    if folder is None and alerting.drifted():
        changed.append(alerting.FILE.name)
        if not check:
            alerting.write()
    for name in changed:
        click.echo(f"{name}: {'differs from the code' if check else 'written'}")
    if not changed:
        click.echo(f"{len(boards.BOARDS)} boards are as the code builds them.")
    elif check:
        click.echo("Run `daybook dashboards build` and commit what it writes.", err=True)
        raise SystemExit(DIFFERENT)


def _grafana_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that say where Grafana is and who we are; the command gets ``grafana``."""

    @click.option(
        "--grafana-url", envvar="DAYBOOK_GRAFANA_URL", default="http://127.0.0.1:3000", show_default=True
    )
    @click.option(
        "--token-file", envvar="DAYBOOK_GRAFANA_TOKEN_FILE", type=_FILE, help="A service account's token."
    )
    @click.option("--user", envvar="DAYBOOK_GRAFANA_USER", help="Instead of a token: a user.")
    @click.option(
        "--password-file", envvar="DAYBOOK_GRAFANA_PASSWORD_FILE", type=_FILE, help="And its password."
    )
    @functools.wraps(command)
    def wrapped(
        *,
        grafana_url: str,
        token_file: Path | None,
        user: str | None,
        password_file: Path | None,
        **others: Any,
    ) -> Any:
        if token_file is not None:
            credential: str | tuple[str, str] = secret(token_file)
        elif user is not None and password_file is not None:
            credential = (user, secret(password_file))
        else:
            give_up("Say who we are to Grafana: --token-file, or --user with --password-file.")
        try:
            return command(grafana=Grafana(grafana_url, credential), **others)
        except GrafanaRefused as error:
            give_up(str(error))

    return wrapped


def _wanted_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that say what is wanted; the command gets ``wanted``."""

    @click.option(
        "--clickhouse-url",
        envvar="DAYBOOK_GRAFANA_CLICKHOUSE_URL",
        default="http://127.0.0.1:8123",
        show_default=True,
        help="Where Grafana finds ClickHouse.",
    )
    @click.option(
        "--clickhouse-user", default="daybook_reader", show_default=True, help="A user that can only read."
    )
    @click.option(
        "--clickhouse-database", envvar="DAYBOOK_CLICKHOUSE_DATABASE", default="daybook", show_default=True
    )
    @click.option("--clickhouse-password-file", type=_FILE, help="The reader's password.")
    @click.option("--alert-webhook", help="Address that is told when the freshness rule fires.")
    @click.option("--page-url", default=PAGE, show_default=True, help="Where people find the live page.")
    @functools.wraps(command)
    def wrapped(
        *,
        clickhouse_url: str,
        clickhouse_user: str,
        clickhouse_database: str,
        clickhouse_password_file: Path | None,
        alert_webhook: str | None,
        page_url: str,
        **others: Any,
    ) -> Any:
        password = secret(clickhouse_password_file) if clickhouse_password_file is not None else ""
        source = Source(clickhouse_url, clickhouse_user, clickhouse_database, password)
        return command(wanted=Wanted(source, alert_webhook, page_url), **others)

    return wrapped


@dashboards.command("deploy")
@_grafana_options
@_wanted_options
@click.option(
    "--set-password", is_flag=True, help="Also where Grafana has a password for ClickHouse already."
)
def deploy(*, grafana: Grafana, wanted: Wanted, set_password: bool) -> None:
    """Make folder, data source, boards, contact point and freshness rule; a second time changes nothing."""
    for change in grafana.changes(wanted, set_password=set_password):
        grafana.apply(change)
        _tell(change, _DONE, everything=False)


@dashboards.command("diff")
@_grafana_options
@_wanted_options
@click.option("--all", "everything", is_flag=True, help=f"Also what goes beyond {_SHOWN} lines.")
def diff(*, grafana: Grafana, wanted: Wanted, everything: bool) -> None:
    """Say what a deploy would change; exit code 1 if anything."""
    changes = grafana.changes(wanted)
    for change in changes:
        _tell(change, _TO_DO, everything=everything)
    if any(change.action != "keep" for change in changes):
        raise SystemExit(DIFFERENT)


@dashboards.command("export")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@_grafana_options
def export(*, grafana: Grafana, folder: Path) -> None:
    """Write the boards as Grafana has them to a folder, to see what people have changed there."""
    uids = {f"daybook-{name}": f"{name}.json" for name in boards.BOARDS}
    found = grafana.boards(list(uids))
    folder.mkdir(parents=True, exist_ok=True)
    for uid, board in found.items():
        (folder / uids[uid]).write_text("\n".join(board_lines(board)) + "\n", encoding="utf-8")
        click.echo(f"{folder / uids[uid]}: written")
    if len(found) < len(uids):
        missing = ", ".join(sorted(uids.keys() - found.keys()))
        click.echo(f"Grafana does not have {missing}; `daybook dashboards deploy` makes them.", err=True)
        raise SystemExit(CANNOT)


def secret(path: Path) -> str:
    """The first line of a file, which is never shown. Ends the command if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError):
        give_up(f"The file {path} cannot be read.")


def _tell(change: Change, words: dict[str, str], *, everything: bool) -> None:
    click.echo(f"{change.kind} {change.name}: {words[change.action]}")
    shown = change.details if everything else change.details[:_SHOWN]
    for line in shown:
        click.echo(f"    {line}")
    if len(shown) < len(change.details):
        click.echo(f"    and {len(change.details) - len(shown)} more lines")
