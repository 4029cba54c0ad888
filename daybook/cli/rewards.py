"""``daybook rewards``."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from typing import Final

import click

from daybook.board_files import load_staff
from daybook.cli.reward_files import staff_path
from daybook.cli.reward_signals import show_signals
from daybook.cli.rewards_check import check
from daybook.cli.store_options import do, give_up, print_json, print_table, store_options
from daybook.cli.totals import amount
from daybook.json_files import FileError
from daybook.operations import rewards as operations
from daybook.operations.base import Document
from daybook.settings import Settings

ID_SHOWN: Final = 12
_STATES: Final = ("pending", "confirmed", "withdrawn")
bootstrap_option = click.option("--bootstrap", help="Brokers, host:port; not needed for a running demo.")
by_option = click.option("--by", help="Who says so; you, if left out.")


@click.group()
def rewards() -> None:
    """Recognition: what is earned, by which sales or signals, and what people give each other."""


rewards.add_command(check)


@rewards.command("list")
@click.option("--state", "states", type=click.Choice(_STATES), multiple=True, help="Only such awards.")
@click.option("--of", "key", default="", help="Of one member of staff, team or store.")
@click.option("--programme", default="", help="Of one programme; by-hand is what people gave.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@store_options
def list_(
    *, settings: Settings, as_json: bool, states: Sequence[str], key: str, programme: str, limit: int
) -> None:
    """List awards, the newest first."""
    chosen = {"states": list(states)} if states else {}
    args = operations.ListArgs.model_validate(chosen | {"key": key, "programme": programme, "limit": limit})
    document = do(settings, "rewards-list", args)
    if as_json:
        print_json(document)
    elif not document["awards"]:
        click.echo("There is no award.")
    else:
        rows = [
            [
                award["award_id"][:ID_SHOWN],
                award["key"],
                award["title"],
                _days(award),
                award["status"],
                what(award),
            ]
            for award in document["awards"]
        ]
        print_table(["award", "who", "what for", "period", "state", "given"], rows, left=5)


@rewards.command("show")
@click.argument("award")
@store_options
def show(*, settings: Settings, as_json: bool, award: str) -> None:
    """Show an award by its id, or the beginning of it, with the sales or signals that earned it."""
    try:
        staff = load_staff(staff_path(settings))
    except FileError as error:
        give_up(str(error))
    if len(award) < 4:
        raise click.UsageError("Say at least four characters of the award's id.")
    document = do(settings, "rewards-show", operations.ShowArgs(award_id=award, staff=staff))
    if as_json:
        print_json(document)
        return
    found = document["award"]
    click.echo(f"{found['key']}: {found['title']}, {_days(found)}, {what(found)}")
    click.echo(f"{found['status']}: {found['reason']}.")
    if found.get("given_by"):
        click.echo(f"From {found['given_by']}: {found['given_for']}")
    if "signals" in document:
        show_signals(document)
    if document["sales"]:
        rows = [
            [sale["sold_on"], sale["order_id"], sale["type"], amount(int(sale["net"]), found["currency"])]
            for sale in document["sales"]
        ]
        print_table(["sold on", "order", "event", "net"], rows, left=3)
        more = " of the first 500 events" if document["more"] else ""
        click.echo(f"Net{more}: {amount(document['net'], found['currency'])} {found['currency']}.")


@rewards.command("give")
@click.argument("staff_id")
@click.option("--reason", required=True, help="Why, in your own words; no names of customers.")
@click.option("--badge", "label", help="Give a badge of this name instead of praise.")
@by_option
@bootstrap_option
@store_options
def give(
    *,
    settings: Settings,
    as_json: bool,
    staff_id: str,
    reason: str,
    label: str | None,
    by: str | None,
    bootstrap: str | None,
) -> None:
    """Say that somebody did well: they are told first, their team after them."""
    settings.kafka_bootstrap = bootstrap or settings.kafka_bootstrap
    args = operations.GiveArgs(
        staff_id=staff_id,
        kind="badge" if label else "praise",
        label=label or "Well done",
        reason=reason,
        by=by or getpass.getuser(),
    )
    document = do(settings, "rewards-give", args)
    if as_json:
        print_json(document)
    else:
        click.echo(
            f"{staff_id} is told. To take it back: daybook rewards withdraw {document['recognition_id']}"
        )


@rewards.command("withdraw")
@click.argument("recognition_id")
@by_option
@bootstrap_option
@store_options
def withdraw(
    *, settings: Settings, as_json: bool, recognition_id: str, by: str | None, bootstrap: str | None
) -> None:
    """Take back recognition that was given by mistake."""
    settings.kafka_bootstrap = bootstrap or settings.kafka_bootstrap
    args = operations.WithdrawArgs(recognition_id=recognition_id, by=by or getpass.getuser())
    document = do(settings, "rewards-withdraw", args)
    if as_json:
        print_json(document)
    else:
        click.echo("It is taken back.")


def what(award: Document) -> str:
    """What is given, such as 12 points, 45.00 GBP bonus, or day off."""
    if award["how"] == "points":
        return f"{award['quantity']:,} points"
    label = str(award.get("label", ""))
    if award.get("prize") in ("money", "gift_card"):
        return f"{amount(award['quantity'], award['currency'])} {award['currency']} {label}"
    return label


def _days(award: Document) -> str:
    return award["first"] if award["first"] == award["last"] else f"{award['first']} to {award['last']}"
