"""Loading the settings: a wrong or unknown one stops the start with a sentence."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from daybook.settings import PREFIX, SETTINGS_FILE, Settings

NOT_OURS: Final = frozenset(
    {SETTINGS_FILE, "DAYBOOK_REQUIRE", "DAYBOOK_SHARED", "DAYBOOK_FUZZ_EXAMPLES", "DAYBOOK_SECRETS"}
)
"""Variables that begin as settings do and are none: read by tests, compose files, and below."""
_FREE: Final = "DAYBOOK_SECRET_"
"""Begins the names of variables that a shops file may point to."""


class SettingsError(Exception):
    """A setting is wrong or unknown; the message says in one sentence which, and why."""


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process, all of them known and valid.

    ``environment`` is the process's own unless given, and then only its names are looked at.

    Raises:
        SettingsError: one is wrong or unknown, or the settings file cannot be read.
    """
    environment = os.environ if environment is None else environment
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known | NOT_OURS and not name.startswith(_FREE):
            raise SettingsError(_unknown(name, known))
    _check_file(environment.get(SETTINGS_FILE))
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError(_wrong(error)) from None


def _check_file(path: str | None) -> None:
    if not path:
        return
    try:
        names = tomllib.loads(Path(path).read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"The settings file {path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"The settings file {path} is no TOML: {error}.") from error
    for name in names:
        if name not in Settings.model_fields:
            raise SettingsError(f"In {path}: {_unknown(name, set(Settings.model_fields))}")


def _unknown(name: str, known: set[str]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    hint = f"; is {near[0]} meant?" if near else "; docs/settings.md lists all."
    return f"There is no setting {name}{hint}"


def _wrong(error: ValidationError) -> str:
    """Which setting and why, without its value: it may be a secret put in the wrong place."""
    first: Any = error.errors(include_url=False, include_input=False)[0]
    where = "_".join(str(part) for part in first["loc"][:1]).upper()
    reason = str(first["msg"]).removeprefix("Value error, ")
    return f"{PREFIX}{where} is wrong: {reason}." if where else f"{reason}."
