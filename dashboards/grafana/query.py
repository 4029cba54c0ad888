"""A query of Grafana's ClickHouse plugin, version 4, as the SDK has queries: it has none for this plugin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Self

from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.runtime import DataqueryConfig, register_dataquery_variant
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.dashboard import DataSourceRef

from daybook.dashboards import queries

PLUGIN: Final = "grafana-clickhouse-datasource"
PLUGIN_VERSION: Final = "4.14.0"
SOURCE_UID: Final = "daybook-clickhouse"
SOURCE: Final = DataSourceRef(type_val=PLUGIN, uid=SOURCE_UID)

_TABLE: Final = 1
"""The format in which rows come as they are: panels over time find their time column by its type."""


@dataclass
class ClickHouseQuery(Dataquery):
    """SQL for a panel."""

    ref_id: str
    sql: str

    def to_json(self) -> dict[str, object]:
        """As the plugin keeps it in a board."""
        return {
            "datasource": {"type": PLUGIN, "uid": SOURCE_UID},
            "editorType": "sql",
            "format": _TABLE,
            "meta": {},
            "pluginVersion": PLUGIN_VERSION,
            "queryType": "table",
            "rawSql": self.sql,
            "refId": self.ref_id,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Back from a board. Raises KeyError where it is no query of this kind."""
        return cls(data["refId"], data["rawSql"])


class Query(Builder[ClickHouseQuery]):
    """Builds the query of a name in ``dashboards/queries``."""

    def __init__(self, name: str, ref_id: str = "A") -> None:
        self._built = ClickHouseQuery(ref_id, statement(name))

    def build(self) -> ClickHouseQuery:
        """The query itself."""
        return self._built


def statement(name: str) -> str:
    """A query without the comment above it: nothing that reads SQL on its way stumbles over an apostrophe."""
    lines = queries.load(name).splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("--"))


def register() -> None:
    """Tell the SDK how to read such a query back from JSON."""
    register_dataquery_variant(DataqueryConfig(PLUGIN, ClickHouseQuery.from_json))
