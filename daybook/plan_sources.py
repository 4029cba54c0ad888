"""Targets and adjustments: those of files, and what is published while a process runs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

from daybook.json_files import FileError, read_document
from daybook.ledger.plans import Plans
from daybook.operations.base import CannotAct
from daybook.schemas.adjustments import AdjustmentsFile
from daybook.schemas.targets import TargetsFile
from daybook.settings import Settings
from daybook.streams.following_plans import PLAN_TOPICS, PlansFollower


@contextlib.asynccontextmanager
async def following_plans(
    bootstrap: str, plans: Plans, consumer_options: Mapping[str, Any] | None = None, partitions: int = 1
) -> AsyncIterator[None]:
    """While the block runs, what is published comes to what ``plans`` holds already."""
    followers = [
        PlansFollower(bootstrap, topic, plans, consumer_options, partitions) for topic in PLAN_TOPICS
    ]
    tasks = [asyncio.create_task(each.run(), name=f"plans {number}") for number, each in enumerate(followers)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def plans_of_files(settings: Settings) -> Plans:
    """Targets and adjustments of the settings' files.

    Raises:
        CannotAct: a file is not valid.
    """
    plans = Plans()
    try:
        if settings.targets_file is not None:
            for target in read_document(settings.targets_file, TargetsFile, "targets file").targets:
                plans.add_target(target)
        if settings.adjustments_file is not None:
            found = read_document(settings.adjustments_file, AdjustmentsFile, "adjustments file")
            for adjustment in found.adjustments:
                plans.add_adjustment(adjustment)
    except FileError as error:
        raise CannotAct(str(error)) from error
    return plans
