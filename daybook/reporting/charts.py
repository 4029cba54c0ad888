"""The report's charts as static SVG: no script, no address, colours that fit paper."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import pygal
from pygal.style import Style

from daybook.reporting.wording import money, named

# pygal leaves an importer of plugins behind that lacks find_spec: others who look for modules fail on it.
sys.meta_path[:] = [finder for finder in sys.meta_path if hasattr(finder, "find_spec")]

_STYLE: Final = Style(
    background="transparent",
    plot_background="transparent",
    foreground="#586473",
    foreground_strong="#1b2430",
    foreground_subtle="#dfdcd3",
    colors=("#0b5cad", "#c98500"),
    font_family="system-ui, sans-serif",
    opacity="1",
    opacity_hover="1",
    guide_stroke_dasharray="0",
    major_guide_stroke_dasharray="0",
)
_SCRIPT: Final = re.compile(r"<script.*?</script>", re.DOTALL)
_BEST: Final = 8
_ROW: Final = 44


def days_chart(currency: Mapping[str, Any]) -> str:
    """Net sales of each day beside those of the same weekday the week before."""
    chart = pygal.Bar(**_options(currency["currency"], height=320), show_minor_x_labels=False)
    days = [date.fromisoformat(day["date"]) for day in currency["days"]]
    chart.x_labels = [f"{day:%a} {day.day}" for day in days]
    every = 1 if len(days) <= 7 else 7
    chart.x_labels_major = chart.x_labels[::every]
    chart.add("This period", [day["net"] for day in currency["days"]])
    chart.add("A week before", [day["last_week"] for day in currency["days"]])
    return _still(chart, "Net sales by business date")


def parts_chart(report: Mapping[str, Any], currency: Mapping[str, Any], dimension: str) -> str:
    """The highest net sales of a dimension beside the period before."""
    rows: Sequence[Mapping[str, Any]] = currency[dimension][:_BEST][::-1]
    chart = pygal.HorizontalBar(**_options(currency["currency"], height=90 + _ROW * len(rows)))
    chart.x_labels = [named(report, dimension, row["key"]) for row in rows]
    # From the bottom up, so the period before comes first.
    chart.add("This period", [row["net"] for row in rows])
    chart.add("The period before", [row["before"] for row in rows])
    return _still(chart, f"Net sales by {dimension}")


def _still(chart: Any, label: str) -> str:
    """The drawing without the script that the library always puts in."""
    text = _SCRIPT.sub("", str(chart.render()))
    return text.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)


def _options(currency: str, *, height: int) -> dict[str, Any]:
    return {
        "style": _STYLE,
        "js": [],
        "width": 900,
        "height": height,
        "margin": 8,
        "legend_at_bottom": True,
        "disable_xml_declaration": True,
        "pretty_print": False,
        "value_formatter": lambda value: "" if value is None else money(round(value), currency),
    }
