"""The dead-man's switch: while all is well an outside monitor is told so, and it calls when it is not told.

The address stands in a file, for it is a secret of the monitor's. It is asked only by the watcher that
decides, and only while its ticks go on: a process that merely runs is not enough.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import httpx

from daybook.rules_file import Rules
from daybook.schemas.receivers import Heartbeat
from daybook.streams.tick_app import TickApp

log = logging.getLogger(__name__)

_TIMEOUT: Final = 10.0
_LOOK_SECONDS: Final = 1.0


@contextlib.asynccontextmanager
async def beating(app: TickApp[Any], rules: Rules, rules_file: Path | None) -> AsyncIterator[None]:
    """Tell the monitor for as long as the block runs, if the rules file names one."""
    task = asyncio.create_task(_beat(app, rules, rules_file), name="heartbeat")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _beat(app: TickApp[Any], rules: Rules, rules_file: Path | None) -> None:
    async with httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False) as http:
        heart = Heart(app, rules, rules_file, http)
        while True:
            await heart.look(time.time())
            await asyncio.sleep(_LOOK_SECONDS)


class Heart:
    """Decides when the monitor is told, and tells it; what goes wrong is logged once, without the address."""

    def __init__(
        self, app: TickApp[Any], rules: Rules, rules_file: Path | None, http: httpx.AsyncClient
    ) -> None:
        self._app = app
        self._rules = rules
        self._folder = (rules_file or Path()).parent
        self._http = http
        self._told_at = 0.0
        self._failing = False

    async def look(self, now: float) -> None:
        """Tell the monitor if that is due at a time (epoch seconds) and all is well."""
        heartbeat = self._rules.current.heartbeat
        if heartbeat is None or now - self._told_at < heartbeat.every_seconds or not self._well(now):
            return
        self._told_at = now
        problem = await self._tell(heartbeat)
        if problem and not self._failing:
            log.warning("the outside monitor was not told that all is well: %s", problem)
        self._failing = problem is not None

    def _well(self, now: float) -> bool:
        """Whether this process decides, and has done so lately."""
        app = self._app
        fresh = app.ticked_at is not None and now - app.ticked_at < 3 * app.settings.tick_seconds + _TIMEOUT
        return app.deciding and fresh and not any(p.stumbles for p in app.processors)

    async def _tell(self, heartbeat: Heartbeat) -> str | None:
        """Tell it; what went wrong."""
        try:
            url = (self._folder / heartbeat.url_file).read_text(encoding="utf-8").strip()
            answer = await self._http.get(url)
        except (OSError, UnicodeDecodeError):
            return f"{heartbeat.url_file} cannot be read"
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return type(error).__name__
        return None if answer.is_success else f"it answered {answer.status_code}"
