"""Files that are read anew while a process runs: when they change, and at once on SIGHUP.

A file that is not valid, or whose change is not safe, changes nothing: what was read before goes on, and the
log says why, once.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final, Generic, Protocol, TypeVar

from daybook.json_files import FileError, stamp

LOOK_SECONDS: Final = 2.0
"""Between two looks at the files."""
T = TypeVar("T")
_LOG: Final = logging.getLogger(__name__)


class Watched(Generic[T]):
    """A file that was read when the process began, and is read anew when it changes.

    Args:
        path: where it is; None where there is none, and nothing is ever read then.
        load: reads it; raises FileError where it is not valid.
        take: goes on with what was read; raises FileError where that is not safe.
    """

    def __init__(self, path: Path | None, load: Callable[[Path], T], take: Callable[[T], None]) -> None:
        self._path, self._load, self._take = path, load, take
        self._stamp = stamp(path)
        self.problem: str | None = None
        """What is wrong with the file as it is now; None while what holds is what it says."""

    def look(self) -> bool:
        """Read it if it has changed; whether something else holds from now on."""
        seen = stamp(self._path)
        if self._path is None or seen == self._stamp:
            return False
        self._stamp = seen
        try:
            self._take(self._load(self._path))
        except FileError as error:
            self.problem = str(error)
            _LOG.error("%s What was read before goes on.", error)
            return False
        self.problem = None
        _LOG.info("%s was read anew", self._path)
        return True


class Reloaded(Generic[T]):
    """The document of a file that holds now.

    Args:
        path: of the file; None where there is none.
        load: reads it, and raises FileError where it is not there or not valid.
        without: holds where there is no file.

    Raises:
        FileError: it is not there or not valid.
    """

    def __init__(self, path: Path | None, load: Callable[[Path], T], without: T) -> None:
        self._file = Watched(path, load, self._take)
        self.current = load(path) if path is not None else without

    @property
    def problem(self) -> str | None:
        """What is wrong with the file as it is now; None while what holds is what stands in it."""
        return self._file.problem

    def look(self) -> T:
        """The document that holds; looks whether the file has changed."""
        self._file.look()
        return self.current

    def _take(self, document: T) -> None:
        self.current = document


class Looked(Protocol):
    """What can be looked at again."""

    def look(self) -> bool:
        """Take over what has changed; whether something else holds from now on."""


@contextlib.asynccontextmanager
async def reloading(*files: Looked) -> AsyncIterator[None]:
    """Look at the files every other second while the block runs, and at once on SIGHUP."""
    hung_up = asyncio.Event()
    loop = asyncio.get_running_loop()
    with contextlib.suppress(ValueError, RuntimeError):  # not in the main thread: no signals there
        loop.add_signal_handler(signal.SIGHUP, hung_up.set)
    task = asyncio.create_task(_looking(files, hung_up), name="reloading")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        with contextlib.suppress(ValueError, RuntimeError):
            loop.remove_signal_handler(signal.SIGHUP)


async def _looking(files: tuple[Looked, ...], hung_up: asyncio.Event) -> None:
    while True:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS):
                await hung_up.wait()
        hung_up.clear()
        for file in files:
            file.look()
