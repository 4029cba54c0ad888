"""The freshness rule and its contact point as files that Grafana reads when it starts."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from daybook.dashboards.grafana.build import written
from daybook.dashboards.grafana.wanted import CONTACT_NAME, CONTACT_UID, FOLDER_TITLE, freshness_rule

FILE: Final = Path(__file__).parent / "provisioning" / "alerting" / "daybook.json"
_OF_THE_GROUP: Final = ("folderUID", "ruleGroup", "orgID")


def text() -> str:
    """The file. Grafana puts the address in from its environment, ``GRAFANA_ALERT_WEBHOOK``."""
    rule: dict[str, Any] = freshness_rule()
    group = {
        "orgId": rule["orgID"],
        "name": rule["ruleGroup"],
        "folder": FOLDER_TITLE,
        "interval": "1m",
        "rules": [
            {name: value for name, value in rule.items() if name not in _OF_THE_GROUP}
            | {"notification_settings": {"receiver": CONTACT_NAME}}
        ],
    }
    settings = {"url": "$GRAFANA_ALERT_WEBHOOK", "httpMethod": "POST"}
    receiver = {"uid": CONTACT_UID, "type": "webhook", "settings": settings}
    contact = {"orgId": 1, "name": CONTACT_NAME, "receivers": [receiver]}
    return written({"apiVersion": 1, "contactPoints": [contact], "groups": [group]})


def drifted() -> bool:
    """Whether the file differs from what the code builds."""
    return not FILE.is_file() or FILE.read_text(encoding="utf-8") != text()


def write() -> None:
    """Write the file."""
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(text(), encoding="utf-8")
