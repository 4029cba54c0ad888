"""The signals behind an award, as ``daybook rewards show`` prints them."""

from __future__ import annotations

from fractions import Fraction

import click

from daybook.cli.store_options import print_table
from daybook.cli.totals import amount
from daybook.ledger.signals.boards import SIGNAL_BOARDS, made_of
from daybook.ledger.signals.measures import SIGNAL_MEASURES
from daybook.operations.base import Document


def show_signals(document: Document) -> None:
    """Every deal, answer, session or enquiry with what it added, and the figure that they come to."""
    award = document["award"]
    rows = [
        [
            earning["business_date"],
            earning["subject_id"],
            earning["type"],
            ", ".join(
                f"{name} {_shown(name, value, earning['currency'])}"
                for name, value in earning["measures"].items()
            ),
        ]
        for earning in document["signals"]
    ]
    if rows:
        print_table(["counted on", "about", "signal", "what it added"], rows, left=4)
    if document["more"]:
        click.echo("There are more of them than are shown.")
    if document["figure"] is not None:
        figure = _figure(award["signal"], Fraction(document["figure"]), award["currency"])
        click.echo(f"{award['signal']}: {figure}{_of(document)}.")


def _shown(name: str, value: int, currency: str) -> str:
    if SIGNAL_MEASURES[name].unit == "minor units" and currency:
        return f"{amount(value, currency)} {currency}"
    return f"{value:,}"


def _figure(name: str, value: Fraction, currency: str) -> str:
    if SIGNAL_BOARDS[name].unit == "minor units":
        return f"{amount(round(value), currency)} {currency}"
    return f"{value.numerator:,}" if value.denominator == 1 else f"{float(value):,.3f}"


def _of(document: Document) -> str:
    """Of how many answers, sessions or deals a ratio is."""
    name = document["award"]["signal"]
    if made_of(name) == (name,):
        return ""
    return f" of {sum(document['sums'].get(part, 0) for part in made_of(name)):,}"
