"""How every command begins: settings that are known and valid, and logs in the form that they ask for."""

from __future__ import annotations

import sys

import click

from daybook.settings import Settings
from daybook.settings_loading import SettingsError, load_settings

WRONG_USAGE = 2


def settings_or_end() -> Settings:
    """This process's settings; a wrong or unknown one ends it with a sentence and exit code 2."""
    try:
        return load_settings()
    except SettingsError as error:
        click.echo(str(error), file=sys.stderr)
        raise SystemExit(WRONG_USAGE) from None
