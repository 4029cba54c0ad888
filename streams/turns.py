"""Long work in a process with an event loop: bit by bit, so that everything else goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

TURN_SECONDS: Final = 0.02
"""After so long others have their turn."""


async def in_turns(bits: Iterable[object], before_others: Callable[[], None] = lambda: None) -> None:
    """Go through all bits of some work, each of which should be short.

    ``before_others`` is called whenever others are about to have their turn.
    """
    loop = asyncio.get_running_loop()
    began = loop.time()
    for _ in bits:
        if loop.time() - began >= TURN_SECONDS:
            before_others()
            await asyncio.sleep(0)
            began = loop.time()
