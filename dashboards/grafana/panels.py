"""The kinds of panels that boards are made of: each with definition, units, colours, a sentence if empty."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol, Self, TypeVar

from grafana_foundation_sdk.builders import (
    barchart,
    common,
    dashboard,
    stat,
    table,
    timeseries,
)
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import common as kinds
from grafana_foundation_sdk.models.dashboard import (
    DashboardLinkType,
    DataTransformerConfig,
    DynamicConfigValue,
    FieldColorModeId,
    Panel,
)

from daybook.dashboards.grafana import style
from daybook.dashboards.grafana.query import SOURCE, Query

LINES: Final = "/d/daybook-lines/daybook-lines"
_CHOSEN: Final = "${currency:queryparam}&${date:queryparam}&${region:queryparam}&${channel:queryparam}"
_UNIT_REF: Final = "unit"
_ADDRESSES: Final = {"acknowledge": "Acknowledge it", "runbook": "What to do"}
"""Columns whose values are addresses, and what is said of them."""
_VALUES: Final = {"store": "var-store", "product": "var-product", "staff": "var-staff", "order": "var-order"}
"""Columns whose values lead to their lines, and the variable of the board of lines that takes them."""


class Settable(Protocol):
    """What all of the SDK's panel builders can be told."""

    def title(self, title: str) -> Self:
        """Set it."""
        ...

    def description(self, description: str) -> Self:
        """Set it."""
        ...

    def datasource(self, datasource: Any) -> Self:
        """Set it."""
        ...

    def with_target(self, target: Builder[Any]) -> Self:
        """Set it."""
        ...

    def with_transformation(self, transformation: DataTransformerConfig) -> Self:
        """Set it."""
        ...

    def no_value(self, no_value: str) -> Self:
        """Set it."""
        ...

    def override_by_name(self, name: str, properties: list[DynamicConfigValue]) -> Self:
        """Set it."""
        ...

    def data_links(self, links: list[Builder[Any]]) -> Self:
        """Set it."""
        ...

    def height(self, h: int) -> Self:
        """Set it."""
        ...

    def span(self, w: int) -> Self:
        """Set it."""
        ...


PanelBuilder = Builder[Panel]
P = TypeVar("P", bound=Settable)


class Asked:
    """What a panel asks and says.

    Args:
        query: name in ``dashboards/queries``.
        columns: those of its columns that are shown; others are hidden.
        definition: what the figures mean.
        empty: the sentence in the place of an empty panel.
        links: whether figures lead to the lines behind them.
        unnamed: a column that keeps its name from the query, by which the panel finds it.
    """

    def __init__(
        self,
        title: str,
        query: str,
        columns: Sequence[str],
        *,
        definition: str,
        empty: str,
        span: int,
        height: int,
        links: bool = True,
        unnamed: str = "",
    ) -> None:
        self.title = title
        self.query = query
        self.columns = tuple(columns)
        self.definition = definition
        self.empty = empty
        self.span = span
        self.height = height
        self.links = links
        self.unnamed = unnamed

    def on(self, panel: P) -> P:
        """Tell a panel all of it."""
        panel.title(self.title).description(self.definition).datasource(SOURCE).no_value(self.empty)
        panel.span(self.span).height(self.height).with_target(Query(self.query))
        if pattern := style.money_columns(self.columns):
            panel.with_target(Query("variable_unit", _UNIT_REF))
            panel.with_transformation(_money(pattern))
        panel.with_transformation(_only(("time", *self.columns)))
        for name in self.columns:
            named = style.properties(name, labelled=name != self.unnamed)
            panel.override_by_name(
                name, named + (_row_link(name) if self.links or name in _ADDRESSES else [])
            )
        if self.links:
            panel.data_links([lines_link()])
        return panel


def _money(pattern: str) -> DataTransformerConfig:
    """Takes unit and decimals of the columns that hold money from the query that knows the currency."""
    mappings = [{"fieldName": name, "handlerKey": name} for name in ("unit", "decimals")]
    options = {
        "configRefId": _UNIT_REF,
        "mappings": mappings,
        "applyTo": {"id": "byRegexp", "options": pattern},
    }
    return DataTransformerConfig(id_val="configFromData", options=options)


def _only(names: Sequence[str]) -> DataTransformerConfig:
    """Leaves out the columns that are for others."""
    options = {"include": {"names": list(names)}}
    return DataTransformerConfig(id_val="filterFieldsByName", options=options)


def lines_link() -> dashboard.DashboardLink:
    """Leads from a figure to its lines, with what is chosen on the board."""
    url = f"{LINES}?{_CHOSEN}&${{store:queryparam}}"
    return dashboard.DashboardLink("The lines behind it").type(DashboardLinkType.LINK).url(url)


def _row_link(name: str) -> list[DynamicConfigValue]:
    if name in _ADDRESSES:
        return [
            DynamicConfigValue(
                "links", [{"title": _ADDRESSES[name], "url": "${__value.raw}", "targetBlank": True}]
            )
        ]
    if name not in _VALUES:
        return []
    chosen = _CHOSEN if name == "store" else f"{_CHOSEN}&${{store:queryparam}}"
    url = f"{LINES}?{chosen}&{_VALUES[name]}=${{__value.raw:percentencode}}"
    return [DynamicConfigValue("links", [{"title": "Its lines", "url": url}])]


def figures(asked: Asked) -> stat.Panel:
    """Large figures side by side."""
    return (
        asked.on(stat.Panel())
        .graph_mode(kinds.BigValueGraphMode.NONE)
        .color_mode(kinds.BigValueColorMode.VALUE)
        .text_mode(kinds.BigValueTextMode.VALUE_AND_NAME)
        .wide_layout(False)
        .orientation(kinds.VizOrientation.AUTO)
        .reduce_options(_each(asked))
        .color_scheme(_fixed(style.BLUE))
    )


def _each(asked: Asked) -> common.ReduceDataOptions:
    labels = "|".join(style.COLUMNS[name].label for name in asked.columns)
    return common.ReduceDataOptions().calcs(["lastNotNull"]).fields(f"/^({labels})$/").values(False)


def curve(asked: Asked, *, label: str) -> timeseries.Panel:
    """Lines along time."""
    return (
        asked.on(timeseries.Panel())
        .draw_style(kinds.GraphDrawStyle.LINE)
        .line_width(2)
        .fill_opacity(0)
        .show_points(kinds.VisibilityMode.NEVER)
        .axis_label(label)
        .legend(_legend())
        .tooltip(common.VizTooltipOptions().mode(kinds.TooltipDisplayMode.MULTI))
    )


def columns_over_time(asked: Asked, *, label: str) -> timeseries.Panel:
    """Stacked bars along time."""
    return (
        asked.on(timeseries.Panel())
        .draw_style(kinds.GraphDrawStyle.BARS)
        .fill_opacity(80)
        .line_width(0)
        .stacking(common.StackingConfig().mode(kinds.StackingMode.NORMAL).group("A"))
        .axis_label(label)
        .legend(_legend())
        .tooltip(common.VizTooltipOptions().mode(kinds.TooltipDisplayMode.MULTI))
    )


def bars(asked: Asked, x: str, *, label: str, horizontal: bool = False) -> barchart.Panel:
    """Bars by the names in column ``x``."""
    asked.unnamed = x
    way = kinds.VizOrientation.HORIZONTAL if horizontal else kinds.VizOrientation.VERTICAL
    return (
        asked.on(barchart.Panel())
        .x_field(x)
        .orientation(way)
        .fill_opacity(85)
        .line_width(0)
        .group_width(0.75)
        .bar_width(0.95)
        .show_value(kinds.VisibilityMode.AUTO)
        .stacking(kinds.StackingMode.NONE)
        .x_tick_label_max_length(24)
        .axis_label(label)
        .legend(_legend())
        .tooltip(common.VizTooltipOptions().mode(kinds.TooltipDisplayMode.MULTI))
        .color_scheme(_fixed(style.BLUE))
    )


def rows(asked: Asked) -> table.Panel:
    """A table."""
    panel = asked.on(table.Panel())
    return panel.show_header(True).cell_height(kinds.TableCellHeight.SM)


def for_walls(panel: table.Panel) -> table.Panel:
    """Tall rows, and coloured figures that can be read from across a room."""
    panel.cell_height(kinds.TableCellHeight.LG)
    return panel.override_by_name("net", [DynamicConfigValue("custom.cellOptions", {"type": "color-text"})])


def marked(panel: P, name: str, limit: float) -> P:
    """Colour a column's cell where it is at or above a limit: the figure itself says the same."""
    steps = [{"color": "text", "value": None}, {"color": style.VERMILLION, "value": limit}]
    return panel.override_by_name(
        name,
        [
            DynamicConfigValue("thresholds", {"mode": "absolute", "steps": steps}),
            DynamicConfigValue("color", {"mode": "thresholds"}),
            DynamicConfigValue("custom.cellOptions", {"type": "color-text"}),
        ],
    )


def shaded(panel: table.Panel, names: Sequence[str]) -> table.Panel:
    """Colour cells by how large they are, from dark to light: the palette is safe for colour blindness."""
    for name in names:
        panel.override_by_name(
            name,
            [
                DynamicConfigValue("custom.cellOptions", {"type": "color-background", "mode": "basic"}),
                DynamicConfigValue("color", {"mode": FieldColorModeId.CONTINUOUS_BLUES.value}),
            ],
        )
    return panel


def _legend() -> common.VizLegendOptions:
    return (
        common.VizLegendOptions()
        .show_legend(True)
        .display_mode(kinds.LegendDisplayMode.LIST)
        .placement(kinds.LegendPlacement.BOTTOM)
        .calcs([])
    )


def _fixed(color: str) -> dashboard.FieldColor:
    return dashboard.FieldColor().mode(FieldColorModeId.FIXED).fixed_color(color)
