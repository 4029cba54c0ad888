"""``daybook signals``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import click

from daybook.cli.store_options import do, print_json, print_table, store_options
from daybook.operations.base import Document
from daybook.operations.signals import SignalsArgs
from daybook.reporting.wording import NONE, change, money, plain
from daybook.settings import Settings

_MOVES: Final = {
    "mrr_new": "new",
    "mrr_reactivation": "reactivation",
    "mrr_expansion": "expansion",
    "mrr_contraction": "contraction",
    "mrr_churn": "churn",
    "mrr_moved": "elsewhere",
}
_CAMPAIGN: Final = ("net", "usual by now", "change", "orders", "usual by now")
_RECURRING: Final = ("30 days ago", *_MOVES.values(), "now", "subscribers", "churn rate")
_CONTRACTS: Final = ("won, 28 days", "recognised, 28 days", "today", "next 30 days")
Row = Mapping[str, Any]


@click.command()
@click.option("--store", help="Of this store alone.")
@store_options
def signals(*, settings: Settings, as_json: bool, store: str | None) -> None:
    """What customers and systems say today, who buys again, campaigns, recurring revenue and contracts."""
    document = do(settings, "signals", SignalsArgs(store=store))
    if as_json:
        print_json(document)
        return
    show(document)


def show(document: Document) -> None:
    """Print it: a part without figures is left out."""
    said, bought = document["signals"], document["customers"]
    _today(said)
    _section("From visit to purchase", ("step", "sessions", "went on", "usually"), map(_step, said["funnel"]))
    _section("Topics", ("topic", "enquiries", "open now", "CSAT", "NPS"), map(_topic, said["topics"]))
    reported = map(_reported, said["technical"])
    _section("What systems report", ("what", "which", "times", "usually"), reported, left=2)
    _customers(bought["customers"])
    _section("Campaigns today", ("campaign", *_CAMPAIGN), map(_campaign, bought["campaigns"]))
    _section("Monthly recurring revenue", ("currency", *_RECURRING), map(_recurring, bought["recurring"]))
    _section("Contract revenue", ("currency", *_CONTRACTS), map(_contracts, bought["contracts"]))


def _today(said: Row) -> None:
    now = said["now"]
    click.echo(
        f"Today so far: {now['sessions']:,} sessions, conversion {_share(now['conversion'])}, carts left"
        f" {_share(now['cart_abandonment'])}, {now['enquiries_opened']:,} enquiries,"
        f" {now['payment_failures']:,} failed payments"
    )
    click.echo(
        f"CSAT {_share(now['csat'])} of {now['csat_answers']:,}, NPS {_number(now['nps'])} of"
        f" {now['nps_answers']:,}, sentiment {_number(now['sentiment'])} of {now['sentiment_scores']:,}"
    )


def _customers(of: Row) -> None:
    if not of["customers"]:
        return
    click.echo(
        f"\nCustomers of 28 days: {of['customers']:,}, of these {of['new_customers']:,} new and"
        f" {of['returning_customers']:,} returning; repeat rate {_share(of['repeat_rate'])},"
        f" {_number(of['days_between_orders'])} days between orders"
    )


def _section(title: str, columns: Sequence[str], rows: Any, *, left: int = 1) -> None:
    """A table with its title; nothing where there are no rows."""
    found = [tuple(row) for row in rows]
    if found:
        click.echo(f"\n{title}")
        print_table(columns, found, left=left)


def _step(step: Row) -> tuple[str, ...]:
    return (
        step["step"],
        f"{step['reached_step']:,}",
        _share(step["went_on"]),
        _share(step["usually_went_on"]),
    )


def _reported(of: Row) -> tuple[str, ...]:
    return (of["kind"], of["what"], _number(of["times"]), _number(of["usually"]))


def _topic(of: Row) -> tuple[str, ...]:
    scores = (_share(of["csat"]), _number(of["nps"]))
    return (of["topic"].replace("_", " "), f"{of['enquiries_opened']:,}", f"{of['open_now']:,}", *scores)


def _campaign(of: Row) -> tuple[str, ...]:
    currency, usual = of["currency"], of["usual_net"]
    against = (NONE if usual is None else plain(usual, currency), change(of["net"], usual))
    return (
        of["campaign"],
        money(of["net"], currency),
        *against,
        f"{of['orders']:,}",
        _number(of["usual_orders"]),
    )


def _recurring(of: Row) -> tuple[str, ...]:
    amounts = [of["before"], *(of["moves"][move] for move in _MOVES), of["mrr"]]
    told = (plain(amount, of["currency"]) for amount in amounts)
    return (of["currency"], *told, f"{of['subscribers']:,}", _share(of["churn_rate"]))


def _contracts(of: Row) -> tuple[str, ...]:
    amounts = (of["won"], of["recognised"], of["recognised_today"], of["ahead"])
    return (of["currency"], *(plain(amount, of["currency"]) for amount in amounts))


def _share(value: float | None) -> str:
    return NONE if value is None else f"{value * 100:.1f} %"


def _number(value: float | None) -> str:
    if value is None:
        return NONE
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"
