"""What an alert says in words, and where its links lead."""

from __future__ import annotations

from datetime import date
from string import Formatter, ascii_letters, digits
from typing import Final

from daybook.ledger.alerts.findings import Finding
from daybook.schemas.alerts import AlertKind, Dimension, Links, Measured, Scope, Url
from daybook.schemas.currencies import EXPONENTS
from daybook.schemas.rules import LinkTemplates, Rule, kind_of

PLACES: Final = frozenset(
    {"dedup_key", "rule", "dimension", "key", "store", "region", "business_date", "runbook"}
)
"""What a link's template may name in braces."""
_UNRESERVED: Final = frozenset(ascii_letters + digits + "-._~")
_TITLES: Final = {
    AlertKind.THRESHOLD: "{where}: {what} {finding}",
    AlertKind.TARGET: "{where} will miss its target",
    AlertKind.RECENT: "{where} sells less than usual",
    AlertKind.SILENT: "{where} is silent",
    AlertKind.SPIKE: "{where}: many {what}",
    AlertKind.SIGNAL: "{where}: {what} {finding}",
    AlertKind.FEED: "Many {what}",
    AlertKind.DATA_MISSING: "No data from {where}",
    AlertKind.RECEIVER: "{where} takes no notification",
}


def title(rule: Rule, scope: Scope, finding: Finding) -> str:
    """One line: what is wrong where."""
    what = (finding.measured.name if finding.measured else rule.kind).replace("_", " ")
    text = _TITLES[kind_of(rule)].format(
        where=where(scope), what=what, finding=finding.reason.replace("_", " ")
    )
    text = (rule.title and f"{rule.title}: {where(scope)}") or text
    return text[:1].upper() + text[1:]


def summary(scope: Scope, finding: Finding) -> str:
    """One or two sentences with what it was judged by."""
    measured = finding.measured
    if measured is None or measured.value is None:
        return f"{finding.reason.replace('_', ' ').capitalize()}."
    window = f" in the last {measured.minutes} minutes" if measured.minutes else ""
    told = [f"{measured.name.replace('_', ' ')}{window}: {_shown(measured.value, measured, scope)}"]
    if measured.usual is not None:
        told.append(f"usual: {_shown(measured.usual, measured, scope)}")
    if measured.level is not None:
        told.append(f"fires at {_shown(measured.level, measured, scope)}")
    text = "; ".join(told)
    return f"{text[:1].upper()}{text[1:]}."


def where(scope: Scope) -> str:
    """The place in words."""
    if scope.dimension in (Dimension.ALL, Dimension.FEED):
        name = "all stores" if scope.dimension is Dimension.ALL else "the feed"
    else:
        name = f"{scope.dimension.value} {scope.key}"
    return f"{name} ({scope.currency})" if scope.currency else name


def links(templates: LinkTemplates, key: str, rule: Rule, scope: Scope, day: date) -> Links:
    """The links of an alert, with what is put into them quoted. What gives no address is left out."""
    values = {
        "dedup_key": key,
        "rule": rule.id,
        "dimension": scope.dimension.value,
        "key": scope.key or "",
        "store": scope.store or "",
        "region": scope.region or "",
        "business_date": day.isoformat(),
    }
    quoted = {name: _quoted(value) for name, value in values.items()}
    quoted["runbook"] = rule.runbook or ""
    made = {name: _link(template, quoted) for name, template in templates.model_dump().items()}
    if made["runbook"] is None and rule.runbook:
        made["runbook"] = _link(rule.runbook.replace("{", "{{").replace("}", "}}"), {})
    return Links(**made)


def unknown_places(template: str) -> list[str]:
    """What a template names in braces that there is not.

    Raises:
        ValueError: its braces do not match.
    """
    return sorted({name for _, name, _, _ in Formatter().parse(template) if name is not None} - PLACES)


def _quoted(text: str) -> str:
    """As it may stand anywhere in an address (RFC 3986: all but the unreserved characters)."""
    return "".join(chr(byte) if chr(byte) in _UNRESERVED else f"%{byte:02X}" for byte in text.encode("utf-8"))


def _link(template: str | None, values: dict[str, str]) -> Url | None:
    if template is None:
        return None
    made = template.format_map(values)
    return made if made.startswith(("http://", "https://")) and len(made) < 2000 else None


def _shown(value: int, measured: Measured, scope: Scope) -> str:
    """A value in its unit, exact."""
    if measured.unit == "minor units":
        places = EXPONENTS.get(scope.currency or "", 0)
        sign, whole = "-" if value < 0 else "", f"{abs(value):0{places + 1}d}"
        amount = f"{int(whole[: len(whole) - places]):,}" + (f".{whole[-places:]}" if places else "")
        return f"{scope.currency or ''} {sign}{amount}".strip()
    if measured.unit == "seconds":
        return f"{value // 60} min"
    if measured.unit == "millionths":
        if measured.name == "chance" or (measured.level is not None and measured.level <= 1_000_000):
            return f"{value // 10_000}.{value // 1000 % 10} %"
        return f"{value // 1_000_000:,}"
    return f"{value:,}"
