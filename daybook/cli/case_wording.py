"""A case as it is printed."""

from __future__ import annotations

from typing import Final

import click

from daybook.cli.store_options import print_table
from daybook.operations.base import Document
from daybook.reporting.case_wording import evidence_row
from daybook.reporting.wording import money

_HEAD: Final = [
    "evidence, most unusual first",
    "which",
    "now",
    "usual",
    "times the spread",
    "explains up to",
    "points to",
]


def print_case(document: Document) -> None:
    """A case with its evidence, checklist, notes and actions."""
    case = document["case"]
    click.echo(f"{case['case_id']}: {case['title']} ({case['state']})")
    click.echo(f"  business date {case['business_date']}, looked into {_hours(case)}")
    click.echo(f"  opened by {case['opened_by']}, owner {case.get('owner', 'nobody yet')}")
    if about := case.get("about"):
        where = f" on {about['board']}" if "board" in about else ""
        click.echo(f"  about the {about['thing']} {about['name']}{where}")
    _print_money(case)
    if case["evidence"]:
        click.echo()
        print_table(_HEAD, [evidence_row(one) for one in case["evidence"]], left=2)
        click.echo("Unusual is not yet a cause: that is for you to find.")
    elif case["kind"] == "shortfall":
        click.echo("  Nothing unusual is known of these hours.")
    _print_work(case, document["unchecked"])


def _hours(case: Document) -> str:
    start, end = (case[name][:16].replace("T", " ") for name in ("window_start", "window_end"))
    return f"{start} to {end[11:] if end[:10] == start[:10] else end} UTC"


def _print_money(case: Document) -> None:
    currency = case["scope"].get("currency", "")
    for name, words in (
        ("shortfall", "missing when it was opened"),
        ("outcome", "the whole day, against usual"),
    ):
        if name in case and currency:
            click.echo(f"  {words}: {money(case[name], currency)}")
    if split := case.get("split"):
        rows = [[row["name"].replace("_", " "), money(row["amount"], currency)] for row in split["parts"]]
        for each in split["breakdowns"]:
            rows += [
                [f"{each['dimension']} {row.get('label') or row['name']}", money(row["amount"], currency)]
                for row in each["rows"]
            ]
            rows.append([f"other {each['dimension']}s", money(each["rest"], currency)])
        print_table(["of it", "amount"], rows)


def _print_work(case: Document, unchecked: list[str]) -> None:
    for check in case["checks"]:
        click.echo(f"  checked {check['item'].replace('_', ' ')}: {check['finding']} ({check['by']})")
    if unchecked and case["state"] == "open":
        click.echo(f"  still to be checked: {', '.join(item.replace('_', ' ') for item in unchecked)}")
    for note in case["notes"]:
        click.echo(f"  {note['at'][:16].replace('T', ' ')} {note['by']}: {note['text']}")
    for action in case["actions"]:
        done = "done" if "done_at" in action else f"due {action['due']}"
        click.echo(f"  action {action['action_id']}: {action['text']} ({action['owner']}, {done})")
    if "cause" in case:
        click.echo(f"  cause: {case['cause'].replace('_', ' ')}")
