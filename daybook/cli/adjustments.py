"""``daybook adjustments``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import click
import orjson
from pydantic import ValidationError

from daybook.cli.plan_files import adjustments_in
from daybook.cli.store_options import do, print_json, print_table, store_options
from daybook.operations.known_plans import PlanArgs
from daybook.operations.plans import PublishArgs
from daybook.schemas.adjustments import AdjustmentsFile, AdjustmentSource
from daybook.schemas.validation import first_problem
from daybook.settings import Settings

_DAY: Final = click.DateTime(["%Y-%m-%d"])


@click.group()
def adjustments() -> None:
    """By how much days will differ from the usual, and why: promotions, research, feedback."""


@adjustments.command("set")
@click.argument("adjustment_id", metavar="ID")
@click.option("--factor", required=True, help="1.2 is a fifth more than usual, 0.5 half.")
@click.option("--from", "first", type=_DAY, required=True, help="First business date.")
@click.option("--to", "last", type=_DAY, help="Last one; open if left out.")
@click.option("--store", help="Of one store; all stores, if neither is named.")
@click.option("--region", help="Of one region.")
@click.option("--source", type=click.Choice([each.value for each in AdjustmentSource]), required=True)
@click.option("--reason", required=True, help="Why: kept with it, and shown.")
@click.option("--by", "set_by", help="Who sets it: an id or a role.")
@click.option("--withdraw", is_flag=True, help="From now on it no longer holds.")
@click.option("--kafka", help="Brokers, host:port; not needed for a running demo.")
@store_options
def set_(
    *,
    settings: Settings,
    as_json: bool,
    kafka: str | None,
    first: datetime,
    last: datetime | None,
    store: str | None,
    region: str | None,
    withdraw: bool,
    **given: Any,
) -> None:
    """Set the adjustment ID, or change it: the newest entry of an id holds."""
    if store is not None and region is not None:
        raise click.UsageError("Name a store or a region, not both.")
    made = {
        **given,
        "scope": "store" if store else "region" if region else "all",
        "key": store or region,
        "first": first.date().isoformat(),
        "last": last.date().isoformat() if last else None,
        "set_at": datetime.now(UTC).isoformat(),
        "withdrawn": withdraw,
    }
    try:
        found = AdjustmentsFile.model_validate_json(orjson.dumps({"adjustments": [made]}))
    except ValidationError as error:
        raise click.UsageError(first_problem(error).removeprefix("adjustments.0.")) from None
    if kafka is not None:
        settings.kafka_bootstrap = kafka
    document = do(settings, "plans-publish", PublishArgs(adjustments=found.adjustments))
    if as_json:
        print_json(document)
    else:
        click.echo(f"{document['adjustments']:,} adjustment published.")


@adjustments.command("list")
@store_options
def list_(*, settings: Settings, as_json: bool) -> None:
    """Show all adjustments that were ever set, and which of them hold."""
    document = do(settings, "adjustments-list", PlanArgs(adjustments=adjustments_in(None, settings)))
    if as_json:
        print_json(document)
        return
    rows = [
        [
            each["adjustment_id"],
            each["key"] or "all stores",
            each["first"],
            each["last"] or "",
            each["source"],
            each["reason"],
            each["set_at"],
            "yes" if each["in_force"] else "no",
            each["factor"],
        ]
        for each in document["adjustments"]
    ]
    columns = ["id", "where", "from", "until", "source", "reason", "set at", "holds", "factor"]
    print_table(columns, rows, left=8)
