"""Whether this machine has what Daybook needs: its files, and room on the disk."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from daybook.doctor.findings import Finding, ok, skipped, warning, wrong
from daybook.json_files import FileError
from daybook.operations.access import stores_path
from daybook.operations.base import CannotAct
from daybook.producers.gateway import KeysFile, KeysFileError
from daybook.rewards_file import needed_rewards
from daybook.rules_file import custom_measures, needed_rules
from daybook.settings import Settings
from daybook.stores import load_stores

_LITTLE: Final = 1024**3
_LEAST: Final = 100 * 1024**2
_OTHERS: Final = 0o077


def machine_findings(settings: Settings) -> list[Finding]:
    """Findings about files and the disk."""
    return [
        _stores(settings),
        _keys(settings.gateway_keys_file),
        _read("rules file", settings.rules_file, lambda: needed_rules(settings, custom_measures(settings))),
        _read("rewards file", settings.rewards_file, lambda: needed_rewards(settings)),
        _disk(settings.data_dir or Path.cwd()),
    ]


def _read(check: str, path: Path | None, load: Callable[[], object]) -> Finding:
    """Whether a file can be read that whoever runs goes on without, as it was before."""
    if path is None:
        return skipped(check, "None is named.")
    try:
        load()
    except CannotAct as error:
        do = "Put the file right: what was read before goes on meanwhile, and no watcher starts anew."
        return wrong(check, str(error), do)
    return ok(check, f"{path} is valid.")


def _stores(settings: Settings) -> Finding:
    path = stores_path(settings)
    if path is None:
        return wrong(
            "stores file", "No stores file is named.", "Name it with --stores or DAYBOOK_STORES_FILE."
        )
    try:
        stores = load_stores(path)
    except FileError as error:
        return wrong("stores file", str(error), "Put the file right; docs/runbook.md has an example.")
    if not stores:
        return wrong("stores file", f"{path} names no store.", "Add the stores: what runs reads them anew.")
    return ok("stores file", f"{path} names {len(stores)} stores.")


def _keys(path: Path | None) -> Finding:
    if path is None:
        return skipped("keys file", "No keys file is named; only a gateway needs one.")
    if not path.is_file():
        return wrong("keys file", f"{path} is not there.", "`daybook keys create` makes it.")
    if path.stat().st_mode & _OTHERS:
        return wrong("keys file", f"Others than its owner may read {path}.", f"chmod 600 {path}")
    try:
        keys = KeysFile(path).load()
    except KeysFileError as error:
        return wrong("keys file", str(error), "Restore it from a copy, or make new keys.")
    inforce = sum(key.revoked_at is None or key.revoked_at > datetime.now(UTC) for key in keys)
    if not inforce:
        do = "`daybook keys create` makes one."
        return warning("keys file", f"No key of {path} is in force: every request is answered with 401.", do)
    return ok("keys file", f"{inforce} keys are in force.")


def _disk(folder: Path) -> Finding:
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return wrong(
            "disk", f"{folder} cannot be looked at: {error.strerror}.", "Name a folder that is there."
        )
    told = f"{free / 1024**2:,.0f} MB are free in {folder}."
    if free >= _LITTLE:
        return ok("disk", told)
    make = wrong if free < _LEAST else warning
    return make("disk", told, "Free some room: without it nothing more can be written there.")
