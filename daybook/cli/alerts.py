"""``daybook alerts``."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from daybook.cli.store_options import do, give_up, print_json, print_table, store_options
from daybook.json_files import FileError
from daybook.operations import alerts as operations
from daybook.operations.base import CannotAct, Document
from daybook.rules_file import custom_measures, load_rules
from daybook.schemas.alerts import Match
from daybook.settings import Settings

_KEY_SHOWN: Final = 12
_LISTED: Final = ("state", "severity", "business_date", "rule", "title")


def _reaches_kafka(command: Callable[..., Any]) -> Callable[..., Any]:
    """What tells the watcher something needs the brokers."""
    return click.option("--bootstrap", help="Brokers, host:port, comma-separated.")(command)


def _who(by: str | None) -> str:
    return by or getpass.getuser()


@click.group()
def alerts() -> None:
    """Alerts: which there are, and what you say to them."""


@alerts.command("list")
@click.option("--all", "also_over", is_flag=True, help="Those that are over as well.")
@store_options
def list_alerts(*, settings: Settings, as_json: bool, also_over: bool) -> None:
    """List alerts, what fires first."""
    args = operations.ListArgs()
    if also_over:
        args.states.append("resolved")
    document = do(settings, "alerts-list", args)
    if as_json:
        print_json(document)
    elif not document["alerts"]:
        click.echo("There is no alert.")
    else:
        rows = [
            [
                a["dedup_key"][:_KEY_SHOWN],
                a["state"],
                a["severity"],
                a["business_date"],
                a["rule"],
                a["title"],
            ]
            for a in document["alerts"]
        ]
        print_table(["alert", "state", "severity", "business date", "rule", "what"], rows, left=6)


@alerts.command("show")
@click.argument("key")
@store_options
def show_alert(*, settings: Settings, as_json: bool, key: str) -> None:
    """Show an alert by its key, or the beginning of it, and what was told of it."""
    document = do(settings, "alerts-show", operations.ShowArgs(dedup_key=key))
    if as_json:
        print_json(document)
        return
    _print_alert(document["alert"])
    rows = [
        [n["decided_at"], n["receiver"], n["reason"], n["status"], str(n["attempts"]), n.get("error", "")]
        for n in document["notifications"]
    ]
    if rows:
        print_table(["decided at", "receiver", "reason", "status", "tries", "last error"], rows, left=6)


@alerts.command("ack")
@click.argument("key")
@click.option("--by", help="Who takes it on; you, if left out.")
@click.option("--note", help="What the others should know.")
@_reaches_kafka
@store_options
def acknowledge(
    *, settings: Settings, as_json: bool, key: str, by: str | None, note: str | None, bootstrap: str | None
) -> None:
    """Take an alert on: it is not repeated, and goes on until it is over."""
    settings.kafka_bootstrap = bootstrap or settings.kafka_bootstrap
    args = operations.AcknowledgeArgs(dedup_key=key, by=_who(by), note=note)
    document = do(settings, "alerts-acknowledge", args)
    _say(document, f"Acknowledged: {document['title']}.", as_json=as_json)


@alerts.command("silence")
@click.option("--minutes", type=click.IntRange(1, 60 * 24 * 30), required=True, help="For how long.")
@click.option("--reason", required=True, help="Why.")
@click.option("--rule", "rules", multiple=True, help="Alerts of a rule.")
@click.option("--store", "shops", multiple=True, help="Alerts of a store, or in one.")
@click.option("--region", "regions", multiple=True, help="Alerts of a region, or in one.")
@click.option("--alert", "keys", multiple=True, help="One alert, by its whole key.")
@click.option("--by", help="Who says so; you, if left out.")
@_reaches_kafka
@store_options
def silence(*, settings: Settings, as_json: bool, bootstrap: str | None, by: str | None, **of: Any) -> None:
    """Keep matching alerts quiet for a while; all that is named has to fit."""
    settings.kafka_bootstrap = bootstrap or settings.kafka_bootstrap
    match = Match(
        rules=list(of["rules"]),
        stores=list(of["shops"]),
        regions=list(of["regions"]),
        dedup_keys=list(of["keys"]),
    )
    args = operations.SilenceArgs(match=match, minutes=of["minutes"], by=_who(by), reason=of["reason"])
    document = do(settings, "alerts-silence", args)
    made = document["silence"]
    _say(document, f"Silence {made['silence_id']} holds until {made['ends_at']}.", as_json=as_json)


@alerts.command("unsilence")
@click.argument("silence_id")
@click.option("--by", help="Who says so; you, if left out.")
@_reaches_kafka
@store_options
def unsilence(
    *, settings: Settings, as_json: bool, silence_id: str, by: str | None, bootstrap: str | None
) -> None:
    """End a silence now."""
    settings.kafka_bootstrap = bootstrap or settings.kafka_bootstrap
    args = operations.UnsilenceArgs(silence_id=silence_id, by=_who(by))
    _say(do(settings, "alerts-unsilence", args), f"Silence {silence_id} ends.", as_json=as_json)


@alerts.command("test")
@click.option("--receiver", help="One receiver; all of them, if left out.")
@click.option("--by", help="Who wants to see it; you, if left out.")
@_reaches_kafka
@store_options
def test(
    *, settings: Settings, as_json: bool, receiver: str | None, by: str | None, bootstrap: str | None
) -> None:
    """Send a test alert, to see whether receivers are reached; its end follows by itself."""
    settings.kafka_bootstrap = bootstrap or settings.kafka_bootstrap
    document = do(settings, "alerts-test", operations.TestArgs(receiver=receiver, by=_who(by)))
    _say(document, "A test alert is on its way; the notifier's log tells how it went.", as_json=as_json)


@alerts.group()
def rules() -> None:
    """The rules file."""


@rules.command("check")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout, nothing else there.")
def check(*, file: Path | None, as_json: bool) -> None:
    """Say what is wrong with a rules file, or what is in it."""
    path = file or Settings().rules_file
    if path is None:
        give_up("Name a rules file, or set DAYBOOK_RULES_FILE.")
    try:
        found = load_rules(path, custom_measures(Settings()))
    except (FileError, CannotAct) as error:
        if as_json:
            print_json({"valid": False, "problem": str(error)})
        else:
            click.echo(str(error), err=True)
        raise SystemExit(1) from None
    names = {"rules": [rule.id for rule in found.rules], "receivers": [r.id for r in found.receivers]}
    if as_json:
        print_json({"valid": True, **names})
        return
    click.echo(f"{path} is well: {len(names['rules'])} rules, {len(names['receivers'])} receivers.")


def _say(document: Document, sentence: str, *, as_json: bool) -> None:
    if as_json:
        print_json(document)
    else:
        click.echo(sentence)


def _print_alert(alert: Document) -> None:
    click.echo(f"{alert['title']} ({alert['severity']}, {alert['state']}: {alert['reason']})")
    click.echo(alert["summary"])
    for name in ("business_date", "started_at", "fired_at", "resolved_at", "silenced_by", "inhibited_by"):
        if name in alert:
            click.echo(f"  {name.replace('_', ' ')}: {alert[name]}")
    for name, value in (alert.get("day") or {}).items():
        click.echo(f"  {name.replace('_', ' ')}: {value:,}")
    if "acknowledged" in alert:
        click.echo(f"  acknowledged by: {alert['acknowledged']['by']}")
