"""The files of targets and adjustments that commands take besides what was published."""

from __future__ import annotations

import functools
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

import click

from daybook.board_files import load_staff
from daybook.cli.store_options import give_up
from daybook.json_files import FileError, read_document
from daybook.schemas.adjustments import Adjustment, AdjustmentsFile
from daybook.schemas.currencies import exponent
from daybook.schemas.staff import StaffEntry
from daybook.schemas.targets import Target, TargetsFile
from daybook.settings import Settings

MOMENT: Final = click.DateTime(["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"])
_FILE: Final = click.Path(path_type=Path, dir_okay=False)


def plan_files(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that name the files; the command gets ``targets_path`` and ``adjustments_path``."""

    @click.option("--targets", "targets_path", type=_FILE, help="Targets file, besides published ones.")
    @click.option("--adjustments", "adjustments_path", type=_FILE, help="Adjustments file, the same.")
    @functools.wraps(command)
    def wrapped(**given: Any) -> Any:
        return command(**given)

    return wrapped


def targets_in(path: Path | None, settings: Settings) -> list[Target]:
    """The targets of the file that was named, or of the settings' one. An invalid file ends the command."""
    path = path or settings.targets_file
    if path is None:
        return []
    try:
        return read_document(path, TargetsFile, "targets file").targets
    except FileError as error:
        give_up(str(error))


def adjustments_in(path: Path | None, settings: Settings) -> list[Adjustment]:
    """The adjustments of the file that was named, or of the settings' one; the same."""
    path = path or settings.adjustments_file
    if path is None:
        return []
    try:
        return read_document(path, AdjustmentsFile, "adjustments file").adjustments
    except FileError as error:
        give_up(str(error))


def staff_in(settings: Settings) -> list[StaffEntry]:
    """The members of staff of the settings' file; the same."""
    try:
        return load_staff(settings.staff_file)
    except FileError as error:
        give_up(str(error))


def in_minor_units(text: str, currency: str) -> int:
    """An amount as people write it, such as 7,000.00, in the currency's minor units.

    Raises:
        click.UsageError: it is no amount of that currency.
    """
    try:
        amount = Decimal(text.replace(",", "")).scaleb(exponent(currency))
        if amount != amount.to_integral_value():
            raise click.UsageError(f"--amount: {currency} has no such small parts.")
        return int(amount)
    except (InvalidOperation, KeyError, ValueError, OverflowError):
        raise click.UsageError(f"--amount: not an amount in {currency}.") from None
