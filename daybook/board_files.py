"""The files behind leaderboards and plans: staff, targets, adjustments, measures, and which boards."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from daybook.json_files import read_document
from daybook.schemas.adjustments import Adjustment, AdjustmentsFile
from daybook.schemas.leaderboards import BoardSpec, LeaderboardsFile
from daybook.schemas.measures import CustomMeasure, MeasuresFile
from daybook.schemas.staff import StaffEntry, StaffFile
from daybook.schemas.targets import Target, TargetsFile

USUAL_BOARDS: Final = (
    *(
        BoardSpec(by=by, period=period)
        for by in ("staff", "team", "store", "region", "product", "category", "channel")
        for period in ("day", "week")
    ),
    *(BoardSpec(by=by, view="origin") for by in ("staff", "store")),
    *(BoardSpec(by=by, measure="attainment") for by in ("staff", "team", "store", "region")),
    BoardSpec(by="store", measure="net_per_hour"),
    BoardSpec(by="staff", measure="aov", minimum_orders=5),
    BoardSpec(by="staff", measure="upt", minimum_orders=5),
    *(BoardSpec(by="staff", period=period, measure="deals_won") for period in ("day", "week", "month")),
    *(BoardSpec(by="staff", period=period, measure="won_value") for period in ("week", "month")),
    *(BoardSpec(by="store", period=period, measure="csat") for period in ("week", "month")),
    *(BoardSpec(by="store", period=period, measure="conversion") for period in ("day", "week")),
)
"""What is kept live where no leaderboards file says otherwise, beside ``boards_of_own``. Those over signals
are there once somebody sends any."""


def boards_of_own(measures: Iterable[CustomMeasure]) -> list[BoardSpec]:
    """Stores by each measure of the business's own, which are kept live beside ``USUAL_BOARDS``."""
    return [
        BoardSpec(by="store", period=period, measure=measure.name)
        for measure in measures
        for period in ("day", "week", "month")
    ]


def load_staff(path: Path | None) -> list[StaffEntry]:
    """The members of staff; none without a file.

    Raises:
        FileError: it is not there or not valid.
    """
    return [] if path is None else read_document(path, StaffFile, "staff file").staff


def load_targets(path: Path | None) -> list[Target]:
    """All targets that were ever set; none without a file.

    Raises:
        FileError: it is not there or not valid.
    """
    return [] if path is None else read_document(path, TargetsFile, "targets file").targets


def load_adjustments(path: Path | None) -> list[Adjustment]:
    """All adjustments that were ever stated; none without a file.

    Raises:
        FileError: it is not there or not valid.
    """
    return [] if path is None else read_document(path, AdjustmentsFile, "adjustments file").adjustments


def load_measures(path: Path | None) -> list[CustomMeasure]:
    """The custom measures; none without a file.

    Raises:
        FileError: it is not there or not valid.
    """
    return [] if path is None else read_document(path, MeasuresFile, "measures file").measures


def load_boards(path: Path | None, measures: Iterable[CustomMeasure] = ()) -> list[BoardSpec]:
    """Which boards are kept live. ``measures`` are the business's own, ranked by where no file is named.

    Raises:
        FileError: it is not there or not valid.
    """
    if path is None:
        return [*USUAL_BOARDS, *boards_of_own(measures)]
    return read_document(path, LeaderboardsFile, "leaderboards file").leaderboards
