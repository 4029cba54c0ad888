"""``daybook cases``."""

from __future__ import annotations

import functools
import getpass
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import click

from daybook.cli.case_wording import print_case
from daybook.cli.store_options import do, print_json, print_table, store_options
from daybook.operations.base import Document
from daybook.operations.case_review import ReviewArgs
from daybook.operations.cases import ActArgs, ListArgs, OpenArgs, ShowArgs
from daybook.reporting.case_wording import evidence_row, opportunity_row
from daybook.reporting.wording import money
from daybook.schemas.alerts import Dimension
from daybook.schemas.cases import Cause, Item, Tracked, TrackedThing
from daybook.settings import Settings

_DATE: Final = click.DateTime(["%Y-%m-%d"])
_HOURS: Final = click.DateTime(["%Y-%m-%dT%H:%M%z"])


def _acting(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options of what people do to cases: who does it, and where the watcher is told."""

    @click.option("--by", help="Who does it; you, if left out.")
    @click.option("--bootstrap", help="Brokers, host:port, comma-separated.")
    @store_options
    @functools.wraps(command)
    def wrapped(*, settings: Settings, by: str | None, bootstrap: str | None, **others: Any) -> Any:
        settings.kafka_bootstrap = bootstrap or settings.kafka_bootstrap
        return command(settings=settings, by=by or getpass.getuser(), **others)

    return wrapped


@click.group()
def cases() -> None:
    """Investigations: shortfalls with their evidence, from the first look to the cause."""


@cases.command("list")
@click.option("--all", "also_closed", is_flag=True, help="Closed ones as well.")
@store_options
def list_cases(*, settings: Settings, as_json: bool, also_closed: bool) -> None:
    """List cases: open ones first, of these the dearest."""
    states: Any = ["open", "closed"] if also_closed else ["open"]
    document = do(settings, "cases-list", ListArgs(states=states))
    if as_json:
        print_json(document)
    elif not document["cases"]:
        click.echo("There is no case.")
    else:
        columns = ["case", "state", "business date", "what", "owner", "first evidence", "cost so far"]
        print_table(columns, [_row(case) for case in document["cases"]], left=6)


@cases.command("show")
@click.argument("case_id")
@store_options
def show_case(*, settings: Settings, as_json: bool, case_id: str) -> None:
    """Show a case by its id, or the beginning of it: split, evidence, checklist, notes, actions."""
    document = do(settings, "cases-show", ShowArgs(case_id=case_id))
    if as_json:
        print_json(document)
        return
    print_case(document)


@cases.command("open")
@click.argument("title")
@click.option("--store", help="About a store; about all stores without this or --region.")
@click.option("--region", help="About a region.")
@click.option("--currency", help="Of the amounts, such as GBP.")
@click.option("--date", "day", type=_DATE, help="Business date; today, if left out.")
@click.option("--from", "start", type=_HOURS, help="First of the hours, such as 2026-03-04T12:00+0000.")
@click.option("--to", "end", type=_HOURS, help="End of the hours.")
@click.option(
    "--tracking",
    type=click.Choice([thing.value for thing in TrackedThing]),
    help="Something is wrong with the tracking itself: with a figure, an alert or a rule.",
)
@click.option("--name", help="Which figure, alert or rule.")
@click.option("--board", help="On which board or page it was seen.")
@_acting
def open_case(
    *, settings: Settings, as_json: bool, by: str, title: str, tracking: str | None, **of: Any
) -> None:
    """Open a case by hand; with --tracking say what is wrong with a figure, an alert or a rule."""
    if tracking is not None and of["name"] is None:
        raise click.UsageError("Say which one by --name.")
    dimension = Dimension.STORE if of["store"] else Dimension.REGION if of["region"] else Dimension.ALL
    about = {"thing": tracking, "name": of["name"], "board": of["board"]}
    args = OpenArgs(
        title=title,
        by=by,
        dimension=dimension,
        key=of["store"] or of["region"],
        currency=of["currency"],
        day=_day(of["day"]),
        start=of["start"],
        end=of["end"],
        about=Tracked.model_validate(about) if tracking else None,
    )
    _say(do(settings, "cases-open", args), "Opened: case {case_id}.", as_json=as_json)


@cases.command("assign")
@click.argument("case_id")
@click.argument("owner")
@_acting
def assign(*, settings: Settings, as_json: bool, by: str, case_id: str, owner: str) -> None:
    """Say who owns a case."""
    _act(settings, ActArgs(case_id=case_id, by=by, owner=owner), f"{owner} owns the case.", as_json=as_json)


@cases.command("note")
@click.argument("case_id")
@click.argument("text")
@_acting
def note(*, settings: Settings, as_json: bool, by: str, case_id: str, text: str) -> None:
    """Write something down. Card numbers and e-mail addresses are refused."""
    _act(settings, ActArgs(case_id=case_id, by=by, note=text), "Noted.", as_json=as_json)


@cases.command("check")
@click.argument("case_id")
@click.argument("item", type=click.Choice([item.value for item in Item]))
@click.argument("finding")
@_acting
def check(*, settings: Settings, as_json: bool, by: str, case_id: str, item: str, finding: str) -> None:
    """Say what was found at an item of the checklist; a later finding replaces an earlier one."""
    args = ActArgs(case_id=case_id, by=by, item=Item(item), finding=finding)
    _act(settings, args, f"Looked at {item.replace('_', ' ')}.", as_json=as_json)


@cases.command("act")
@click.argument("case_id")
@click.argument("text", required=False)
@click.option("--owner", help="Who is to do it; you, if left out.")
@click.option("--due", type=_DATE, help="Until when, a business date.")
@click.option("--done", help="The action of this id is done.")
@_acting
def act(*, settings: Settings, as_json: bool, by: str, case_id: str, text: str | None, **of: Any) -> None:
    """Plan an action with its date, or say by --done that one is done."""
    if (text is None) == (of["done"] is None):
        raise click.UsageError("Say what is to be done, or by --done what is.")
    if text is not None and of["due"] is None:
        raise click.UsageError("Say until when by --due.")
    args = ActArgs(
        case_id=case_id, by=by, action=text, owner=of["owner"], due=_day(of["due"]), done=of["done"]
    )
    _act(settings, args, "Done." if text is None else "Planned.", as_json=as_json)


@cases.command("cause")
@click.argument("case_id")
@click.argument("cause", type=click.Choice([cause.value for cause in Cause]))
@_acting
def cause(*, settings: Settings, as_json: bool, by: str, case_id: str, cause: str) -> None:
    """Name the cause; until the case is closed it may be named anew."""
    args = ActArgs(case_id=case_id, by=by, cause=Cause(cause))
    _act(settings, args, f"The cause is named: {cause.replace('_', ' ')}.", as_json=as_json)


@cases.command("close")
@click.argument("case_id")
@click.option("--cause", type=click.Choice([cause.value for cause in Cause]), help="Unless named before.")
@_acting
def close(*, settings: Settings, as_json: bool, by: str, case_id: str, cause: str | None) -> None:
    """Close a case with its cause, once the customers' feedback was looked at."""
    args = ActArgs(case_id=case_id, by=by, cause=Cause(cause) if cause else None, close=True)
    _act(settings, args, "Closed.", as_json=as_json)


@cases.command("reopen")
@click.argument("case_id")
@_acting
def reopen(*, settings: Settings, as_json: bool, by: str, case_id: str) -> None:
    """It was not the cause after all."""
    _act(settings, ActArgs(case_id=case_id, by=by, reopen=True), "Open again.", as_json=as_json)


@cases.command("review")
@click.option("--date", "day", type=_DATE, help="A day of the week; last week, if left out.")
@store_options
def review(*, settings: Settings, as_json: bool, day: datetime | None) -> None:
    """Review a week: causes counted and priced, actions, areas of opportunity, trends."""
    document = do(settings, "cases-review", ReviewArgs(day=_day(day)))
    if as_json:
        print_json(document)
        return
    click.echo(f"Cases of {document['first']} to {document['last']}")
    _print_causes(document["causes"])
    _print_actions(document["actions"])
    for name, rows in (("Without a cause yet", document["unexplained"]), ("Tracking", document["tracking"])):
        if rows:
            click.echo(f"\n{name}")
            print_table(
                ["case", "business date", "what"],
                [[r["case_id"], r["business_date"], r["title"]] for r in rows],
                left=3,
            )
    if document["opportunities"]:
        click.echo("\nAreas of opportunity: less than like ones reach")
        columns = ["area", "which", "reached", "of usual", "like ones", "more by"]
        print_table(columns, [opportunity_row(one) for one in document["opportunities"]], left=2)
    if document["trend"]:
        click.echo("\nWeek by week")
        weeks = [[w["first"], str(w["cases"]), _cost(w)] for w in document["trend"]]
        print_table(["week of", "cases", "cost"], weeks)


def _print_causes(causes: list[Document]) -> None:
    if not causes:
        click.echo("No case has ended with a cause.")
        return
    rows = [[c["cause"].replace("_", " "), str(c["cases"]), _cost(c), str(c["weeks"])] for c in causes]
    print_table(["cause", "cases", "cost", "weeks that had it"], rows)


def _print_actions(actions: list[Document]) -> None:
    if actions:
        click.echo("\nActions still to be done")
        rows = [
            [
                a["case_id"],
                a["action_id"],
                a["due"] + (" OVERDUE" if a["overdue"] else ""),
                a["owner"],
                a["text"],
            ]
            for a in actions
        ]
        print_table(["case", "action", "due", "who", "what"], rows, left=5)


def _cost(row: Document) -> str:
    return money(row["cost"], row["currency"]) if row["currency"] else str(row["cost"])


def _row(case: Document) -> list[str]:
    told, currency = case.get("outcome", case.get("shortfall")), case["scope"].get("currency")
    first = " ".join(evidence_row(case["evidence"][0])[:2]).strip() if case["evidence"] else ""
    cost = money(told, currency) if told is not None and currency else ""
    return [
        case["case_id"],
        case["state"],
        case["business_date"],
        case["title"],
        case.get("owner", ""),
        first,
        cost,
    ]


def _day(value: datetime | None) -> Any:
    return value.date() if value is not None else None


def _act(settings: Settings, args: ActArgs, sentence: str, *, as_json: bool) -> None:
    _say(do(settings, "cases-act", args), sentence, as_json=as_json)


def _say(document: Document, sentence: str, *, as_json: bool) -> None:
    if as_json:
        print_json(document)
    else:
        click.echo(
            sentence.format(**{key: value for key, value in document.items() if isinstance(value, str)})
        )
