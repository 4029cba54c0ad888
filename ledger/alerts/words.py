"""Alerts in words: a title for one line, a summary for a paragraph, and where they lead. Pure."""

from __future__ import annotations

from typing import Final

from daybook.ledger.alerts.findings import Finding
from daybook.ledger.alerts.watching import Question
from daybook.schemas.alerts import AlertKind, Dimension, Links, Measured, Scope
from daybook.schemas.currencies import exponent
from daybook.schemas.rules import LinkTemplates, kind_of

_MILLION: Final = 1_000_000
_TITLES: Final = {
    AlertKind.THRESHOLD: "{place}: {measure} is beyond its level",
    AlertKind.TARGET: "{place} will most likely miss today's target",
    AlertKind.RECENT: "{place} sells {percent} less than usual",
    AlertKind.SILENT: "{place} is open and sells nothing",
    AlertKind.SPIKE: "{place}: far more is taken back than usual",
    AlertKind.FEED: "Too many events are {measure}",
    AlertKind.DATA_MISSING: "No sales come in from {place}",
    AlertKind.RECEIVER: "Receiver {place} takes no notifications",
}
_FEED: Final = {"dead_letters": "dead letters", "duplicates": "repeats"}


def title(question: Question, finding: Finding) -> str:
    """One line."""
    measured, kind = finding.measured, kind_of(question.rule)
    measure = (measured.name if measured else kind.value).replace("_", " ")
    if kind is AlertKind.FEED and measured is not None:
        measure = _FEED.get(measured.name, measure)
    stated = question.rule.title
    text = stated or _TITLES[kind].format(
        place=place_name(question.scope), measure=measure, percent=_less(measured)
    )
    return f"{text} ({place_name(question.scope)})" if stated else text


def summary(question: Question, finding: Finding) -> str:
    """What was found, in figures."""
    measured = finding.measured
    if measured is None:
        return f"Found: {finding.reason.replace('_', ' ')}."
    scope = question.scope
    span = f"Over the last {measured.minutes} minutes" if measured.minutes else "So far"
    usual = f"; usual is {told(measured.usual, measured, scope)}" if measured.usual is not None else ""
    level = f"; it fires at {told(measured.level, measured, scope)}" if measured.level is not None else ""
    name = measured.name.replace("_", " ")
    return f"{span} {name} is {told(measured.value, measured, scope)}{usual}{level}."


def place_name(scope: Scope) -> str:
    """A scope as people name it."""
    if scope.dimension is Dimension.ALL:
        return f"All stores in {scope.currency}" if scope.currency else "All stores"
    return scope.key or scope.dimension.value


def told(value: int | None, measured: Measured, scope: Scope) -> str:
    """A figure in its unit."""
    if value is None:
        return "unknown"
    if measured.unit == "minor units":
        return money(value, scope.currency)
    if measured.unit == "millionths":
        return f"{value * 100 / _MILLION:.1f} %"
    if measured.unit == "seconds":
        return f"{value // 60:,} minutes"
    return f"{value:,}"


def money(minor: int, currency: str | None) -> str:
    """Minor units as people write them, with the currency."""
    if currency is None:
        return f"{minor:,}"
    digits = exponent(currency)
    whole, fraction = divmod(abs(minor), 10**digits)
    amount = f"{whole:,}.{fraction:0{digits}}" if digits else f"{whole:,}"
    return f"{currency} {'-' if minor < 0 else ''}{amount}"


def links(templates: LinkTemplates, question: Question) -> Links:
    """Where an alert leads, as far as the rules file says so; a rule's own runbook comes first."""
    scope = question.scope
    values = {
        "dedup_key": question.key,
        "rule": question.rule.id,
        "kind": question.rule.kind,
        "dimension": scope.dimension.value,
        "key": scope.key or "",
        "store": scope.store or "",
        "region": scope.region or "",
        "business_date": question.business_date.isoformat(),
        "runbook": question.rule.runbook or question.rule.kind,
    }
    found = {
        name: _filled(template, values)
        for name in ("board", "runbook", "acknowledge", "silence")
        if (template := getattr(templates, name)) is not None
    }
    return Links(**found)


def _filled(template: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        template = template.replace("{" + name + "}", _safe(value))
    return template


def _safe(value: str) -> str:
    """A value within an address: whatever is not plain is percent-encoded."""
    plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/"
    return "".join(c if c in plain else "".join(f"%{b:02X}" for b in c.encode()) for c in value)


def _less(measured: Measured | None) -> str:
    if measured is None or not measured.usual or measured.value is None:
        return "much"
    return f"{(measured.usual - measured.value) * 100 // measured.usual} %"
