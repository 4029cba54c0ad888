"""Several parts that start at the same time and stop one after another."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any


@contextlib.asynccontextmanager
async def side_by_side(*parts: AbstractAsyncContextManager[Any]) -> AsyncIterator[None]:
    """Enter all parts at once, and leave them in the reverse of their order.

    Where one cannot be entered, or the wait is cancelled, those that were are left again.

    Raises:
        BaseException: what the first part in order that failed raised.
    """
    async with contextlib.AsyncExitStack() as stack:
        entering = [asyncio.ensure_future(part.__aenter__()) for part in parts]
        try:
            results = await asyncio.gather(*entering, return_exceptions=True)
        finally:
            for part, task in zip(parts, entering, strict=True):
                if not task.cancelled() and task.exception() is None:
                    stack.push_async_exit(part)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        yield
