"""What can be chosen on a board. ``*`` stands for all, so that a store that is new is in at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models.dashboard import (
    VariableHide,
    VariableModel,
    VariableOption,
    VariableRefresh,
    VariableSort,
)

from daybook.dashboards import queries
from daybook.dashboards.grafana.query import SOURCE
from daybook.dashboards.queries.filling import ALL, DEFAULTS
from daybook.ledger.signals.boards import SIGNAL_BOARDS

Variable = Builder[VariableModel]
_EVERYTHING: Final = VariableOption(selected=True, text=["All"], value=["$__all"])


def currency() -> list[Variable]:
    """The one currency whose figures are shown, and how many minor units one of it has."""
    shown = _asked("currency", "Currency", "Amounts of different currencies are never added.")
    hidden = _asked("per_unit", "Minor units", "").hide(VariableHide.HIDE_VARIABLE)
    return [shown, hidden]


def date() -> list[Variable]:
    """The business date: a name and no instant, so that no time zone can move a sale to another day."""
    today = VariableOption(selected=True, text="today", value="today")
    said = "today: each store's own business date, by its zone and closing time."
    return [_asked("date", "Business date", said).current(today)]


def places() -> list[Variable]:
    """Stores and regions."""
    return [_several("store", "Store"), _several("region", "Region")]


def channels() -> list[Variable]:
    """Channels."""
    return [_several("channel", "Channel")]


def view() -> list[Variable]:
    """Which of its two days a reversal is shown on."""
    said = "The day on which a reversal was processed, or the day of the sale that it reverses."
    choices = "day of processing : activity, day of the sale : origin"
    return [_either("view", "Reversals by", choices, ("day of processing", "activity")).description(said)]


def calendar() -> list[Variable]:
    """By which weeks or months, and how many of them."""
    return [
        _either("calendar", "Calendar", "ISO : iso, retail 4-5-4 : retail", ("ISO", "iso")),
        _either("period", "By", "week, month", ("week", "week")),
        _either("periods", "Periods", "6, 13, 26, 53", ("13", "13")),
    ]


def ranking() -> list[Variable]:
    """Who is ranked over which period, and whose own line is shown."""
    kinds = ("staff", "store", "region", "product", "category", "channel")
    who = ", ".join(f"{'seller' if kind == 'staff' else kind} : {kind}" for kind in kinds)
    return [
        _either("by", "Ranked", who, ("seller", "staff")),
        _either("calendar", "Calendar", "ISO : iso, retail 4-5-4 : retail", ("ISO", "iso")),
        _either("period", "Period", "day, week, month", ("day", "day")),
        dashboard.TextBoxVariable("me").label("My id").default_value(""),
    ]


def signals_ranking() -> list[Variable]:
    """Who is ranked by signals, and by which of all that is counted of them."""
    told = ", ".join(f"{name.replace('_', ' ')} : {name}" for name in sorted(SIGNAL_BOARDS))
    return [
        _either("by", "Ranked", "seller : staff, store : store", ("seller", "staff")),
        _either("measure", "By", told, ("deals won", str(DEFAULTS["measure"]))),
    ]


def details() -> list[Variable]:
    """Free texts that narrow a list of lines down; left empty they do nothing."""
    names = (("product", "Product id"), ("staff", "Seller id"), ("order", "Order id"))
    return [dashboard.TextBoxVariable(name).label(label).default_value("") for name, label in names]


def grace() -> list[Variable]:
    """Hours after its end at which a business day closes, as ``DAYBOOK_DAY_GRACE_HOURS`` has it."""
    return [dashboard.ConstantVariable("grace_hours").value(str(DEFAULTS["grace_hours"]))]


def _asked(name: str, label: str, description: str) -> dashboard.QueryVariable:
    plural = {"currency": "currencies"}.get(name, f"{name}s")
    query = "variable_per_unit" if name == "per_unit" else f"variable_{plural}"
    return (
        dashboard.QueryVariable(name)
        .label(label)
        .description(description)
        .datasource(SOURCE)
        .query(queries.load(query))
        .refresh(VariableRefresh.ON_DASHBOARD_LOAD)
        .sort(VariableSort.DISABLED)
    )


def _several(name: str, label: str) -> dashboard.QueryVariable:
    several = _asked(name, label, "").multi(True).include_all(True)
    return several.all_value(f"'{ALL}'").current(_EVERYTHING)


def _either(name: str, label: str, choices: str, first: Sequence[str]) -> dashboard.CustomVariable:
    current = VariableOption(selected=True, text=first[0], value=first[1])
    return dashboard.CustomVariable(name).label(label).values(choices).current(current)
