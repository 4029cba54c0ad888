"""``daybook targets``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click
import orjson
from pydantic import ValidationError

from daybook.cli.plan_files import MOMENT, adjustments_in, in_minor_units, plan_files, staff_in, targets_in
from daybook.cli.store_options import do, give_up, print_json, print_table, store_options
from daybook.cli.totals import amount
from daybook.json_files import FileError, read_document
from daybook.operations.base import Document
from daybook.operations.known_plans import PlanArgs
from daybook.operations.plans import ProposeArgs, PublishArgs
from daybook.schemas.targets import Target, TargetPeriod, TargetsFile
from daybook.schemas.validation import first_problem
from daybook.settings import Settings

_DAY: Final = click.DateTime(["%Y-%m-%d"])
_SCOPES: Final = ("store", "region", "team", "staff", "category")
_PERIODS: Final = [period.value for period in TargetPeriod]
_KAFKA: Final = click.option("--kafka", help="Brokers, host:port; not needed for a running demo.")


@click.group()
def targets() -> None:
    """What is meant to be sold: set, change, list and propose it."""


def _holder_options(command: Any) -> Any:
    for scope in reversed(_SCOPES):
        command = click.option(f"--{scope}", f"of_{scope}", help=f"Whose target: this {scope}'s.")(command)
    return command


@targets.command("set")
@_holder_options
@click.option("--all", "of_all", is_flag=True, help="Whose target: all stores' of the currency.")
@click.option("--currency", required=True, help="ISO 4217 code, such as GBP.")
@click.option("--period", type=click.Choice(_PERIODS), required=True)
@click.option("--amount", "text", required=True, help="Net sales in every such period, such as 7000.00.")
@click.option("--from", "first", type=_DAY, required=True, help="First business date it holds.")
@click.option("--to", "last", type=_DAY, help="Last one; open if left out.")
@click.option("--reason", required=True, help="Why: kept with it.")
@click.option("--by", "set_by", help="Who sets it: an id or a role.")
@click.option("--withdraw", is_flag=True, help="From now on no such target holds on these dates.")
@_KAFKA
@store_options
def set_(
    *,
    settings: Settings,
    as_json: bool,
    kafka: str | None,
    first: datetime,
    last: datetime | None,
    text: str,
    withdraw: bool,
    **given: Any,
) -> None:
    """Set a target, or change one: what was set before stays, with its time and reason."""
    scope, key = _holder(given)
    fields = {name: given[name] for name in ("currency", "period", "reason", "set_by")}
    target = {
        **fields,
        "scope": scope,
        "key": key,
        "amount": in_minor_units(text, given["currency"]),
        "first": first.date().isoformat(),
        "last": last.date().isoformat() if last else None,
        "set_at": datetime.now(UTC).isoformat(),
        "withdrawn": withdraw,
    }
    try:
        found = TargetsFile.model_validate_json(orjson.dumps({"targets": [target]}))
    except ValidationError as error:
        raise click.UsageError(first_problem(error).removeprefix("targets.0.")) from None
    _publish(settings, found.targets, kafka, as_json=as_json)


def _holder(given: dict[str, Any]) -> tuple[str, str | None]:
    named = [(scope, given[f"of_{scope}"]) for scope in _SCOPES if given[f"of_{scope}"] is not None]
    if given["of_all"]:
        named.append(("all", None))
    if len(named) != 1:
        raise click.UsageError(f"Name one: {', '.join(f'--{scope}' for scope in _SCOPES)} or --all.")
    return named[0]


@targets.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@_KAFKA
@store_options
def import_(*, settings: Settings, as_json: bool, file: Path, kafka: str | None) -> None:
    """Publish all targets of FILE, a targets file. Doing it again changes nothing."""
    try:
        found = read_document(file, TargetsFile, "targets file").targets
    except FileError as error:
        give_up(str(error))
    _publish(settings, found, kafka, as_json=as_json)


def _publish(settings: Settings, found: list[Target], kafka: str | None, *, as_json: bool) -> None:
    if kafka is not None:
        settings.kafka_bootstrap = kafka
    document = do(settings, "plans-publish", PublishArgs(targets=found))
    if as_json:
        print_json(document)
    else:
        click.echo(f"{document['targets']:,} targets published.")


@targets.command("list")
@click.option("--at", type=MOMENT, help="A moment in UTC, such as 2026-11-24T12:00; now, if left out.")
@click.option("--changes", is_flag=True, help="All that was ever set, with its time and reason.")
@plan_files
@store_options
def list_(
    *,
    settings: Settings,
    as_json: bool,
    at: datetime | None,
    changes: bool,
    targets_path: Path | None,
    adjustments_path: Path | None,
) -> None:
    """Show today's targets and how everybody stands to them, or all changes."""
    args = PlanArgs(
        at=at.replace(tzinfo=UTC) if at else None,
        targets=targets_in(targets_path, settings),
        adjustments=adjustments_in(adjustments_path, settings),
        staff=staff_in(settings),
    )
    document = do(settings, "targets-list", args)
    if as_json:
        print_json(document)
    elif changes:
        rows = [_change(target) for target in document["targets"]]
        print_table(["whose", "", "per", "from", "until", "set at", "by", "reason", "amount"], rows, left=8)
    else:
        rows = [_today(row) for row in document["today"]]
        columns = ["whose", "", "per", "reason", "amount", "today", "by now", "so far", "reached"]
        print_table(columns, rows, left=4)


def _change(target: Document) -> list[str]:
    withdrawn = " (withdrawn)" if target["withdrawn"] else ""
    return [
        target["scope"],
        target["key"] or "",
        target["period"],
        target["first"],
        target["last"] or "",
        target["set_at"],
        target["set_by"] or "",
        f"{target['reason']}{withdrawn}",
        f"{amount(target['amount'], target['currency'])} {target['currency']}",
    ]


def _today(row: Document) -> list[str]:
    currency, reached, by_now = row["currency"], row["attainment_ppm"], row["target_by_now"]
    return [
        row["scope"],
        row["key"] or "",
        row["period"],
        row["reason"],
        f"{amount(row['period_amount'], currency)} {currency}",
        amount(row["target"], currency),
        "-" if by_now is None else amount(by_now, currency),
        amount(row["actual"], currency),
        "-" if reached is None else f"{reached / 10_000:.0f} %",
    ]


@targets.command()
@click.option("--at", type=MOMENT, help="A moment in UTC; now, if left out.")
@click.option("--period", type=click.Choice(_PERIODS), default="week", show_default=True)
@click.option("--count", type=click.IntRange(1, 400), default=4, show_default=True, help="How many.")
@click.option("--all", "in_all", is_flag=True, help="For all stores of a currency together, not for each.")
@click.option("--store", "store_id", help="One store.")
@click.option(
    "--uplift", "uplift_percent", default="0", show_default=True, help="Per cent above the expected."
)
@plan_files
@store_options
def propose(
    *,
    settings: Settings,
    as_json: bool,
    at: datetime | None,
    in_all: bool,
    targets_path: Path | None,
    adjustments_path: Path | None,
    **chosen: Any,
) -> None:
    """Propose targets for the next days, weeks or months from what is expected.

    What it prints with --json is a targets file: change it as you see fit, then `daybook targets import` it.
    """
    del targets_path
    try:
        args = ProposeArgs(
            at=at.replace(tzinfo=UTC) if at else None,
            scope="all" if in_all else "store",
            adjustments=adjustments_in(adjustments_path, settings),
            **chosen,
        )
    except ValidationError as error:
        raise click.UsageError(first_problem(error)) from None
    document = do(settings, "targets-propose", args)
    if as_json:
        print_json(document)
        return
    rows = [
        [
            each.get("key") or "all stores",
            each["period"],
            each["first"],
            each["last"],
            each["currency"],
            amount(each["amount"], each["currency"]),
        ]
        for each in document["targets"]
    ]
    print_table(["store", "per", "from", "until", "currency", "amount"], rows, left=5)
