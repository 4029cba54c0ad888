"""Who is told of which alerts, and which of them together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from daybook.ledger.alerts.matching import matches
from daybook.ledger.alerts.notifying import Group
from daybook.schemas.alerts import Alert
from daybook.schemas.rules import GroupBy, Route


def groups(routes: Sequence[Route], alerts: Iterable[Alert]) -> list[Group]:
    """The groups of alerts that ever fired, by route and receiver. An alert takes every route that fits."""
    found: defaultdict[tuple[str, str], list[Alert]] = defaultdict(list)
    by_name = {route.name: route for route in routes}
    for alert in alerts:
        if not alert.times_fired:
            continue
        for route in routes:
            if takes(route, alert):
                found[route.name, group_key(route, alert)].append(alert)
    return [
        Group(key, receiver, by_name[name], members)
        for (name, key), members in sorted(found.items())
        for receiver in by_name[name].receivers
    ]


def takes(route: Route, alert: Alert) -> bool:
    """Whether a route takes an alert. A receiver is never told about itself: it would not hear it."""
    if route.without is not None and matches(route.without, alert):
        return False
    return matches(route.match, alert)


def group_key(route: Route, alert: Alert) -> str:
    """Name of the group in which a route puts an alert."""
    return "/".join([route.name, *(f"{label}={_label(label, alert)}" for label in route.group_by)])


def _label(label: GroupBy, alert: Alert) -> str:
    if label == "business_date":
        return alert.business_date.isoformat()
    if label in ("region", "store"):
        return str(getattr(alert.scope, label) or "")
    if label == "dimension":
        return alert.scope.dimension.value
    value = getattr(alert, label)
    return str(getattr(value, "value", value))
