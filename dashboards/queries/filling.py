"""Grafana's variables and macros in a query, filled in as Grafana and its ClickHouse plugin would.

So a query is written once: Grafana's boards hold its text as it is, and whoever asks ClickHouse without
Grafana (page, command line, tests) fills it in here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

ALL: Final = "*"
"""What a variable stands for when all its values are meant: no store, region or channel has this name."""

_VARIABLE: Final = re.compile(r"\$\{(\w+)(?::(\w+))?\}")
_MACRO: Final = re.compile(r"\$__(\w+)(?:\((\w*)\))?")
_PLAIN: Final = re.compile(r"[\w.-]*")

Value = str | Sequence[str]


@dataclass(frozen=True)
class Window:
    """The time range that a board shows: aware instants, and the seconds between two points of a curve."""

    begin: datetime
    end: datetime
    interval_seconds: int = 60


@dataclass(frozen=True)
class Choice:
    """What is chosen on a board; a name for each of its variables, as ``docs/boards.md`` lists them.

    ``date`` is a business date or ``today``, each store's own; amounts are divided by ``per_unit``, 1 for
    minor units.
    """

    currency: Value
    date: str = "today"
    store: Value = ALL
    region: Value = ALL
    channel: Value = ALL
    per_unit: int = 1
    others: Mapping[str, Value] = field(default_factory=dict)

    def variables(self) -> dict[str, Value]:
        """All of it by name."""
        own = {name: getattr(self, name) for name in ("currency", "date", "store", "region", "channel")}
        return {**DEFAULTS, **own, "per_unit": str(self.per_unit), **self.others}


DEFAULTS: Final[dict[str, Value]] = {
    "view": "activity",
    "grace_hours": "6",
    "by": "staff",
    "measure": "deals_won",
    "period": "week",
    "calendar": "iso",
    "periods": "13",
    "me": "",
    "product": "",
    "staff": "",
    "order": "",
}
"""What a board's other variables are at first."""


def filled(sql: str, variables: Mapping[str, Value], window: Window | None = None) -> str:
    """The query as ClickHouse gets it: ``${name:sqlstring}`` as quoted strings, ``${name}`` as it is.

    Raises:
        KeyError: the query names a variable or macro that is not given.
        ValueError: a value that goes in unquoted holds more than letters, digits, dots and hyphens.
    """
    shown = window or _today()
    text = _VARIABLE.sub(lambda found: _variable(variables[found[1]], found[2]), sql)
    return _MACRO.sub(lambda found: _macro(found[1], found[2] or "", shown), text)


def _today() -> Window:
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return Window(midnight, midnight + timedelta(days=1))


def _variable(value: Value, form: str | None) -> str:
    values = [value] if isinstance(value, str) else list(value)
    if form == "sqlstring":
        return ",".join(_quoted(each) for each in values)
    if form is not None or len(values) != 1 or not _PLAIN.fullmatch(values[0]):
        raise ValueError("a value that goes into a query unquoted must be one plain word")
    return values[0]


def _quoted(value: str) -> str:
    # Grafana doubles the quotes and leaves backslashes alone; here they stay one character as well.
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def _macro(name: str, column: str, window: Window) -> str:
    begin, end = (f"toDateTime({int(moment.timestamp())})" for moment in (window.begin, window.end))
    return {
        "fromTime": begin,
        "toTime": end,
        "timeFilter": f"{column} >= {begin} AND {column} <= {end}",
        "interval_s": str(window.interval_seconds),
        "timeInterval": f"toStartOfInterval(toDateTime({column}), INTERVAL {window.interval_seconds} second)",
    }[name]
