"""Running a Faust process of ours until it is told to end, or ends itself."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from typing import Final

from daybook.metrics.endpoint import Readings, told
from daybook.settings import Settings
from daybook.streams.faust_process import FaustProcess

log = logging.getLogger(__name__)

_ENDING_SECONDS: Final = 30.0
"""How long an orderly end may take; what it did not write is read again."""


class ProcessFailed(Exception):
    """A process ended by itself; the message is a sentence, the cause is in the log."""


async def run_process(
    process: FaustProcess, what: str, settings: Settings, readings: Readings, stopping: asyncio.Event
) -> None:
    """Run until ``stopping`` is set. ``what`` names the process in the error, such as "worker".

    Raises:
        ProcessFailed: it ended by itself.
        KafkaError: Kafka cannot be reached at the start.
    """
    async with started(process):
        with told(settings, readings):
            await _until_ended(process, stopping)
    if process.failure is not None:
        raise ProcessFailed(f"The {what} ended itself: {process.failure}.") from process.failure


@contextlib.asynccontextmanager
async def started(process: FaustProcess) -> AsyncIterator[None]:
    """Have a process run for as long as the block does."""
    await process.start()
    try:
        yield
    finally:
        await _stopped(process)


async def _until_ended(process: FaustProcess, stopping: asyncio.Event) -> None:
    told = asyncio.create_task(stopping.wait())
    ended = asyncio.create_task(process.ended())
    try:
        await asyncio.wait((told, ended), return_when=asyncio.FIRST_COMPLETED)
    finally:
        told.cancel()
        ended.cancel()


async def _stopped(process: FaustProcess) -> None:
    try:
        async with asyncio.timeout(_ENDING_SECONDS):
            await process.stop()
    except Exception:
        # Whatever was not written has no committed offset either, and is read again.
        log.warning("the process did not end in order", exc_info=True)
