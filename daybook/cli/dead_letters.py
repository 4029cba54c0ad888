"""``daybook dead-letters``."""

from __future__ import annotations

import click
from pydantic import ValidationError

from daybook.cli.store_options import do, print_json, print_table, store_options
from daybook.operations.dead_letters import ListArgs, ReplayArgs, ShowArgs
from daybook.settings import Settings


@click.group("dead-letters")
def dead_letters() -> None:
    """Events that could not be counted, and why."""


_SIGNALS = click.option("--signals", is_flag=True, help="Those of signals instead of those of sales.")


@dead_letters.command("list")
@_SIGNALS
@click.option("--reason", help="Only this reason code, such as unknown_store.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=100, show_default=True)
@store_options
def list_(*, settings: Settings, as_json: bool, signals: bool, reason: str | None, limit: int) -> None:
    """List the newest dead letters."""
    document = do(settings, "dead-letters-list", ListArgs(reason=reason, limit=limit, signals=signals))
    if as_json:
        print_json(document)
        return
    found = document["dead_letters"]
    if not found:
        click.echo(
            "There are no dead letters."
            if reason is None
            else f"There are no dead letters of reason {reason}."
        )
        return
    rows = [
        [d["id"], d["recorded_at"], d["reason"], "yes" if d["replayable"] else "no", d["detail"]]
        for d in found
    ]
    print_table(["id", "recorded", "reason", "replayable", "detail"], rows, left=5)


@dead_letters.command()
@_SIGNALS
@click.argument("letter_id", metavar="ID")
@store_options
def show(*, settings: Settings, as_json: bool, signals: bool, letter_id: str) -> None:
    """Show one dead letter with its original bytes."""
    try:
        args = ShowArgs(id=letter_id, signals=signals)
    except ValidationError:
        raise click.UsageError("An id reads epoch-partition-offset, as in the list.") from None
    document = do(settings, "dead-letters-show", args)
    if as_json:
        print_json(document)
        return
    for name in ("id", "recorded_at", "reason", "detail", "redacted", "replayable"):
        click.echo(f"{name.replace('_', ' '):<12} {document[name]}")
    click.echo(document["original"])


@dead_letters.command()
@_SIGNALS
@click.argument("letter_id", metavar="[ID]", required=False)
@click.option("--reason", help="All replayable ones of this reason code.")
@click.option("--kafka", help="Brokers, host:port; not needed for a running demo.")
@store_options
def replay(
    *,
    settings: Settings,
    as_json: bool,
    signals: bool,
    letter_id: str | None,
    reason: str | None,
    kafka: str | None,
) -> None:
    """Publish dead letters once more, after what was wrong has been put right."""
    if (letter_id is None) == (reason is None):
        raise click.UsageError("Name one dead letter by its id, or --reason for all of a reason.")
    if kafka is not None:
        settings.kafka_bootstrap = kafka
    try:
        args = ReplayArgs(id=letter_id, reason=reason, signals=signals)
    except ValidationError:
        raise click.UsageError("An id reads epoch-partition-offset, as in the list.") from None
    document = do(settings, "dead-letters-replay", args)
    if as_json:
        print_json(document)
    else:
        click.echo(f"{len(document['replayed']):,} dead letters were published again.")
