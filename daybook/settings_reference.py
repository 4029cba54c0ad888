"""Makes docs/settings.md from the settings themselves: ``python -m daybook.settings_reference``."""

from __future__ import annotations

import types
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from daybook.settings import PREFIX, Settings

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "settings.md"
_HEAD: Final = """# Settings

Made from `daybook/settings.py` by `python -m daybook.settings_reference`; a test holds the two against each
other.

Every process takes its settings from the environment, by the names below. A file in TOML may hold them as
well: `DAYBOOK_SETTINGS_FILE` names it, and in it they are written small and without `DAYBOOK_`
(`partitions = 12`). Options of a command win over the environment, and it over the file. A wrong setting,
or one that is not listed here, stops the start with a sentence and exit code 2. Passwords and
private keys are named by their files and never given as values.

| setting | unit | default | effect |
| --- | --- | --- | --- |
"""
_UNITS: Final = {
    "_seconds": "s",
    "_timeout": "s",
    "_hours": "h",
    "_minutes": "min",
    "_days": "days",
    "_bytes": "bytes",
    "_per_second": "events/s",
    "_events": "events",
    "_file": "path",
    "_dir": "path",
    "_port": "port",
    "_url": "URL",
    "_currency": "ISO 4217",
}


def reference() -> str:
    """The page."""
    rows = [_row(name, field) for name, field in Settings.model_fields.items()]
    return _HEAD + "".join(f"{row}\n" for row in rows)


def _row(name: str, field: FieldInfo) -> str:
    effect = (field.description or "").replace("|", "\\|")
    return f"| `{PREFIX}{name.upper()}` | {_unit(name, field)} | {_default(name, field)} | {effect} |"


def _unit(name: str, field: FieldInfo) -> str:
    choices = _choices(field.annotation)
    if choices:
        return "one of " + ", ".join(f"`{choice}`" for choice in choices)
    if name == "gateway_events_per_second":
        return "events/s"
    return next((unit for ending, unit in _UNITS.items() if name.endswith(ending)), _kind(field.annotation))


def _choices(annotation: Any) -> tuple[str, ...]:
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    if get_origin(annotation) in (Union, types.UnionType, Annotated):
        return next((found for part in get_args(annotation) if (found := _choices(part))), ())
    return ()


def _kind(annotation: Any) -> str:
    names = {int: "number", float: "number", str: "text", bool: "true or false"}
    parts = [annotation, *get_args(annotation)]
    return next((names[part] for part in parts if part in names), "text")


def _default(name: str, field: FieldInfo) -> str:
    if name == "state_dir":
        return "`~/.local/state/daybook`"
    value = field.get_default()
    return "none" if value is None else f"`{value}`"


if __name__ == "__main__":
    PAGE.write_text(reference(), "utf-8")
