"""The files that recognition goes by, as options, settings or a demo's data folder name them."""

from __future__ import annotations

from pathlib import Path

from daybook.board_files import load_measures, load_staff, load_targets
from daybook.operations.surroundings import FilesArgs
from daybook.settings import Settings

REWARDS, STAFF = "rewards.json", "staff.json"
_OF_DEMO = "demo-"


def rewards_path(settings: Settings) -> Path | None:
    """The rewards file: that of the settings, or of a demo's folder."""
    return settings.rewards_file or in_folder(settings.data_dir, REWARDS)


def staff_path(settings: Settings) -> Path | None:
    """The staff file: that of the settings, or of a demo's folder."""
    return settings.staff_file or in_folder(settings.data_dir, STAFF)


def in_folder(folder: Path | None, name: str) -> Path | None:
    """A file in a data folder: the owner's own, or what the demo made; None where there is neither."""
    if folder is None:
        return None
    found = [path for path in (folder / name, folder / f"{_OF_DEMO}{name}") if path.is_file()]
    return found[0] if found else None


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
