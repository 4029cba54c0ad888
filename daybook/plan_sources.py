"""Targets and adjustments: those of files, and what is published while a process runs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

from daybook.board_files import load_adjustments, load_targets
from daybook.json_files import FileError
from daybook.ledger.plans import Plans
from daybook.operations.base import CannotAct
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
        plans.file_targets(load_targets(settings.targets_file))
        plans.file_adjustments(load_adjustments(settings.adjustments_file))
    except FileError as error:
        raise CannotAct(str(error)) from error
    return plans
