"""The report as Markdown and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import chain
from typing import Any, Final

from daybook.reporting.case_wording import review_rows
from daybook.reporting.sentences import sentence
from daybook.reporting.wording import NONE, change, money, named, plain, recognition, signal_line, title
from daybook.schemas.currencies import exponent

_PARTS: Final = {
    "store": "Stores",
    "region": "Regions",
    "channel": "Channels",
    "product": "Best products",
    "campaign": "Campaigns",
}
_TABLE_HEAD: Final = ("| | net | before | change | orders |", "| --- | ---: | ---: | ---: | ---: |")
_FIGURES: Final = ("net", "gross", "discounts", "reversals", "average_order")


def as_markdown(report: Mapping[str, Any]) -> str:
    """The report as Markdown, in the order of the HTML."""
    parts = (_state(report), _currencies(report), _signals(report), _awards(report), _review(report))
    lines = [f"# {title(report)}", "", *chain.from_iterable(parts)]
    return "\n".join(lines).rstrip() + "\n"


def state_of(report: Mapping[str, Any]) -> str:
    """How final the figures are, in a sentence."""
    as_of = f"As of {report['as_of'][:16].replace('T', ' ')} UTC." if report["as_of"] else ""
    if not report["provisional"]:
        return f"All stores' days are closed; what comes later counts on its day. {as_of}".strip()
    return f"Provisional: not closed yet at {', '.join(report['provisional'])}. {as_of}".strip()


def _state(report: Mapping[str, Any]) -> list[str]:
    return [state_of(report), ""]


def _currencies(report: Mapping[str, Any]) -> Iterator[str]:
    for own in report["currencies"]:
        currency, figures = own["currency"], own["figures"]
        yield from (f"## {currency}", "", f"**Net sales {money(figures['net'], currency)}**", "")
        yield from (f"- {line}" for line in summary(own))
        if own["standouts"]:
            yield from ("", "### What stands out", "")
            yield from (f"- {_escaped(sentence(report, currency, each))}" for each in own["standouts"])
        for dimension, heading in _PARTS.items():
            if own[dimension]:
                yield from ("", f"### {heading}", "", *_TABLE_HEAD)
                yield from (_row(report, currency, dimension, row) for row in own[dimension])
        yield ""


def _signals(report: Mapping[str, Any]) -> Iterator[str]:
    if report["signals"]:
        yield from ("## What customers and systems say", "")
        yield from (f"- {_escaped(signal_line(each))}" for each in report["signals"])
        yield ""


def _awards(report: Mapping[str, Any]) -> Iterator[str]:
    if report["awards"]:
        yield from ("## Well done", "")
        yield from (f"- {_escaped(recognition(award))}" for award in report["awards"])


def _review(report: Mapping[str, Any]) -> Iterator[str]:
    """What shortfalls were looked into, in a report of a week."""
    told = [(heading, rows) for heading, rows in review_rows(report) if rows]
    if told:
        yield from ("## Investigations", "")
    for heading, rows in told:
        yield from (f"### {heading}", "", *(f"- {_escaped(row)}" for row in rows), "")


def summary(own: Mapping[str, Any]) -> list[str]:
    """A currency's figures in a few lines."""
    currency, figures = own["currency"], own["figures"]

    def told(name: str) -> str:
        return money(figures[name], currency)

    def against(other: int) -> str:
        return f"{change(figures['net'], other)} against {money(other, currency)}"

    lines = [f"{against(own['before']['net'])} in the period before"]
    if own["last_year"] is not None:
        lines.append(f"{against(own['last_year'])} 364 days before")
    if own["target"] is not None:
        lines.append(f"{against(own['target'])}, its target")
    lines += [_own_measure(each, currency) for each in own["measures"] if each["value"] is not None]
    lines.append(f"Gross {told('gross')}, discounts {told('discounts')}, reversals {told('reversals')}")
    if figures["average_order"] is None:
        return [*lines, "No orders"]
    units = f"{figures['units_per_order_ppm'] / 1e6:.2f} units each"
    return [*lines, f"{figures['orders']:,} orders of {told('average_order')} on average, {units}"]


def _own_measure(told: Mapping[str, Any], currency: str) -> str:
    """A measure of the business's own, and what it was before."""
    text = f"{told['name'].replace('_', ' ')}: {_in_unit(told['value'], told['unit'], currency)}"
    if told["before"] is None:
        return text
    return f"{text}, {_in_unit(told['before'], told['unit'], currency)} in the period before"


def _in_unit(value: int, unit: str, currency: str) -> str:
    if unit == "minor units":
        return money(value, currency)
    return f"{value:,}" if unit == "count" else f"{value / 1e6:.3f}"


def _row(report: Mapping[str, Any], currency: str, dimension: str, row: Mapping[str, Any]) -> str:
    before = NONE if row["before"] is None else plain(row["before"], currency)
    cells = [
        _escaped(named(report, dimension, row["key"])),
        plain(row["net"], currency),
        before,
        change(row["net"], row["before"]),
        f"{row['orders']:,}",
    ]
    return f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    for character in "\\|*_`<>[]":
        text = text.replace(character, f"\\{character}")
    return text


def as_csv(report: Mapping[str, Any]) -> str:
    """The report's figures, one row each; amounts in major units with all their digits, no separators."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["first", "last", "currency", "dimension", "key", "name", "figure", "value"])
    for own in report["currencies"]:
        head = [report["first"], report["last"], own["currency"]]
        for dimension, key, name, figure, value in _facts(report, own):
            writer.writerow([*head, dimension, _inert(key), _inert(name), figure, value])
    for told in report["signals"]:
        currency = told.get("currency", "")
        value = _exact(told["value"], told["unit"], currency)
        row = [
            report["first"],
            report["last"],
            currency,
            "signals",
            "",
            _inert(told["label"]),
            told["name"],
            value,
        ]
        writer.writerow(row)
    return out.getvalue()


def _facts(report: Mapping[str, Any], own: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str, str]]:
    currency = own["currency"]
    for figure in _FIGURES:
        if own["figures"][figure] is not None:
            yield "all", "", "All stores", figure, _decimal(own["figures"][figure], currency)
    yield "all", "", "All stores", "orders", str(own["figures"]["orders"])
    yield "all", "", "All stores", "net_units", str(own["figures"]["net_units"])
    for told in own["measures"]:
        if told["value"] is not None:
            yield "all", "", "All stores", told["name"], _exact(told["value"], told["unit"], currency)
    for day in own["days"]:
        if day["net"] is not None:
            yield "day", day["date"], day["date"], "net", _decimal(day["net"], currency)
    for dimension in _PARTS:
        for row in own[dimension]:
            name = named(report, dimension, row["key"])
            yield dimension, row["key"], name, "net", _decimal(row["net"], currency)
            yield dimension, row["key"], name, "orders", str(row["orders"])


def _decimal(minor: int, currency: str) -> str:
    digits = exponent(currency)
    text = f"{abs(minor):0{digits + 1}d}"
    whole = f"{text[:-digits]}.{text[-digits:]}" if digits else text
    return f"-{whole}" if minor < 0 else whole


def _exact(value: int, unit: str, currency: str) -> str:
    if unit == "minor units":
        return _decimal(value, currency)
    return str(value) if unit == "count" else f"{Decimal(value) / 1_000_000:f}"


def _inert(text: str) -> str:
    """A name that a spreadsheet would take for a formula, as text."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
