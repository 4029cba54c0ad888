"""The files that recognition goes by, as options, settings or a demo's data folder name them."""

from __future__ import annotations

from pathlib import Path

from daybook.board_files import load_measures, load_staff, load_targets
from daybook.demo.folder import DataFolder
from daybook.operations.surroundings import FilesArgs
from daybook.settings import Settings


def rewards_path(settings: Settings) -> Path | None:
    """The rewards file: that of the settings, or of a demo's folder."""
    return settings.rewards_file or _in_folder(settings, "rewards.json")


def staff_path(settings: Settings) -> Path | None:
    """The staff file: that of the settings, or of a demo's folder."""
    return settings.staff_file or _in_folder(settings, "staff.json")


def _in_folder(settings: Settings, name: str) -> Path | None:
    if settings.data_dir is None:
        return None
    path = DataFolder(settings.data_dir).made(name)
    return path if path.is_file() else None


def files_args(settings: Settings) -> FilesArgs:
    """What awards and coaching go by.

    Raises:
        FileError: a file is not there or not valid.
    """
    return FilesArgs(
        staff=load_staff(staff_path(settings)),
        targets=load_targets(settings.targets_file),
        custom=load_measures(settings.measures_file),
        grace_hours=settings.day_grace_hours,
    )
