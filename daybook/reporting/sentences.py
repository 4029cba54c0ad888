"""A sentence for each thing that stands out: what was compared, with both figures, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from daybook.reporting.wording import change, long_date, money, named, part

Report = Mapping[str, Any]
Standout = Mapping[str, Any]
_BEFORE: Final = {"day": "the day before", "week": "the week before", "month": "the month before"}


def sentence(report: Report, currency: str, standout: Standout) -> str:
    """What a standout says, in words."""
    who = named(report, standout["dimension"], standout["key"])
    return _SENTENCES[standout["rule"]](report, currency, standout, who)


def _usual(report: Report, currency: str, found: Standout, who: str) -> str:
    weekday = f"{date.fromisoformat(report['first']):%A}s"
    more = "more" if found["value"] > found["against"] else "less"
    low, high = money(found["low"], currency), money(found["high"], currency)
    return (
        f"{who}: {money(found['value'], currency)}, {more} than on any of the last {found['days']} "
        f"{weekday} with sales, which brought {low} to {high}."
    )


def _target(_report: Report, currency: str, found: Standout, who: str) -> str:
    by = money(abs(found["value"] - found["against"]), currency)
    verb = "reached" if found["value"] >= found["against"] else "missed"
    by = f"exceeded it by {by}" if verb == "reached" else f"{by} short"
    return f"{who}: {verb} the target of {money(found['against'], currency)}, {by}."


def _compared(with_what: str) -> Callable[[Report, str, Standout, str], str]:
    def told(report: Report, currency: str, found: Standout, who: str) -> str:
        days = "" if report["kind"] == "day" else " on the days with sales"
        return (
            f"{who}: {money(found['value'], currency)}, {change(found['value'], found['against'])} against "
            f"the {money(found['against'], currency)} {with_what}{days}."
        )

    return told


def _mover(report: Report, currency: str, found: Standout, who: str) -> str:
    difference = found["value"] - found["against"]
    more = "more" if difference > 0 else "less"
    how = f"{money(abs(difference), currency)} {more} than {_BEFORE[report['kind']]}"
    was = money(found["against"], currency) if found["against"] else "nothing"
    return f"{who}: {money(found['value'], currency)}, {how} ({was})."


def _record(_report: Report, currency: str, found: Standout, who: str) -> str:
    since = long_date(date.fromisoformat(found["since"]))
    value, before = money(found["value"], currency), money(found["against"], currency)
    return (
        f"{who}: the best day of all {found['days']} with sales since {since}, {value}; "
        f"the best before the period was {before}."
    )


def _reversals(_report: Report, _currency: str, found: Standout, who: str) -> str:
    return (
        f"{who}: {part(found['value'])} of what was sold was given back; over the {found['days']} days with "
        f"sales before, it was {part(found['against'])}."
    )


_SENTENCES: Final = {
    "usual": _usual,
    "target": _target,
    "last_week": _compared("a week before"),
    "last_year": _compared("364 days before"),
    "mover": _mover,
    "record": _record,
    "reversals": _reversals,
}
