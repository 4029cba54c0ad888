"""The report as one HTML file that needs nothing else: styles and charts are in it, scripts are not."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from daybook.reporting.case_wording import review_rows
from daybook.reporting.charts import days_chart, parts_chart
from daybook.reporting.sentences import sentence
from daybook.reporting.tables import state_of, summary
from daybook.reporting.wording import change, money, named, recognition, signal_line, title


def as_html(report: Mapping[str, Any]) -> str:
    """The report as a self-contained page."""
    return _template().render(
        report=report,
        title=title(report),
        state=state_of(report),
        money=money,
        change=change,
        summary=summary,
        recognition=recognition,
        signal_line=signal_line,
        review=[(heading, rows) for heading, rows in review_rows(report) if rows],
        named=lambda dimension, key: named(report, dimension, key),
        sentence=lambda currency, standout: sentence(report, currency, standout),
        # The library escapes what it draws; its SVG goes in as it is.
        days_chart=lambda own: Markup(days_chart(own)),  # noqa: S704
        parts_chart=lambda own, dimension: Markup(parts_chart(report, own, dimension)),  # noqa: S704
    )


@cache
def _template() -> Template:
    text = files(__package__).joinpath("report.html").read_text(encoding="utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(text)
