"""What is meant to stand in Grafana: folder, data source, boards, contact point, the rule for freshness."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from daybook.dashboards.grafana.build import documents
from daybook.dashboards.grafana.frame import PAGE
from daybook.dashboards.grafana.query import PLUGIN, PLUGIN_VERSION, SOURCE_UID, statement

FOLDER_UID: Final = "daybook"
FOLDER_TITLE: Final = "Daybook"
SOURCE_NAME: Final = "Daybook ClickHouse"
CONTACT_NAME: Final = "Daybook on call"
CONTACT_UID: Final = "daybook-on-call"
RULE_UID: Final = "daybook-freshness"
_GROUP: Final = "daybook"
STALE_SECONDS: Final = 900
"""With no new event for so long, where there usually are some at this hour, the rule fires."""

Document = dict[str, Any]


@dataclass(frozen=True)
class Source:
    """Where Grafana finds ClickHouse, and as which user: one that can only read."""

    url: str
    user: str
    database: str = "daybook"
    password: str = field(default="", repr=False)

    def document(self) -> Document:
        """Without the password, which Grafana never tells again either."""
        parts = urlsplit(self.url)
        secure = parts.scheme == "https"
        return {
            "uid": SOURCE_UID,
            "name": SOURCE_NAME,
            "type": PLUGIN,
            "access": "proxy",
            "jsonData": {
                "version": PLUGIN_VERSION,
                "host": parts.hostname or "127.0.0.1",
                "port": parts.port or (8443 if secure else 8123),
                "protocol": "http",
                "secure": secure,
                "username": self.user,
                "defaultDatabase": self.database,
                "queryTimeout": "30",
            },
        }


@dataclass(frozen=True)
class Wanted:
    """Everything. Without ``webhook`` no contact point; the rule goes the way of Grafana's policy."""

    source: Source
    webhook: str | None = None
    page: str = PAGE
    """Where the live page is, to which the boards have a link."""

    def boards(self) -> dict[str, Document]:
        """The boards by uid."""
        boards = {board["uid"]: board for board in documents().values()}
        for board in boards.values():
            for link in board["links"]:
                if link["type"] == "link":
                    link["url"] = link["url"].replace(PAGE, self.page.rstrip("/"), 1)
        return boards

    def contact(self) -> Document | None:
        """The contact point."""
        if self.webhook is None:
            return None
        settings = {"url": self.webhook, "httpMethod": "POST"}
        return {"uid": CONTACT_UID, "name": CONTACT_NAME, "type": "webhook", "settings": settings}

    def rule(self) -> Document:
        """The rule for freshness."""
        rule = freshness_rule()
        if self.webhook is not None:
            rule["notification_settings"] = {"receiver": CONTACT_NAME}
        return rule


def freshness_rule() -> Document:
    """Fires when nothing is counted at an hour at which there usually is something, or ClickHouse is away."""
    asked: Document = {
        "refId": "A",
        "queryType": "table",
        "relativeTimeRange": {"from": 600, "to": 0},
        "datasourceUid": SOURCE_UID,
        "model": {
            "refId": "A",
            "datasource": {"type": PLUGIN, "uid": SOURCE_UID},
            "editorType": "sql",
            "format": 1,
            "queryType": "table",
            "rawSql": statement("alert_freshness"),
        },
    }
    threshold: Document = {
        "refId": "B",
        "queryType": "",
        "relativeTimeRange": {"from": 0, "to": 0},
        "datasourceUid": "__expr__",
        "model": {
            "refId": "B",
            "datasource": {"type": "__expr__", "uid": "__expr__"},
            "type": "threshold",
            "expression": "A",
            "conditions": [{"evaluator": {"type": "gt", "params": [STALE_SECONDS]}}],
        },
    }
    return {
        "uid": RULE_UID,
        "title": "Daybook: sales are not being counted",
        "folderUID": FOLDER_UID,
        "ruleGroup": _GROUP,
        "orgID": 1,
        "condition": "B",
        "data": [asked, threshold],
        "for": "5m",
        "noDataState": "Alerting",
        "execErrState": "Alerting",
        "isPaused": False,
        "annotations": {
            "summary": "No sale was counted for a quarter of an hour, at an hour that usually has some.",
            "description": "See the board Trust; `daybook doctor` says what is wrong and what to do.",
            "__dashboardUid__": "daybook-trust",
            "__panelId__": "1",
        },
        "labels": {"application": "daybook", "severity": "critical"},
    }
